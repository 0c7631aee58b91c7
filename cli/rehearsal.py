"""A company whose partners are all played by the sandbox: for the demo, the tests and the benchmarks."""

import json
import os
from pathlib import Path

from sandbox import credentials as known

SECRETS = {
    "shop": {"secret": known.SHOP_SECRET},
    "taobao": {"secret": known.TAOBAO_APP_SECRET, "session": known.TAOBAO_SESSION},
    "qimen": {"secret": known.QIMEN_APP_SECRET},
    "sf": {"checkword": known.SF_CHECKWORD},
    "kingdee": {"app_secret": known.KINGDEE_APP_SECRET},
    "alipay": {"private_key": known.ALIPAY_APP_PRIVATE_KEY},
    "nuonuo": {"app_secret": known.NUONUO_APP_SECRET},
    "qweather": {"private_key": known.QWEATHER_PRIVATE_KEY},
    "robot": {"access_token": known.DINGTALK_TOKEN, "secret": known.DINGTALK_SECRET},
}


def connections_toml(sandbox: str) -> str:
    """A ``connections.toml`` in which everything is connected to the sandbox at that address."""
    qimen = (
        f'settings = {{ url = "{sandbox}/qimen/router/qimen/service", app_key = "{known.QIMEN_APP_KEY}", '
        f'customer_id = "{known.QIMEN_CUSTOMER_ID}", owner_code = "{known.QIMEN_OWNER_CODE}" }}\nsecret = "qimen"'
    )
    return f'''
[company]
code = "main"
name = "脊梁贸易有限公司"
zone = "Asia/Shanghai"

[[channel]]
code = "shop"
partner = "shop"
settings = {{ url = "{sandbox}/shop" }}
secret = "shop"

[[channel]]
code = "taobao"
partner = "taobao"
settings = {{ url = "{sandbox}/taobao/router/rest", app_key = "{known.TAOBAO_APP_KEY}" }}
secret = "taobao"

[[warehouse]]
code = "SZ-01"
partner = "qimen"
name = "深圳仓"
region = "广东省"
city = "深圳市"
street = "福保街道桃花路 1 号"
phone = "075512345678"
{qimen}

[[warehouse]]
code = "SH-01"
partner = "qimen"
name = "上海仓"
region = "上海市"
city = "上海市"
street = "外高桥富特北路 8 号"
phone = "02112345678"
{qimen}

[[carrier]]
code = "SF"
partner = "sf_express"
settings = {{ url = "{sandbox}/sf/std/service", partner_id = "{known.SF_PARTNER_ID}", \
monthly_card = "{known.SF_MONTHLY_CARD}" }}
secret = "sf"

[[erp]]
code = "kingdee"
partner = "kingdee_cloud"
settings = {{ url = "{sandbox}/k3cloud", account_id = "{known.KINGDEE_ACCOUNT_ID}", user = "{known.KINGDEE_USER}", \
app_id = "{known.KINGDEE_APP_ID}" }}
secret = "kingdee"

[[payments]]
code = "alipay"
partner = "alipay"
settings = {{ url = "{sandbox}/alipay/gateway.do", app_id = "{known.ALIPAY_APP_ID}", \
alipay_public_key = """{known.ALIPAY_GATEWAY_PUBLIC_KEY}""" }}
secret = "alipay"

[[invoices]]
code = "nuonuo"
partner = "nuonuo"
settings = {{ url = "{sandbox}/nuonuo/open/v1/services", token_url = "{sandbox}/nuonuo/accessToken", \
app_key = "{known.NUONUO_APP_KEY}", tax_no = "{known.NUONUO_TAX_NO}", phone = "02112345678", \
address = "上海市浦东新区张江路 1 号", clerk = "王会计" }}
secret = "nuonuo"

[[alerts]]
code = "qweather"
partner = "qweather"
settings = {{ url = "{sandbox}/qweather", key_id = "{known.QWEATHER_KEY_ID}", \
project_id = "{known.QWEATHER_PROJECT_ID}" }}
secret = "qweather"

[[notifier]]
code = "ops-robot"
partner = "dingtalk"
settings = {{ url = "{sandbox}/dingtalk/robot/send" }}
secret = "robot"
'''


def rehearse(home: Path, sandbox: str) -> dict[str, str]:
    """Write the company's files into ``home``; the environment that points a process at them, secrets included."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "connections.toml"
    file.write_text(connections_toml(sandbox), encoding="utf-8")
    secrets = {f"ORDERSPINE_SECRET_{name.upper()}": json.dumps(secret) for name, secret in SECRETS.items()}
    return {"ORDERSPINE_HOME": str(home), "ORDERSPINE_CONNECTIONS": str(file), **secrets}


def enter(environment: dict[str, str]) -> None:
    """Make this process, and those it starts, work in that environment."""
    os.environ.update(environment)
