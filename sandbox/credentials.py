"""Sample credentials of the simulated partners: known to both sides, secret to nobody.

The demo and the tests take from here what a real installation gets from its partners.
"""

from __future__ import annotations

from pathlib import Path

_KEYS = Path(__file__).parent / "keys"

TAOBAO_APP_KEY = "12345678"
TAOBAO_APP_SECRET = "helloworld"
TAOBAO_SESSION = "test"
TAOBAO_SELLER_NICK = "脊梁旗舰店"

ALIBABA_1688_APP_KEY = "1000000"
ALIBABA_1688_SECRET = "test123"
ALIBABA_1688_TOKEN = "tok"

ALIBABA_COM_APP_KEY = "123456"
ALIBABA_COM_SECRET = "helloworld"
ALIBABA_COM_TOKEN = "test"

JD_APP_KEY = "12345678"
JD_APP_SECRET = "helloworld"
JD_ACCESS_TOKEN = "test"

SHOP_SECRET = "whsec_c2FuZGJveC1zaG9wLXNlY3JldC0wMTIzNDU2Nzg5YWI="
"""Signs requests to the shop and its webhooks alike."""

SHOPIFY_ACCESS_TOKEN = "shpat_0123456789abcdef0123456789abcdef"
SHOPIFY_WEBHOOK_SECRET = "hush-sandbox-client-secret"

WOOCOMMERCE_KEY = "ck_sandbox0123456789abcdef0123456789abcdef"
WOOCOMMERCE_SECRET = "cs_sandbox0123456789abcdef0123456789abcdef"
WOOCOMMERCE_WEBHOOK_SECRET = "whsec-sandbox-woocommerce"

DINGTALK_APP_KEY = "dingsandbox0app0key0"
DINGTALK_APP_SECRET = "sandbox-dingtalk-app-secret-0123456789"
DINGTALK_APP_TOKEN = "sandbox-dingtalk-access-token"
DINGTALK_PROCESS_CODE = "PROC-SANDBOX-0001"
DINGTALK_CALLBACK_TOKEN = "sandbox-dingtalk-callback-token"
DINGTALK_CALLBACK_KEY = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij"

FEISHU_APP_ID = "cli_sandbox000000"
FEISHU_APP_SECRET = "sandbox-feishu-app-secret-0123456789"
FEISHU_APP_TOKEN = "t-sandbox-feishu-tenant-token"
FEISHU_APPROVAL_CODE = "7C468A54-8745-2245-9675-08B7C63E7A85"
FEISHU_ENCRYPT_KEY = "sandbox-feishu-encrypt-key"
FEISHU_VERIFICATION_TOKEN = "sandbox-feishu-verification-token"

QIMEN_APP_KEY = "12345678"
QIMEN_APP_SECRET = "test"
QIMEN_CUSTOMER_ID = "stub-cust-code"
QIMEN_OWNER_CODE = "OWNER1"

CAINIAO_LINK_PROVIDER = "CP_SANDBOX0001"
CAINIAO_LINK_SECRET = "testsecret"
CAINIAO_LINK_OWNER = "2000000001"

SF_PARTNER_ID = "SANDBOX"
SF_CHECKWORD = "testcheckword"
SF_MONTHLY_CARD = "7551234567"

JT_API_ACCOUNT = "100200300400500600"
JT_PRIVATE_KEY = "0258d71b55fc45e3ad7a7f38bf4b201a"
JT_CUSTOMER_CODE = "J0086474299"
JT_PASSWORD = "H5CD3zE6"

CAINIAO_APP_KEY = "23456789"
CAINIAO_APP_SECRET = "sandbox-cainiao-application-secret"
CAINIAO_SESSION = "sandbox-cainiao-session"
CAINIAO_COMPANY = "YTO"
CAINIAO_USER_ID = 2088000001

KUAIDI100_CUSTOMER = "testcustomer"
KUAIDI100_KEY = "testkey"
KUAIDI100_SALT = "saltsalt"

KINGDEE_ACCOUNT_ID = "5db25ac8d2b819"
KINGDEE_USER = "webapi"
KINGDEE_APP_ID = "204399_72epSbtEQMC92Vwt2d3LRa9LRqSc1tqJ"
KINGDEE_APP_SECRET = "fb7d46647ac346dbb5fcd45b65512a45"
KINGDEE_LANGUAGE = 2052

KINGDEE_WISE_AUTHORITY = "9c1f17bc02ee5aa4sandbox"
KINGDEE_WISE_CHECKER = "hub"

U8_FROM_ACCOUNT = "sandbox_developer"
U8_TO_ACCOUNT = "sandbox_enterprise"
U8_APP_KEY = "opa0123456789abcdef"
U8_APP_SECRET = "sandbox-u8-application-secret"

SAP_CLIENT = "100"
SAP_USER = "HUB"
SAP_PASSWORD = "sandbox communication user"

ALIPAY_APP_ID = "2021000000000001"
ALIPAY_SELLER_ACCOUNT = "20880000000000010156"
ALIPAY_APP_PRIVATE_KEY = (_KEYS / "alipay_app.pem").read_text()
ALIPAY_APP_PUBLIC_KEY = (_KEYS / "alipay_app.pub.pem").read_text()
ALIPAY_GATEWAY_PRIVATE_KEY = (_KEYS / "alipay_gateway.pem").read_text()
ALIPAY_GATEWAY_PUBLIC_KEY = (_KEYS / "alipay_gateway.pub.pem").read_text()

WECHAT_MERCHANT_ID = "1900000001"
WECHAT_MERCHANT_SERIAL = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"
WECHAT_API_V3_KEY = "0123456789abcdef0123456789abcdef"
WECHAT_MERCHANT_PRIVATE_KEY = (_KEYS / "wechat_merchant.pem").read_text()
WECHAT_MERCHANT_PUBLIC_KEY = (_KEYS / "wechat_merchant.pub.pem").read_text()
WECHAT_PLATFORM_KEY_ID = "PUB_KEY_ID_0119000000012026010100000000000000"
WECHAT_PLATFORM_PRIVATE_KEY = (_KEYS / "wechat_platform.pem").read_text()
WECHAT_PLATFORM_PUBLIC_KEY = (_KEYS / "wechat_platform.pub.pem").read_text()

UNIONPAY_MERCHANT_ID = "777290058110048"
UNIONPAY_CERT_ID = "68759663125"
UNIONPAY_MERCHANT_PRIVATE_KEY = (_KEYS / "unionpay_merchant.pem").read_text()
UNIONPAY_MERCHANT_PUBLIC_KEY = (_KEYS / "unionpay_merchant.pub.pem").read_text()
UNIONPAY_ISSUER = (_KEYS / "unionpay_issuer.crt.pem").read_text()
UNIONPAY_SIGN_CERTIFICATE = (_KEYS / "unionpay_sign.crt.pem").read_text()
UNIONPAY_SIGN_PRIVATE_KEY = (_KEYS / "unionpay_sign.pem").read_text()

NUONUO_APP_KEY = "testappkey"
NUONUO_APP_SECRET = "testappsecret"
NUONUO_TAX_NO = "91310115MA1K39423D"

QWEATHER_KEY_ID = "KID0000001"
QWEATHER_PROJECT_ID = "PROJECT01"
QWEATHER_PRIVATE_KEY = (_KEYS / "qweather.pem").read_text()
QWEATHER_PUBLIC_KEY = (_KEYS / "qweather.pub.pem").read_text()

CAP_USER = "hub"
CAP_PASSWORD = "sandbox warnings password"

DINGTALK_TOKEN = "sandbox-robot"
DINGTALK_SECRET = "SECthis is secret"

WECOM_KEY = "693a91f6-sandbox-robot"

FEISHU_TOKEN = "5f6e7d8c-sandbox-bot"
FEISHU_SECRET = "demo"

WECHAT_APP_ID = "wx5823bf96d3bd56c7"
WECHAT_APP_SECRET = "sandbox-official-account"
WECHAT_TEMPLATE_ID = "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"
WECHAT_FOLLOWERS = ("oSandboxFollower0000000000001", "oSandboxFollower0000000000002")

WECHAT_SHOP_APP_ID = "wxb1170446a4c0a5a2"
WECHAT_SHOP_SECRET = "sandbox-wechat-shop"
WECHAT_SHOP_TOKEN = "QDG6eK"
WECHAT_SHOP_AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"

SLACK_WEBHOOK_PATH = "/slack/services/T000/B000/XXX"
SLACK_SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
