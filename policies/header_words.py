"""What columns of order files are called, in Chinese and English, and what their cells look like (A2).

A field is named as in a preset: ``orders.…`` is said once per order, ``lines.…`` once per line.
"""

import re
from dataclasses import dataclass

_NUMBER = r"[¥￥$€£]?\s*[-+]?\d[\d,]*(\.\d+)?\s*元?"
_WHOLE = r"[-+]?\d[\d,]*(\.0+)?\s*[件个]?"
_DAY = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([ T]\d{1,2}:\d{2}.*)?|\d{1,2}[/.]\d{1,2}[/.]\d{4}( .*)?"
_PHONE = r"(\+?86[- ]?)?1\d{10}|\+?\d[\d -]{6,16}\d"
_CODE = r"[^\s]{1,64}"
_ORDER_NO = r"[A-Za-z0-9][A-Za-z0-9_/-]{2,63}"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column may fill: its words, the form of its cells, and a form that tells it without a header."""

    name: str
    words: tuple[str, ...]
    form: str = ""
    telling: str = ""


FIELDS = (
    Field(
        "orders.order_no",
        (
            "order_no",
            "order id",
            "order number",
            "订单号",
            "订单编号",
            "单号",
            "主订单编号",
            "invoice no",
            "po number",
            "order",
        ),
        _ORDER_NO,
    ),
    Field(
        "orders.placed_at",
        (
            "placed_at",
            "order date",
            "order time",
            "created at",
            "invoice date",
            "下单时间",
            "下单日期",
            "订单日期",
            "订单创建时间",
        ),
        _DAY,
        telling=r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}.*",
    ),
    Field(
        "orders.promised_on",
        ("promised_on", "delivery date", "due date", "承诺日期", "交期", "交货日期", "要求到货日期"),
        _DAY,
    ),
    Field(
        "orders.customer",
        ("customer", "customer id", "customer code", "buyer", "客户", "客户编码", "客户编号", "买家会员名"),
    ),
    Field("orders.customer_name", ("customer name", "company name", "客户名称", "公司名称")),
    Field(
        "orders.receiver", ("receiver", "recipient", "consignee", "ship to", "收货人", "收货人姓名", "收件人", "联系人")
    ),
    Field(
        "orders.phone",
        ("phone", "mobile", "tel", "telephone", "电话", "手机", "联系电话", "联系手机", "收货人电话", "手机号"),
        _PHONE,
        telling=r"(\+?86[- ]?)?1[3-9]\d{9}",
    ),
    Field("orders.country", ("country", "国家")),
    Field("orders.province", ("province", "state", "省", "省份")),
    Field("orders.city", ("city", "市", "城市")),
    Field("orders.district", ("district", "county", "区", "区县")),
    Field("orders.street", ("address", "street", "shipping address", "地址", "收货地址", "详细地址")),
    Field("orders.currency", ("currency", "币种", "货币"), telling="CNY|RMB|人民币|USD|EUR|GBP|HKD|JPY"),
    Field("orders.amount", ("order amount", "order total", "total amount", "订单金额", "总金额", "应付总额"), _NUMBER),
    Field("orders.freight", ("freight", "shipping fee", "postage", "运费", "邮费", "买家应付邮费"), _NUMBER),
    Field("orders.urgent", ("urgent", "rush", "加急", "紧急", "是否加急")),
    Field("orders.remark", ("remark", "note", "comment", "备注", "订单备注", "买家留言", "留言")),
    Field("orders.status", ("status", "order status", "订单状态", "状态")),
    Field("orders.paid_at", ("paid_at", "payment time", "付款时间", "支付时间", "订单付款时间"), _DAY),
    Field("lines.line_no", ("line_no", "line", "item no", "行号", "序号", "子订单编号"), _CODE),
    Field(
        "lines.sku",
        (
            "sku",
            "sku code",
            "item code",
            "product code",
            "product id",
            "stock code",
            "商品编码",
            "货号",
            "物料编码",
            "商家编码",
            "产品编码",
            "规格编码",
        ),
        r".{1,64}",
    ),
    Field(
        "lines.title",
        ("title", "product name", "product", "description", "商品名称", "品名", "宝贝标题", "产品名称", "名称"),
    ),
    Field(
        "lines.quantity", ("quantity", "qty", "pieces", "数量", "订购数量", "件数", "购买数量", "宝贝总数量"), _WHOLE
    ),
    Field("lines.price", ("price", "unit price", "单价", "含税单价", "价格", "销售单价"), _NUMBER),
    Field("lines.amount", ("amount", "line amount", "line total", "subtotal", "金额", "小计", "行金额"), _NUMBER),
)


def normalised(header: str) -> str:
    """A header without case, blanks, punctuation and a closing unit: ``Order No.`` and ``order_no`` are one."""
    bare = re.sub(r"[（(](元|件|个|cny|rmb|pcs)[)）]$", "", header.strip().casefold())
    return re.sub(r"[\W_]+", "", bare)
