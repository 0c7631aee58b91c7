"""All simulated partners and the control API as one ASGI application."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import Route

from sandbox.alibaba_1688 import ALIBABA_1688
from sandbox.alibaba_com import ALIBABA_COM
from sandbox.alibaba_com_iop import ALIBABA_COM_IOP
from sandbox.alipay import ALIPAY
from sandbox.cainiao import CAINIAO
from sandbox.cainiao_link import CAINIAO_LINK
from sandbox.cap import CAP
from sandbox.control import router
from sandbox.dingtalk import DINGTALK
from sandbox.dingtalk_approval import DINGTALK_APPROVAL
from sandbox.endpoint import PartnerEndpoint
from sandbox.exchange import Partner
from sandbox.feishu import FEISHU
from sandbox.feishu_approval import FEISHU_APPROVAL
from sandbox.jd import JD
from sandbox.jt import JT
from sandbox.kingdee import KINGDEE
from sandbox.kingdee_wise import KINGDEE_WISE
from sandbox.kuaidi100 import KUAIDI100
from sandbox.nuonuo import NUONUO
from sandbox.qimen import QIMEN
from sandbox.qweather import QWEATHER
from sandbox.sap import SAP
from sandbox.sf import SF
from sandbox.shop import SHOP
from sandbox.shopify import SHOPIFY
from sandbox.slack import SLACK
from sandbox.taobao import TAOBAO
from sandbox.u8 import U8
from sandbox.union_pay import UNION_PAY
from sandbox.wechat_account import WECHAT_ACCOUNT
from sandbox.wechat_pay import WECHAT_PAY
from sandbox.wechat_shop import WECHAT_SHOP
from sandbox.wecom import WECOM
from sandbox.woocommerce import WOOCOMMERCE
from sandbox.world import World

PARTNERS: tuple[Partner, ...] = (
    SHOP,
    TAOBAO,
    JD,
    WECHAT_SHOP,
    ALIBABA_1688,
    ALIBABA_COM,
    ALIBABA_COM_IOP,
    SHOPIFY,
    WOOCOMMERCE,
    DINGTALK_APPROVAL,
    FEISHU_APPROVAL,
    QIMEN,
    CAINIAO_LINK,
    SF,
    JT,
    CAINIAO,
    KUAIDI100,
    KINGDEE,
    KINGDEE_WISE,
    SAP,
    U8,
    ALIPAY,
    WECHAT_PAY,
    UNION_PAY,
    NUONUO,
    QWEATHER,
    CAP,
    DINGTALK,
    SLACK,
    WECOM,
    FEISHU,
    WECHAT_ACCOUNT,
)


def create_app(world: World | None = None) -> FastAPI:
    """The application on `world`, which is also `app.state.world`; each partner lies under its own mount."""
    app = FastAPI(title="Orderspine sandbox of simulated partners", docs_url=None, redoc_url=None)
    app.state.world = world = world or World()
    app.include_router(router)
    for partner in PARTNERS:
        endpoint = PartnerEndpoint(world, partner)
        app.router.routes.append(Route(partner.mount, endpoint))
        app.router.routes.append(Route(partner.mount + "/{rest:path}", endpoint))
    return app
