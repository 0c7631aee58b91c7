"""How each registered partner's client is pointed at its simulated peer. A new partner adds one line per table; a
partner that is missing here fails the conformance suite."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import erp_tables
import mail_sink
from document_places import ftp_settings, mailbox_settings, sftp_settings
from excel_people import bridge_settings

from sandbox import credentials

FORM: Mapping[str, str] = {
    "lines": "明细",
    "sku": "货号",
    "title": "品名",
    "quantity": "数量",
    "price": "单价",
    "freight": "运费",
    "total": "合计",
    "customer": "客户",
    "receiver": "收货人",
    "phone": "联系电话",
    "province": "省",
    "city": "市",
    "district": "区",
    "street": "地址",
    "promised_on": "期望日期",
    "remark": "备注",
}
"""The approval form of the sandbox's company, in DingTalk and in Feishu."""

SETTINGS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "taobao": lambda base: {
        "url": f"{base}/taobao/router/rest",
        "app_key": credentials.TAOBAO_APP_KEY,
        "secret": credentials.TAOBAO_APP_SECRET,
        "session": credentials.TAOBAO_SESSION,
        "page_size": 3,
    },
    "jd": lambda base: {
        "url": f"{base}/jd/routerjson",
        "app_key": credentials.JD_APP_KEY,
        "secret": credentials.JD_APP_SECRET,
        "access_token": credentials.JD_ACCESS_TOKEN,
        "page_size": 3,
    },
    "alibaba_1688": lambda base: {
        "url": f"{base}/alibaba_1688/openapi",
        "app_key": credentials.ALIBABA_1688_APP_KEY,
        "secret": credentials.ALIBABA_1688_SECRET,
        "access_token": credentials.ALIBABA_1688_TOKEN,
        "page_size": 3,
    },
    "alibaba_com": lambda base: {
        "url": f"{base}/alibaba_com/router/rest",
        "iop_url": f"{base}/alibaba_com/rest",
        "app_key": credentials.ALIBABA_COM_APP_KEY,
        "secret": credentials.ALIBABA_COM_SECRET,
        "session": credentials.ALIBABA_COM_TOKEN,
        "companies": {"sf_express": "SF_EXPRESS"},
        "page_size": 3,
    },
    "wechat_shop": lambda base: {
        "url": f"{base}/wechat_shop",
        "app_id": credentials.WECHAT_SHOP_APP_ID,
        "app_secret": credentials.WECHAT_SHOP_SECRET,
        "token": credentials.WECHAT_SHOP_TOKEN,
        "aes_key": credentials.WECHAT_SHOP_AES_KEY,
        "page_size": 3,
    },
    "shop": lambda base: {"url": f"{base}/shop", "secret": credentials.SHOP_SECRET, "page_size": 3},
    "shopify": lambda base: {
        "url": f"{base}/shopify",
        "access_token": credentials.SHOPIFY_ACCESS_TOKEN,
        "webhook_secret": credentials.SHOPIFY_WEBHOOK_SECRET,
        "page_size": 3,
    },
    "woocommerce": lambda base: {
        "url": f"{base}/woocommerce",
        "consumer_key": credentials.WOOCOMMERCE_KEY,
        "consumer_secret": credentials.WOOCOMMERCE_SECRET,
        "webhook_secret": credentials.WOOCOMMERCE_WEBHOOK_SECRET,
        "page_size": 3,
    },
    "dingtalk_approval": lambda base: {
        "url": f"{base}/dingtalk_approval",
        "app_key": credentials.DINGTALK_APP_KEY,
        "app_secret": credentials.DINGTALK_APP_SECRET,
        "process_code": credentials.DINGTALK_PROCESS_CODE,
        "user_id": "manager1",
        "fields": FORM,
        "callback_token": credentials.DINGTALK_CALLBACK_TOKEN,
        "callback_key": credentials.DINGTALK_CALLBACK_KEY,
    },
    "feishu_approval": lambda base: {
        "url": base,
        "app_id": credentials.FEISHU_APP_ID,
        "app_secret": credentials.FEISHU_APP_SECRET,
        "approval_code": credentials.FEISHU_APPROVAL_CODE,
        "user_id": "ou_hub",
        "fields": FORM,
        "encrypt_key": credentials.FEISHU_ENCRYPT_KEY,
        "verification_token": credentials.FEISHU_VERIFICATION_TOKEN,
    },
    "qimen": lambda base: {
        "url": f"{base}/qimen/router/qimen/service",
        "app_key": credentials.QIMEN_APP_KEY,
        "secret": credentials.QIMEN_APP_SECRET,
        "customer_id": credentials.QIMEN_CUSTOMER_ID,
        "owner_code": credentials.QIMEN_OWNER_CODE,
    },
    "cainiao_link": lambda base: {
        "url": f"{base}/cainiao_link/gateway/link.do",
        "provider_id": credentials.CAINIAO_LINK_PROVIDER,
        "secret": credentials.CAINIAO_LINK_SECRET,
        "owner_user_id": credentials.CAINIAO_LINK_OWNER,
    },
    "sf_express": lambda base: {
        "url": f"{base}/sf/std/service",
        "partner_id": credentials.SF_PARTNER_ID,
        "checkword": credentials.SF_CHECKWORD,
        "monthly_card": credentials.SF_MONTHLY_CARD,
        "template_code": "fm_76130_standard_orderspine",
    },
    "jtexpress": lambda base: {
        "url": f"{base}/jt/webopenplatformapi/api",
        "api_account": credentials.JT_API_ACCOUNT,
        "private_key": credentials.JT_PRIVATE_KEY,
        "customer_code": credentials.JT_CUSTOMER_CODE,
        "password": credentials.JT_PASSWORD,
    },
    "cainiao": lambda base: {
        "url": f"{base}/cainiao/router/rest",
        "app_key": credentials.CAINIAO_APP_KEY,
        "secret": credentials.CAINIAO_APP_SECRET,
        "session": credentials.CAINIAO_SESSION,
        "cp_code": credentials.CAINIAO_COMPANY,
        "user_id": credentials.CAINIAO_USER_ID,
        "template_url": "http://cloudprint.cainiao.com/template/standard/101/524",
    },
    "kuaidi100": lambda base: {
        "url": f"{base}/kuaidi100",
        "customer": credentials.KUAIDI100_CUSTOMER,
        "key": credentials.KUAIDI100_KEY,
        "salt": credentials.KUAIDI100_SALT,
        "callback": "http://127.0.0.1/webhooks/kuaidi100",
    },
    "kingdee_cloud": lambda base: {
        "url": f"{base}/k3cloud",
        "account_id": credentials.KINGDEE_ACCOUNT_ID,
        "user": credentials.KINGDEE_USER,
        "app_id": credentials.KINGDEE_APP_ID,
        "app_secret": credentials.KINGDEE_APP_SECRET,
    },
    "kingdee_wise": lambda base: {
        "url": f"{base}/K3API",
        "authority_code": credentials.KINGDEE_WISE_AUTHORITY,
        "checker": credentials.KINGDEE_WISE_CHECKER,
        "unit": "PCS",
        "progress_field": "FHeadSelfS0151",
        "outbound_field": "FHeadSelfS0152",
        "waybill_field": "FHeadSelfS0153",
        "stock_object": "ICInventory",
    },
    "sap": lambda base: {
        "url": f"{base}/sap/opu/odata/sap",
        "user": credentials.SAP_USER,
        "password": credentials.SAP_PASSWORD,
        "client": credentials.SAP_CLIENT,
        "sales_organisation": "1710",
        "progress_field": "YY1_Progress_SDH",
        "outbound_field": "YY1_Outbound_SDH",
        "waybill_field": "YY1_Waybills_SDH",
    },
    "u8_openapi": lambda base: {
        "url": f"{base}/u8",
        "from_account": credentials.U8_FROM_ACCOUNT,
        "to_account": credentials.U8_TO_ACCOUNT,
        "app_key": credentials.U8_APP_KEY,
        "app_secret": credentials.U8_APP_SECRET,
        "department": "05",
        "delivery_notes": True,
        "wait": 0.01,
    },
    **dict.fromkeys(erp_tables.SHAPES, erp_tables.settings_of),
    "alipay": lambda base: {
        "url": f"{base}/alipay/gateway.do",
        "app_id": credentials.ALIPAY_APP_ID,
        "private_key": credentials.ALIPAY_APP_PRIVATE_KEY,
        "alipay_public_key": credentials.ALIPAY_GATEWAY_PUBLIC_KEY,
    },
    "wechat_pay": lambda base: {
        "url": base,
        "merchant_id": credentials.WECHAT_MERCHANT_ID,
        "serial_no": credentials.WECHAT_MERCHANT_SERIAL,
        "private_key": credentials.WECHAT_MERCHANT_PRIVATE_KEY,
        "api_v3_key": credentials.WECHAT_API_V3_KEY,
        "platform_keys": {credentials.WECHAT_PLATFORM_KEY_ID: credentials.WECHAT_PLATFORM_PUBLIC_KEY},
    },
    "union_pay": lambda base: {
        "url": f"{base}/unionpay",
        "merchant_id": credentials.UNIONPAY_MERCHANT_ID,
        "cert_id": credentials.UNIONPAY_CERT_ID,
        "private_key": credentials.UNIONPAY_MERCHANT_PRIVATE_KEY,
        "issuer": credentials.UNIONPAY_ISSUER,
    },
    "nuonuo": lambda base: {
        "url": f"{base}/nuonuo/open/v1/services",
        "token_url": f"{base}/nuonuo/accessToken",
        "app_key": credentials.NUONUO_APP_KEY,
        "app_secret": credentials.NUONUO_APP_SECRET,
        "tax_no": credentials.NUONUO_TAX_NO,
        "phone": "02112345678",
        "address": "上海市浦东新区张江路 1 号",
        "clerk": "王会计",
    },
    "qweather": lambda base: {
        "url": f"{base}/qweather",
        "key_id": credentials.QWEATHER_KEY_ID,
        "project_id": credentials.QWEATHER_PROJECT_ID,
        "private_key": credentials.QWEATHER_PRIVATE_KEY,
    },
    "cap": lambda base: {
        "url": f"{base}/cap/index.atom",
        "user": credentials.CAP_USER,
        "password": credentials.CAP_PASSWORD,
        "divisions": {"广东省": "440305"},
    },
    "dingtalk": lambda base: {
        "url": f"{base}/dingtalk/robot/send",
        "access_token": credentials.DINGTALK_TOKEN,
        "secret": credentials.DINGTALK_SECRET,
    },
    "slack": lambda base: {
        "webhook": f"{base}{credentials.SLACK_WEBHOOK_PATH}",
        "signing_secret": credentials.SLACK_SIGNING_SECRET,
    },
    "wecom": lambda base: {"url": f"{base}/wecom/cgi-bin/webhook/send", "key": credentials.WECOM_KEY},
    "feishu": lambda base: {
        "url": f"{base}/feishu/open-apis/bot/v2/hook",
        "token": credentials.FEISHU_TOKEN,
        "secret": credentials.FEISHU_SECRET,
    },
    "mail": lambda base: {
        "host": urlsplit(base).hostname,
        "port": urlsplit(base).port,
        "user": mail_sink.USER,
        "password": mail_sink.PASSWORD,
        "sender": mail_sink.USER,
        "recipients": [mail_sink.RECIPIENT],
        "authority": mail_sink.AUTHORITY,
    },
    "wechat_account": lambda base: {
        "url": f"{base}/wechat_account",
        "app_id": credentials.WECHAT_APP_ID,
        "app_secret": credentials.WECHAT_APP_SECRET,
        "template_id": credentials.WECHAT_TEMPLATE_ID,
        "recipients": [credentials.WECHAT_FOLLOWERS[0]],
        "longest": 200,
    },
    "excel_bridge": bridge_settings,
    "folder": lambda _: {"path": "/nowhere"},
    "sftp": sftp_settings,
    "ftp": ftp_settings,
    "mailbox": mailbox_settings,
}

SANDBOX_NAMES: Mapping[str, str] = {
    "sf_express": "sf",
    "jtexpress": "jt",
    "kingdee_cloud": "kingdee",
    "u8_openapi": "u8",
}
"""Where the sandbox calls a partner otherwise than the registry."""

FAULTED: Mapping[str, Mapping[str, str]] = {
    "wechat_account": {"*": "template.send"},
    "wechat_shop": {"*": "order/*/*"},
    "alibaba_1688": {"*": "*Order*"},
    "alibaba_com": {"push_shipment": "*.shipping"},
    "shopify": {"*": "Order*"},
    "woocommerce": {"*": "order.*"},
    "dingtalk_approval": {"*": "workflow.*"},
    "feishu_approval": {"*": "approval.*"},
    "nuonuo": {"*": "[!t]*"},
    "kingdee_wise": {"*": "[!T]*", "push_order": "SO/Save", "cancel_order": "SO/Delete"},
    "u8_openapi": {
        "push_order": "saleorder/add",
        "cancel_order": "saleorder/close",
        "book_receivable": "oughtreceive/add",
    },
    "sap": {
        "push_order": "A_SalesOrder.create",
        "cancel_order": "A_SalesOrderItem.change",
        "book_receivable": "BillingDocument.CreateFromSDDocument",
    },
}
"""Where a partner is asked something before it is told anything, a token or what it has already: the operations of the
work on which faults are laid, by method or for all (``*``), for nothing is done yet before them. What becomes of a call
whose token is not had is asked in the partner's own tests."""

UNDISTURBED = frozenset({"folder", "sftp", "ftp", "mailbox", *erp_tables.SHAPES})
"""Whose peers cannot be told to fail in the ways that all partners are asked about: a disk, and servers that others
wrote. What becomes of outages, wrong passwords and lost connections is asked in their own tests."""
