"""Every partner, one line each: the port it serves, its settings, its class, and what people call it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar, cast

import httpx
from pydantic import ValidationError

from integrations.alipay import Alipay, AlipaySettings
from integrations.cap import Cap, CapSettings
from integrations.dingtalk import DingTalk, DingTalkSettings
from integrations.dingtalk_approval import DingTalkApproval, DingTalkApprovalSettings
from integrations.errors import Misconfigured
from integrations.feishu import Feishu, FeishuSettings
from integrations.feishu_approval import FeishuApproval, FeishuApprovalSettings
from integrations.jtexpress import JtExpress, JtExpressSettings
from integrations.kingdee_cloud import KingdeeCloud, KingdeeCloudSettings
from integrations.kuaidi100 import Kuaidi100, Kuaidi100Settings
from integrations.mail import Mail, MailSettings
from integrations.ports import AlertFeed, Carrier, Channel, Erp, Notifier, PaymentProvider, Tracker, Warehouse
from integrations.qimen import Qimen, QimenSettings
from integrations.qweather import QWeather, QWeatherSettings
from integrations.settings import PartnerSettings
from integrations.sf_express import SfExpress, SfExpressSettings
from integrations.shop import Shop, ShopSettings
from integrations.shopify import Shopify, ShopifySettings
from integrations.slack import Slack, SlackSettings
from integrations.taobao import Taobao, TaobaoSettings
from integrations.union_pay import UnionPay, UnionPaySettings
from integrations.wechat_account import WeChatAccount, WeChatAccountSettings
from integrations.wechat_pay import WechatPay, WechatPaySettings
from integrations.wecom import WeCom, WeComSettings
from integrations.woocommerce import WooCommerce, WooCommerceSettings

Partner = Channel | Warehouse | Carrier | Tracker | Erp | PaymentProvider | AlertFeed | Notifier
P = TypeVar("P", Channel, Warehouse, Carrier, Tracker, Erp, PaymentProvider, AlertFeed, Notifier)


class Maker(Protocol):
    """How a partner's class is called."""

    def __call__(self, settings: Any, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> Partner: ...


@dataclass(frozen=True, slots=True)
class PartnerEntry:
    """What is known of a partner before it is configured."""

    port: type[Partner]
    settings: type[PartnerSettings]
    maker: Maker
    title: str


PARTNERS: Final[Mapping[str, PartnerEntry]] = {
    "taobao": PartnerEntry(Channel, TaobaoSettings, Taobao, "Taobao / Tmall"),
    "shop": PartnerEntry(Channel, ShopSettings, Shop, "Shop (signed REST and webhooks)"),
    "shopify": PartnerEntry(Channel, ShopifySettings, Shopify, "Shopify"),
    "woocommerce": PartnerEntry(Channel, WooCommerceSettings, WooCommerce, "WooCommerce"),
    "dingtalk_approval": PartnerEntry(Channel, DingTalkApprovalSettings, DingTalkApproval, "DingTalk approvals"),
    "feishu_approval": PartnerEntry(Channel, FeishuApprovalSettings, FeishuApproval, "Feishu / Lark approvals"),
    "qimen": PartnerEntry(Warehouse, QimenSettings, Qimen, "Qimen warehouse"),
    "sf_express": PartnerEntry(Carrier, SfExpressSettings, SfExpress, "SF Express"),
    "jtexpress": PartnerEntry(Carrier, JtExpressSettings, JtExpress, "J&T Express"),
    "kuaidi100": PartnerEntry(Tracker, Kuaidi100Settings, Kuaidi100, "Kuaidi100"),
    "kingdee_cloud": PartnerEntry(Erp, KingdeeCloudSettings, KingdeeCloud, "Kingdee K/3 Cloud"),
    "alipay": PartnerEntry(PaymentProvider, AlipaySettings, Alipay, "Alipay"),
    "wechat_pay": PartnerEntry(PaymentProvider, WechatPaySettings, WechatPay, "WeChat Pay"),
    "union_pay": PartnerEntry(PaymentProvider, UnionPaySettings, UnionPay, "UnionPay"),
    "qweather": PartnerEntry(AlertFeed, QWeatherSettings, QWeather, "QWeather"),
    "cap": PartnerEntry(AlertFeed, CapSettings, Cap, "CAP warnings (Atom, RSS)"),
    "dingtalk": PartnerEntry(Notifier, DingTalkSettings, DingTalk, "DingTalk group robot"),
    "slack": PartnerEntry(Notifier, SlackSettings, Slack, "Slack incoming webhook"),
    "wecom": PartnerEntry(Notifier, WeComSettings, WeCom, "WeCom group robot"),
    "feishu": PartnerEntry(Notifier, FeishuSettings, Feishu, "Feishu / Lark custom bot"),
    "mail": PartnerEntry(Notifier, MailSettings, Mail, "Mail (SMTP)"),
    "wechat_account": PartnerEntry(Notifier, WeChatAccountSettings, WeChatAccount, "WeChat official account"),
}


def names(port: type[Partner]) -> tuple[str, ...]:
    """The names of the partners of one port."""
    return tuple(name for name, entry in PARTNERS.items() if entry.port is port)


def build(name: str, settings: Mapping[str, Any], http: httpx.AsyncClient, clock: Callable[[], datetime]) -> Partner:
    """The partner ``name``, ready to be called. Raises ``Misconfigured`` with the fields that are wrong or missing,
    never with what stands in them."""
    entry = PARTNERS.get(name)
    if entry is None:
        raise Misconfigured(name, f"there is no such partner; there are: {', '.join(PARTNERS)}")
    try:
        checked = entry.settings.model_validate(dict(settings))
    except ValidationError as error:
        raise Misconfigured(name, _faults(error)) from None
    return entry.maker(checked, http, clock=clock)


def build_as(
    port: type[P], name: str, settings: Mapping[str, Any], http: httpx.AsyncClient, clock: Callable[[], datetime]
) -> P:
    """Like ``build``, typed as the port. Raises ``Misconfigured`` if the partner serves another port."""
    entry = PARTNERS.get(name)
    if entry is not None and entry.port is not port:
        raise Misconfigured(name, f"is a {entry.port.__name__}, not a {port.__name__}")
    return cast(P, build(name, settings, http, clock))


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
