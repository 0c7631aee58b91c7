"""Partners' own error codes, and what each means for what happens next."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from bench import Bench
from samples import CALLS

from integrations.errors import Conflict, Misconfigured, PartnerError, Rejected, Unavailable
from integrations.registry import PARTNERS
from integrations.words import QUIET
from sandbox import union_pay


def top(code: int, sub_code: str = "", sub_msg: str = "words") -> Any:
    return {"error_response": {"code": code, "msg": "Error", "sub_code": sub_code, "sub_msg": sub_msg}}


def qimen(code: str, message: str = "words", sub_code: str = "") -> str:
    return (
        f"<response><flag>failure</flag><code>{code}</code><sub_code>{sub_code}</sub_code>"
        f"<message>{message}</message></response>"
    )


def link(code: str) -> str:
    return f"<response><success>false</success><errorCode>{code}</errorCode><errorMsg>words</errorMsg></response>"


def sf(outer: str, inner: str = "") -> Any:
    content = json.dumps({"success": False, "errorCode": inner, "errorMsg": "words", "msgData": None})
    return {"apiResultCode": outer, "apiErrorMsg": "words", "apiResultData": content if inner else None}


def jt(code: str, data: Any = None) -> Any:
    return {"code": code, "msg": "words", "data": data}


def verdict(code: str, message: str) -> Any:
    said = [{"success": False, "error_code": code, "error_message": message}]
    modules = {"waybill_cloud_print_with_result_desc_response": said}
    return {"cainiao_waybill_ii_query_by_tradecode_response": {"modules": modules}}


def kuaidi100(code: str) -> Any:
    return {"result": False, "returnCode": code, "message": "words"}


def kingdee(message: str = "words", code: int = 0, field: str = "") -> Any:
    errors = [{"FieldName": field, "Message": message, "DIndex": 0}]
    return {"Result": {"ResponseStatus": {"IsSuccess": False, "ErrorCode": 500, "Errors": errors, "MsgCode": code}}}


def odata(status: int, code: str = "V1/302", headers: dict[str, str] | None = None) -> httpx.Response:
    error = {"code": code, "message": {"lang": "en", "value": "words"}}
    return httpx.Response(status, json={"error": error}, headers=headers)


def wise(message: str) -> Any:
    return {"StatusCode": 401, "Message": message, "Data": None}


def u8(message: str) -> Any:
    return {"errcode": "1", "errmsg": message}


def alipay(code: str, sub_code: str) -> Any:
    node = {"code": code, "msg": "Failed", "sub_code": sub_code, "sub_msg": "words"}
    return {"alipay_data_dataservice_bill_downloadurl_query_response": node}


def wechat(code: str) -> httpx.Response:
    return httpx.Response(400, json={"code": code, "message": "words"})


def unionpay(code: str) -> str:
    return union_pay._reply({}, code).body.decode()


def robot(code: int) -> Any:
    return {"errcode": code, "errmsg": "words"}


def bot(code: int) -> Any:
    return {"code": code, "msg": "words"}


def graphql(code: str) -> Any:
    return {"errors": [{"message": "words", "extensions": {"code": code}}]}


def response(reply: Any) -> httpx.Response:
    """A whole response as it is, a text or JSON as a reply of status 200."""
    if isinstance(reply, httpx.Response):
        return reply
    return httpx.Response(200, text=reply) if isinstance(reply, str) else httpx.Response(200, json=reply)


WAIT_UNKNOWN = (Unavailable, True)
WAIT = (Unavailable, False)
STOP = (Misconfigured, None)
NEVER = (Rejected, None)
AGAIN = (Conflict, None)


@pytest.mark.parametrize(
    ("name", "method", "reply", "expected"),
    [
        ("taobao", "pull_orders", top(7), WAIT),
        ("taobao", "pull_orders", top(15, "isp.top-remote-connection-timeout"), WAIT),
        ("taobao", "pull_orders", top(15, "isv.invalid-parameter"), NEVER),
        ("taobao", "pull_orders", top(25), STOP),
        ("taobao", "pull_orders", top(27), STOP),
        ("taobao", "pull_orders", top(10), WAIT),
        ("taobao", "pull_orders", top(41), NEVER),
        ("taobao", "push_shipment", top(15, "isp.unknown"), WAIT_UNKNOWN),
        ("taobao", "push_shipment", top(10), WAIT_UNKNOWN),
        ("taobao", "push_shipment", top(7), WAIT),
        ("taobao", "push_shipment", top(15, "isv.logistics-offline-service-error:B27"), NEVER),
        ("shopify", "pull_orders", graphql("THROTTLED"), WAIT),
        ("shopify", "pull_orders", graphql("ACCESS_DENIED"), STOP),
        ("shopify", "pull_orders", graphql("MAX_COST_EXCEEDED"), STOP),
        ("shopify", "pull_orders", graphql("INTERNAL_SERVER_ERROR"), WAIT),
        ("shopify", "pull_orders", {"errors": "words"}, WAIT),
        ("shopify", "push_shipment", {"data": {"order": None}}, NEVER),
        ("woocommerce", "pull_orders", httpx.Response(400, json={"code": "rest_invalid_param"}), NEVER),
        ("woocommerce", "pull_orders", httpx.Response(404, json={"code": "rest_no_route"}), STOP),
        ("qimen", "push_outbound", qimen("sign-check-failure", "Illegal request"), STOP),
        ("qimen", "push_outbound", qimen("25", "Invalid signature"), STOP),
        ("qimen", "push_outbound", qimen("15", "words", "isp.timeout"), WAIT_UNKNOWN),
        ("qimen", "push_outbound", qimen("7"), WAIT),
        ("qimen", "push_outbound", qimen("S05", "商品不存在"), NEVER),
        ("qimen", "push_outbound", "<response><what/></response>", WAIT_UNKNOWN),
        ("qimen", "find_outbound", qimen("S05", "系统错误"), NEVER),
        ("cainiao_link", "push_outbound", {"success": False, "errorCode": "S02", "errorMsg": "words"}, STOP),
        ("cainiao_link", "push_outbound", link("S04"), STOP),
        ("cainiao_link", "push_outbound", link("S07"), WAIT_UNKNOWN),
        ("cainiao_link", "push_outbound", link("S14"), WAIT_UNKNOWN),
        ("cainiao_link", "push_outbound", link("S12"), NEVER),
        ("cainiao_link", "push_outbound", link("S003"), NEVER),
        ("cainiao_link", "push_outbound", "<response><what/></response>", WAIT_UNKNOWN),
        ("cainiao_link", "find_outbound", link("S06"), WAIT),
        ("cainiao_link", "pull_stock", link("S04"), NEVER),
        ("cainiao_link", "find_outbound", link("B0002"), NEVER),
        ("cainiao_link", "find_outbound", {"success": True}, WAIT),
        ("cainiao_link", "pull_stock", "<response><success>true</success><item/></response>", WAIT),
        ("sf_express", "book_waybill", sf("A1005"), WAIT),
        ("sf_express", "book_waybill", sf("A1006"), STOP),
        ("sf_express", "book_waybill", sf("A1007"), WAIT_UNKNOWN),
        ("sf_express", "book_waybill", sf("A1099"), WAIT_UNKNOWN),
        ("sf_express", "book_waybill", sf("A1001"), NEVER),
        ("sf_express", "book_waybill", sf("A1000", "20035"), NEVER),
        ("sf_express", "book_waybill", sf("A1000"), WAIT_UNKNOWN),
        ("sf_express", "track", sf("A1000", "8003"), NEVER),
        ("jtexpress", "book_waybill", jt("145003030"), STOP),
        ("jtexpress", "book_waybill", jt("145003031"), STOP),
        ("jtexpress", "book_waybill", jt("145003040"), WAIT_UNKNOWN),
        ("jtexpress", "book_waybill", jt("145003062"), NEVER),
        ("jtexpress", "book_waybill", jt("145002001"), NEVER),
        ("jtexpress", "book_waybill", jt("1"), WAIT_UNKNOWN),
        ("jtexpress", "book_waybill", jt("1", {"txlogisticId": "OB-1"}), WAIT),
        ("jtexpress", "find_waybill", jt("145005000"), WAIT),
        ("jtexpress", "find_waybill", jt("145003050"), NEVER),
        ("jtexpress", "track", jt("1", [{"billCode": "JT1", "details": [{"scanTime": "today"}]}]), WAIT),
        ("cainiao", "book_waybill", top(7), WAIT),
        ("cainiao", "book_waybill", top(15, "isp.service-timeout"), WAIT_UNKNOWN),
        ("cainiao", "book_waybill", top(27), STOP),
        ("cainiao", "book_waybill", top(15, "isv.cp-not-subscribed"), NEVER),
        ("cainiao", "book_waybill", {"cainiao_waybill_ii_get_response": {"modules": {}}}, WAIT_UNKNOWN),
        ("cainiao", "find_waybill", verdict("SYSTEM_ERROR", "系统异常"), NEVER),
        ("cainiao", "cancel_waybill", top(10), WAIT_UNKNOWN),
        ("kuaidi100", "track_for", kuaidi100("503"), STOP),
        ("kuaidi100", "track_for", kuaidi100("601"), STOP),
        ("kuaidi100", "track_for", kuaidi100("999"), NEVER),
        ("kuaidi100", "track_for", {"message": "ok"}, WAIT),
        ("kuaidi100", "track_for", {"status": "200", "nu": "1", "data": [{"time": "today"}]}, WAIT),
        ("kuaidi100", "subscribe", kuaidi100("600"), STOP),
        ("kuaidi100", "subscribe", kuaidi100("700"), NEVER),
        ("kuaidi100", "subscribe", {"message": "ok"}, WAIT_UNKNOWN),
        ("kingdee_cloud", "push_order", kingdee("会话信息已丢失，请重新登录"), STOP),
        ("kingdee_cloud", "push_order", kingdee("words", code=-10001), STOP),
        ("kingdee_cloud", "push_order", kingdee("客户不存在", field="FCustId"), NEVER),
        ("kingdee_cloud", "find_order", [[kingdee("字段不存在")]], NEVER),
        ("kingdee_cloud", "find_order", [["only one column"]], WAIT),
        ("kingdee_cloud", "pull_stock", [["SKU-0001", "many", 1]], WAIT),
        ("kingdee_wise", "find_order", wise("授权码无效"), STOP),
        ("kingdee_wise", "find_order", wise("Token已过期"), STOP),
        ("kingdee_wise", "find_order", {"StatusCode": 200, "Data": {"Code": "Y", "Token": "t", "Validity": 60}}, WAIT),
        ("kingdee_wise", "find_order", {"StatusCode": 200, "Data": {"Code": "Y"}}, WAIT),
        ("sap", "find_order", odata(400), NEVER),
        ("sap", "find_order", odata(403), STOP),
        ("sap", "find_order", odata(404), NEVER),
        ("sap", "find_order", odata(409), AGAIN),
        ("sap", "find_order", httpx.Response(400, text="<html>words</html>"), NEVER),
        ("sap", "find_order", {"d": {"results": [{"SalesOrder": "1"}], "__count": "1"}}, WAIT),
        ("sap", "pull_stock", {"d": {"results": [{}], "__count": "1"}}, WAIT),
        ("u8_openapi", "find_order", u8("app_key 未授权"), STOP),
        ("u8_openapi", "find_order", u8("token 已过期"), STOP),
        ("u8_openapi", "find_order", u8("调用过于频繁"), WAIT),
        ("u8_openapi", "find_order", u8("客户已停用"), NEVER),
        ("u8_openapi", "find_order", {"errcode": "0", "token": {"id": "t", "expiresIn": 7200}}, WAIT),
        ("u8_openapi", "pull_stock", {"errcode": "0", "token": {"id": "t", "expiresIn": 7200}, "row_count": "1"}, WAIT),
        ("alipay", "pull_statement", alipay("40004", "BILL_NOT_EXIST"), WAIT),
        ("alipay", "pull_statement", alipay("40004", "INVAILID_ARGUMENTS"), NEVER),
        ("alipay", "pull_statement", alipay("40006", "isv.insufficient-isv-permissions"), STOP),
        ("alipay", "pull_statement", alipay("40002", "isv.invalid-signature"), STOP),
        ("alipay", "pull_statement", alipay("20000", "aop.unknow-error"), WAIT),
        ("alipay", "pull_statement", alipay("10000", ""), STOP),
        ("wechat_pay", "pull_statement", wechat("STATEMENT_CREATING"), WAIT),
        ("wechat_pay", "pull_statement", wechat("PARAM_ERROR"), NEVER),
        ("wechat_pay", "pull_statement", wechat("NO_AUTH"), STOP),
        ("wechat_pay", "pull_statement", {"download_url": "http://127.0.0.1/x"}, STOP),
        ("union_pay", "pull_statement", unionpay("11"), STOP),
        ("union_pay", "pull_statement", unionpay("10"), NEVER),
        ("union_pay", "pull_statement", "respCode=00&signature=AAAA", STOP),
        ("union_pay", "pull_statement", "respCode=00", WAIT),
        ("qweather", "pull_alerts", {"code": "401"}, STOP),
        ("qweather", "pull_alerts", {"code": "429"}, WAIT),
        ("qweather", "pull_alerts", {"alerts": []}, WAIT),
        ("dingtalk", "notify", robot(310000), STOP),
        ("dingtalk", "notify", robot(130101), WAIT),
        ("dingtalk", "notify", robot(-1), WAIT),
        ("dingtalk", "notify", robot(400), NEVER),
        ("slack", "notify", "no_service", STOP),
        ("wecom", "notify", robot(93000), STOP),
        ("wecom", "notify", robot(45009), WAIT),
        ("wecom", "notify", robot(-1), WAIT),
        ("wecom", "notify", robot(40058), NEVER),
        ("mail", "notify", "530 5.7.0 Authentication required", STOP),
        ("mail", "notify", "452 4.2.2 over quota", WAIT),
        ("mail", "notify", "421 4.3.2 shutting down", WAIT),
        ("mail", "notify", "554 5.7.1 this looks like spam", NEVER),
        ("mail", "notify", "999 what", WAIT_UNKNOWN),
        ("wechat_account", "notify", robot(40125), STOP),
        ("wechat_account", "notify", robot(40164), STOP),
        ("wechat_account", "notify", robot(-1), WAIT),
        ("wechat_account", "notify", robot(45011), WAIT),
        ("wechat_account", "notify", {"expires_in": 7200}, WAIT),
        ("wechat_account", "notify", {"access_token": "t"}, WAIT_UNKNOWN),
        ("feishu", "notify", bot(19021), STOP),
        ("feishu", "notify", bot(19001), STOP),
        ("feishu", "notify", bot(11232), WAIT),
        ("feishu", "notify", bot(9499), NEVER),
        ("feishu", "notify", {"StatusCode": 19024, "msg": "Key Words Not Found"}, STOP),
        ("feishu", "notify", {"msg": "neither code"}, WAIT_UNKNOWN),
    ],
)
@pytest.mark.usefixtures("no_waiting")
async def test_a_code_has_its_class(
    bench: Bench, name: str, method: str, reply: Any, expected: tuple[type[PartnerError], bool | None]
) -> None:
    call = next(call for call in CALLS[PARTNERS[name].port] if call.method == method)
    arguments = await call.prepare(bench, name)
    partner = bench.replying(name, lambda _: response(reply))
    with pytest.raises(PartnerError) as caught:
        await call.run(partner, arguments)
    assert type(caught.value) is expected[0], caught.value
    assert getattr(caught.value, "outcome_unknown", None) == expected[1], caught.value


@pytest.mark.parametrize(
    ("name", "reply", "expected"),
    [
        ("taobao", top(7, "", "This ban will last for 42 more seconds"), timedelta(seconds=42)),
        ("taobao", top(7, "", "App Call Limited"), QUIET),
        ("dingtalk", robot(130101), timedelta(minutes=10)),
        ("wecom", robot(45009), timedelta(minutes=1)),
        ("feishu", bot(11232), timedelta(minutes=1)),
        ("shopify", graphql("THROTTLED"), QUIET),
        ("woocommerce", httpx.Response(429), QUIET),
        ("dingtalk_approval", httpx.Response(403, json={"code": "Forbidden.AccessDenied.QpsLimitForApi"}), QUIET),
        ("feishu_approval", bot(99991400), QUIET),
    ],
)
async def test_how_long_to_wait_is_passed_on(bench: Bench, name: str, reply: Any, expected: timedelta) -> None:
    call = CALLS[PARTNERS[name].port][0]
    with pytest.raises(Unavailable) as caught:
        await call.run(bench.replying(name, lambda _: response(reply)), await call.prepare(bench, name))
    assert caught.value.retry_after == expected


async def test_an_erp_order_of_another_customer_under_our_number_is_not_taken_for_ours(bench: Bench) -> None:
    replies = [kingdee("已经存在", field="FBillNo"), [[1, "A", "SOMEBODY", "", "A"]]]
    partner = bench.replying("kingdee_cloud", lambda _: httpx.Response(200, json=replies.pop(0)))
    call = CALLS[PARTNERS["kingdee_cloud"].port][0]
    with pytest.raises(Rejected, match="SOMEBODY"):
        await call.run(partner, await call.prepare(bench, "kingdee_cloud"))


async def test_a_carrier_that_does_not_go_there_is_not_asked_again(bench: Bench) -> None:
    content = {"success": True, "msgData": {"orderId": "OB-1", "filterResult": 3, "waybillNoInfoList": None}}
    reply = {"apiResultCode": "A1000", "apiResultData": json.dumps(content)}
    call = CALLS[PARTNERS["sf_express"].port][0]
    with pytest.raises(Rejected, match="does not carry"):
        await call.run(
            bench.replying("sf_express", lambda _: httpx.Response(200, json=reply)),
            await call.prepare(bench, "sf_express"),
        )
