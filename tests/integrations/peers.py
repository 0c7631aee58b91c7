"""How each registered partner's client is pointed at its simulated peer. A new partner adds one line per table; a
partner that is missing here fails the conformance suite."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import mail_sink
from document_places import ftp_settings, mailbox_settings, sftp_settings

from sandbox import credentials

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
    "wechat_shop": lambda base: {
        "url": f"{base}/wechat_shop",
        "app_id": credentials.WECHAT_SHOP_APP_ID,
        "app_secret": credentials.WECHAT_SHOP_SECRET,
        "token": credentials.WECHAT_SHOP_TOKEN,
        "aes_key": credentials.WECHAT_SHOP_AES_KEY,
        "page_size": 3,
    },
    "shop": lambda base: {"url": f"{base}/shop", "secret": credentials.SHOP_SECRET, "page_size": 3},
    "qimen": lambda base: {
        "url": f"{base}/qimen/router/qimen/service",
        "app_key": credentials.QIMEN_APP_KEY,
        "secret": credentials.QIMEN_APP_SECRET,
        "customer_id": credentials.QIMEN_CUSTOMER_ID,
        "owner_code": credentials.QIMEN_OWNER_CODE,
    },
    "sf_express": lambda base: {
        "url": f"{base}/sf/std/service",
        "partner_id": credentials.SF_PARTNER_ID,
        "checkword": credentials.SF_CHECKWORD,
        "monthly_card": credentials.SF_MONTHLY_CARD,
    },
    "jtexpress": lambda base: {
        "url": f"{base}/jt/webopenplatformapi/api",
        "api_account": credentials.JT_API_ACCOUNT,
        "private_key": credentials.JT_PRIVATE_KEY,
        "customer_code": credentials.JT_CUSTOMER_CODE,
        "password": credentials.JT_PASSWORD,
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
    "slack": lambda base: {"webhook": f"{base}{credentials.SLACK_WEBHOOK_PATH}"},
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
    "folder": lambda _: {"path": "/nowhere"},
    "sftp": sftp_settings,
    "ftp": ftp_settings,
    "mailbox": mailbox_settings,
}

SANDBOX_NAMES: Mapping[str, str] = {"sf_express": "sf", "jtexpress": "jt", "kingdee_cloud": "kingdee"}
"""Where the sandbox calls a partner otherwise than the registry."""

FAULTED: Mapping[str, str] = {
    "wechat_account": "template.send",
    "wechat_shop": "order/*/*",
    "alibaba_1688": "*Order*",
    "nuonuo": "[!t]*",
}
"""Where a partner is asked something before it is told anything, a token or what it has already: the operations on
which faults are laid, for nothing is done yet before them. What becomes of a call whose token is not had is asked in
the partner's own tests."""

UNDISTURBED = frozenset({"folder", "sftp", "ftp", "mailbox"})
"""Whose peers cannot be told to fail in the ways that all partners are asked about: a disk, and servers that others
wrote. What becomes of outages, wrong passwords and lost connections is asked in their own tests."""
