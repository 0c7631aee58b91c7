"""Every partner, one line each: the port it serves, its settings, its class, and what people call it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, cast

import httpx
from pydantic import ValidationError

from integrations.alibaba_1688 import Alibaba1688, Alibaba1688Settings
from integrations.alibaba_com import AlibabaCom, AlibabaComSettings
from integrations.alipay import Alipay, AlipaySettings
from integrations.books_database import DatabaseSettings
from integrations.cainiao import Cainiao, CainiaoSettings
from integrations.cainiao_link import CainiaoLink, CainiaoLinkSettings
from integrations.cap import Cap, CapSettings
from integrations.dingtalk import DingTalk, DingTalkSettings
from integrations.dingtalk_approval import DingTalkApproval, DingTalkApprovalSettings
from integrations.errors import Misconfigured
from integrations.excel_bridge import ExcelBridge, ExcelBridgeSettings
from integrations.feishu import Feishu, FeishuSettings
from integrations.feishu_approval import FeishuApproval, FeishuApprovalSettings
from integrations.folder import Folder, FolderSettings
from integrations.ftp import Ftp, FtpSettings
from integrations.jd import Jd, JdSettings
from integrations.jtexpress import JtExpress, JtExpressSettings
from integrations.kingdee_cloud import KingdeeCloud, KingdeeCloudSettings
from integrations.kingdee_wise import KingdeeWise, KingdeeWiseSettings
from integrations.kingdee_wise_database import KingdeeWiseDatabase
from integrations.kuaidi100 import Kuaidi100, Kuaidi100Settings
from integrations.mail import Mail, MailSettings
from integrations.mailbox import Mailbox, MailboxSettings
from integrations.nuonuo import Nuonuo, NuonuoSettings
from integrations.ports import (
    AlertFeed,
    Carrier,
    Channel,
    DocumentSource,
    Erp,
    ErpBooks,
    Invoicer,
    Notifier,
    PaymentProvider,
    Tracker,
    Warehouse,
)
from integrations.qimen import Qimen, QimenSettings
from integrations.qweather import QWeather, QWeatherSettings
from integrations.sap import Sap, SapSettings
from integrations.settings import PartnerSettings
from integrations.sf_express import SfExpress, SfExpressSettings
from integrations.sftp import Sftp, SftpSettings
from integrations.shop import Shop, ShopSettings
from integrations.shopify import Shopify, ShopifySettings
from integrations.slack import Slack, SlackSettings
from integrations.taobao import Taobao, TaobaoSettings
from integrations.tokens import OwnToken, TokenStore
from integrations.u8_database import U8Database
from integrations.u8_openapi import U8OpenApi, U8OpenApiSettings
from integrations.union_pay import UnionPay, UnionPaySettings
from integrations.wechat_account import WeChatAccount, WeChatAccountSettings
from integrations.wechat_pay import WechatPay, WechatPaySettings
from integrations.wechat_shop import WechatShop, WechatShopSettings
from integrations.wecom import WeCom, WeComSettings
from integrations.woocommerce import WooCommerce, WooCommerceSettings

Partner = (
    Channel
    | Warehouse
    | Carrier
    | Tracker
    | Erp
    | ErpBooks
    | PaymentProvider
    | Invoicer
    | AlertFeed
    | Notifier
    | DocumentSource
)


class Maker(Protocol):
    """How a partner's class is called."""

    def __call__(self, settings: Any, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> Partner: ...


class TokenMaker(Protocol):
    """How the class of a partner is called whose access token expires."""

    def __call__(
        self, settings: Any, http: httpx.AsyncClient, *, clock: Callable[[], datetime], token: TokenStore
    ) -> Partner: ...


@dataclass(frozen=True, slots=True)
class PartnerEntry:
    """What is known of a partner before it is configured.

    ``has_token``: it is called with an access token that expires, and its class takes a ``TokenStore`` as ``token``.
    """

    port: type[Partner]
    settings: type[PartnerSettings]
    maker: Maker | TokenMaker
    title: str
    has_token: bool = False


PARTNERS: Final[Mapping[str, PartnerEntry]] = {
    "taobao": PartnerEntry(Channel, TaobaoSettings, Taobao, "Taobao / Tmall"),
    "shop": PartnerEntry(Channel, ShopSettings, Shop, "Shop (signed REST and webhooks)"),
    "jd": PartnerEntry(Channel, JdSettings, Jd, "JD (POP shops)"),
    "wechat_shop": PartnerEntry(Channel, WechatShopSettings, WechatShop, "WeChat shop", has_token=True),
    "alibaba_1688": PartnerEntry(Channel, Alibaba1688Settings, Alibaba1688, "1688"),
    "alibaba_com": PartnerEntry(Channel, AlibabaComSettings, AlibabaCom, "Alibaba.com (international station)"),
    "shopify": PartnerEntry(Channel, ShopifySettings, Shopify, "Shopify"),
    "woocommerce": PartnerEntry(Channel, WooCommerceSettings, WooCommerce, "WooCommerce"),
    "dingtalk_approval": PartnerEntry(
        Channel, DingTalkApprovalSettings, DingTalkApproval, "DingTalk approvals", has_token=True
    ),
    "feishu_approval": PartnerEntry(
        Channel, FeishuApprovalSettings, FeishuApproval, "Feishu / Lark approvals", has_token=True
    ),
    "qimen": PartnerEntry(Warehouse, QimenSettings, Qimen, "Qimen warehouse"),
    "cainiao_link": PartnerEntry(Warehouse, CainiaoLinkSettings, CainiaoLink, "Cainiao LINK warehouse"),
    "excel_bridge": PartnerEntry(Warehouse, ExcelBridgeSettings, ExcelBridge, "Excel bridge (sheets in a folder)"),
    "sf_express": PartnerEntry(Carrier, SfExpressSettings, SfExpress, "SF Express"),
    "jtexpress": PartnerEntry(Carrier, JtExpressSettings, JtExpress, "J&T Express"),
    "cainiao": PartnerEntry(Carrier, CainiaoSettings, Cainiao, "Cainiao waybills"),
    "kuaidi100": PartnerEntry(Tracker, Kuaidi100Settings, Kuaidi100, "Kuaidi100"),
    "kingdee_cloud": PartnerEntry(Erp, KingdeeCloudSettings, KingdeeCloud, "Kingdee K/3 Cloud"),
    "kingdee_wise": PartnerEntry(Erp, KingdeeWiseSettings, KingdeeWise, "Kingdee K/3 WISE", has_token=True),
    "sap": PartnerEntry(Erp, SapSettings, Sap, "SAP S/4HANA"),
    "u8_openapi": PartnerEntry(Erp, U8OpenApiSettings, U8OpenApi, "Yonyou U8 (OpenAPI)", has_token=True),
    "u8_database": PartnerEntry(ErpBooks, DatabaseSettings, U8Database, "Yonyou U8 (database, only read)"),
    "kingdee_wise_database": PartnerEntry(
        ErpBooks, DatabaseSettings, KingdeeWiseDatabase, "Kingdee K/3 WISE (database, only read)"
    ),
    "alipay": PartnerEntry(PaymentProvider, AlipaySettings, Alipay, "Alipay"),
    "wechat_pay": PartnerEntry(PaymentProvider, WechatPaySettings, WechatPay, "WeChat Pay"),
    "union_pay": PartnerEntry(PaymentProvider, UnionPaySettings, UnionPay, "UnionPay"),
    "nuonuo": PartnerEntry(Invoicer, NuonuoSettings, Nuonuo, "Nuonuo e-invoices", has_token=True),
    "qweather": PartnerEntry(AlertFeed, QWeatherSettings, QWeather, "QWeather"),
    "cap": PartnerEntry(AlertFeed, CapSettings, Cap, "CAP warnings (Atom, RSS)"),
    "dingtalk": PartnerEntry(Notifier, DingTalkSettings, DingTalk, "DingTalk group robot"),
    "slack": PartnerEntry(Notifier, SlackSettings, Slack, "Slack incoming webhook"),
    "wecom": PartnerEntry(Notifier, WeComSettings, WeCom, "WeCom group robot"),
    "feishu": PartnerEntry(Notifier, FeishuSettings, Feishu, "Feishu / Lark custom bot"),
    "mail": PartnerEntry(Notifier, MailSettings, Mail, "Mail (SMTP)"),
    "wechat_account": PartnerEntry(
        Notifier, WeChatAccountSettings, WeChatAccount, "WeChat official account", has_token=True
    ),
    "folder": PartnerEntry(DocumentSource, FolderSettings, Folder, "Folder"),
    "sftp": PartnerEntry(DocumentSource, SftpSettings, Sftp, "SFTP directory"),
    "ftp": PartnerEntry(DocumentSource, FtpSettings, Ftp, "FTP directory (TLS)"),
    "mailbox": PartnerEntry(DocumentSource, MailboxSettings, Mailbox, "Mailbox (IMAP)"),
}


def names(port: type[Partner]) -> tuple[str, ...]:
    """The names of the partners of one port."""
    return tuple(name for name, entry in PARTNERS.items() if entry.port is port)


def build(
    name: str,
    settings: Mapping[str, Any],
    http: httpx.AsyncClient,
    clock: Callable[[], datetime],
    token: TokenStore | None = None,
) -> Partner:
    """The partner ``name``, ready to be called; its access token, if it has one, is kept in ``token``.

    Raises ``Misconfigured`` with the fields that are wrong or missing, never with what stands in them.
    """
    entry = PARTNERS.get(name)
    if entry is None:
        raise Misconfigured(name, f"there is no such partner; there are: {', '.join(PARTNERS)}")
    try:
        checked = entry.settings.model_validate(dict(settings))
    except ValidationError as error:
        raise Misconfigured(name, _faults(error)) from None
    if entry.has_token:
        return cast(TokenMaker, entry.maker)(checked, http, clock=clock, token=token or OwnToken())
    return cast(Maker, entry.maker)(checked, http, clock=clock)


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
