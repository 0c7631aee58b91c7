"""The company of this proof: three channels, two ERPs, two warehouses and three carriers, all played by the sandbox."""

import json
from pathlib import Path

from cli.rehearsal import connections_toml, rehearse
from sandbox import credentials as known
from settings import ROOT

CHANNELS = ("shop", "taobao", "wechat_shop")
ERPS = ("kingdee", "sap")
WAREHOUSES = ("SZ-01", "SH-01")
CARRIERS = ("SF", "JT", "YTO")
SECRETS = {
    "cainiao": {"secret": known.CAINIAO_APP_SECRET, "session": known.CAINIAO_SESSION},
    "jt": {"private_key": known.JT_PRIVATE_KEY, "password": known.JT_PASSWORD},
    "kuaidi100": {"key": known.KUAIDI100_KEY, "salt": known.KUAIDI100_SALT},
    "sap": {"password": known.SAP_PASSWORD},
    "wechat": {
        "app_secret": known.WECHAT_SHOP_SECRET,
        "token": known.WECHAT_SHOP_TOKEN,
        "aes_key": known.WECHAT_SHOP_AES_KEY,
    },
}


def _more(sandbox: str) -> str:
    return f'''
[[channel]]
code = "wechat_shop"
partner = "wechat_shop"
settings = {{ url = "{sandbox}/wechat_shop", app_id = "{known.WECHAT_SHOP_APP_ID}" }}
secret = "wechat"

[[carrier]]
code = "JT"
partner = "jtexpress"
settings = {{ url = "{sandbox}/jt/webopenplatformapi/api", api_account = "{known.JT_API_ACCOUNT}", \
customer_code = "{known.JT_CUSTOMER_CODE}" }}
secret = "jt"

[[carrier]]
code = "YTO"
partner = "cainiao"
carried_by = "yto"
tracked_by = "K"
settings = {{ url = "{sandbox}/cainiao/router/rest", app_key = "{known.CAINIAO_APP_KEY}", \
cp_code = "{known.CAINIAO_COMPANY}", user_id = {known.CAINIAO_USER_ID}, template_url = "http://template" }}
secret = "cainiao"

[[tracker]]
code = "K"
partner = "kuaidi100"
settings = {{ url = "{sandbox}/kuaidi100", customer = "{known.KUAIDI100_CUSTOMER}" }}
secret = "kuaidi100"

[[erp]]
code = "sap"
partner = "sap"
settings = {{ url = "{sandbox}/sap/opu/odata/sap", user = "{known.SAP_USER}", sales_organisation = "1710", \
progress_field = "YY1_Progress_SDH", outbound_field = "YY1_Outbound_SDH", waybill_field = "YY1_Waybills_SDH", \
billed_from = "order" }}
secret = "sap"
'''


def connect(home: Path, sandbox: str) -> dict[str, str]:
    """Write the company's files; the environment that points a process at them. SAP keeps what Taobao sells, Kingdee
    the rest; J&T stands behind SF, and YTO, booked through Cainiao and followed by Kuaidi100, behind both. The first
    warehouse takes outbounds together, the other one by one."""
    environment = rehearse(home, sandbox)
    taobao = 'partner = "taobao"\n'
    text = connections_toml(sandbox).replace(taobao, f'{taobao}erp = "sap"\n') + _more(sandbox)
    owner = f'owner_code = "{known.QIMEN_OWNER_CODE}"'
    text = text.replace(owner, f"{owner}, batch = 20", 1)
    Path(environment["ORDERSPINE_CONNECTIONS"]).write_text(text, encoding="utf-8")
    secrets = {f"ORDERSPINE_SECRET_{name.upper()}": json.dumps(secret) for name, secret in SECRETS.items()}
    here = {"ORDERSPINE_DATABASE_URL": "", "ORDERSPINE_RULES": str(ROOT / "orderspine.toml")}
    return {**environment, **secrets, **here, "ORDERSPINE_CLOCK_FILE": str(home / "now")}
