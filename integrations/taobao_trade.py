"""A Taobao trade as the hub's order: which fields are asked for and what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from integrations.beijing import from_beijing
from integrations.discounts import price_paid
from integrations.reading import Reader, section, text
from models.lifecycle import OrderKind, Status
from models.messages import Address, ChannelLine, ChannelOrder, Paid, Party, Reported

CURRENCY: Final = "CNY"
FIELDS: Final = ",".join(
    [
        "tid,status,type,payment,total_fee,post_fee,discount_fee,created,pay_time,modified,consign_time,end_time",
        "buyer_open_uid,buyer_nick,buyer_message,seller_memo,oaid,alipay_no,step_trade_status,step_paid_fee",
        "receiver_name,receiver_state,receiver_city,receiver_district,receiver_town,receiver_address",
        "receiver_mobile,receiver_phone,orders",
    ]
)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a trade's status says: may it be shipped, is it off, how far is it, and what stands in its way."""

    paid: bool = False
    cancelled: bool = False
    status: Status | None = None
    hold: str = ""


_STATUSES: Final[Mapping[str, _Meaning]] = {
    "TRADE_NO_CREATE_PAY": _Meaning(),
    "WAIT_BUYER_PAY": _Meaning(),
    "PAY_PENDING": _Meaning(),
    "WAIT_PRE_AUTH_CONFIRM": _Meaning(),
    "PAID_FORBID_CONSIGN": _Meaning(paid=True, status=Status.RECEIVED, hold="channel-forbids-shipping"),
    "WAIT_SELLER_SEND_GOODS": _Meaning(paid=True),
    "SELLER_CONSIGNED_PART": _Meaning(paid=True, status=Status.RECEIVED, hold="channel-shipped-in-part"),
    "WAIT_BUYER_CONFIRM_GOODS": _Meaning(paid=True, status=Status.SHIPPED),
    "TRADE_BUYER_SIGNED": _Meaning(paid=True, status=Status.DELIVERED),
    "TRADE_FINISHED": _Meaning(paid=True, status=Status.COMPLETED),
    "TRADE_CLOSED": _Meaning(cancelled=True),
    "TRADE_CLOSED_BY_TAOBAO": _Meaning(cancelled=True),
}

_DEPOSIT_STEPS: Final = {"FRONT_NOPAID_FINAL_NOPAID": False, "FRONT_PAID_FINAL_NOPAID": True}
"""The steps of a presale before its balance is paid, and whether its deposit is."""

_BALANCE_PAID: Final = "FRONT_PAID_FINAL_PAID"

_REFUND_UNDER_WAY: Final = {
    "WAIT_SELLER_AGREE",
    "WAIT_BUYER_RETURN_GOODS",
    "WAIT_SELLER_CONFIRM_GOODS",
    "SELLER_REFUSE_BUYER",
}
"""What a line's ``refund_status`` says while nobody knows yet whether it is to be sent."""

HAS_LEFT: Final = {"WAIT_BUYER_CONFIRM_GOODS", "TRADE_BUYER_SIGNED", "TRADE_FINISHED"}
"""The statuses of a trade whose goods are on their way or arrived."""


def read_trade(tid: str, trade: Mapping[str, Any], seen_at: datetime) -> ChannelOrder:
    """Map one trade; a time that must be there and cannot be read becomes ``seen_at``, with a flaw."""
    reader = Reader()
    status = text(trade.get("status"))
    meaning = _STATUSES.get(status)
    if meaning is None:
        reader.note("channel-status-unknown", status, fact="status")
        meaning = _Meaning()
    paid_at = reader.moment(trade["pay_time"], from_beijing) if meaning.paid and trade.get("pay_time") else None
    paid = reader.minor(trade.get("payment"), CURRENCY)
    listed = section(trade.get("orders")).get("order")
    if not isinstance(listed, list) or not listed:
        reader.note("lines-missing", listed)
        listed = []
    suborders = [section(line) for line in listed]
    step = text(trade.get("step_trade_status"))
    if step in _DEPOSIT_STEPS:
        return _deposit(tid, trade, suborders, meaning, reader, seen_at)
    if step and step != _BALANCE_PAID:
        reader.note("channel-status-unknown", step, fact="status")
    lines = [(_line(place, line), _is_called_off(line, status)) for place, line in enumerate(suborders, start=1)]
    refunded = sum(line.amount_minor or 0 for line, called_off in lines if called_off)
    return ChannelOrder(
        order_no=tid,
        placed_at=reader.moment(trade.get("created"), from_beijing) or seen_at,
        updated_at=reader.moment(trade.get("modified"), from_beijing) or seen_at,
        currency=CURRENCY,
        amount_minor=None if paid is None else paid - refunded,
        customer=_buyer(trade),
        receiver=_receiver(trade),
        lines=tuple(line for line, called_off in lines if not called_off),
        paid=meaning.paid,
        payment=Paid(paid, paid_at, text(trade.get("alipay_no"))) if meaning.paid else None,
        cancelled=meaning.cancelled,
        freight_minor=(reader.minor(trade["post_fee"], CURRENCY) or 0) if trade.get("post_fee") else 0,
        remark="\n".join(filter(None, (text(trade.get("buyer_message")), text(trade.get("seller_memo"))))),
        deposit_no=_deposit_no(tid) if step == _BALANCE_PAID else "",
        reported=_reported(_refunding(meaning, suborders), trade, paid_at, reader),
        flaws=tuple(reader.flaws),
    )


def _is_called_off(line: Mapping[str, Any], status: str) -> bool:
    """Whether this line of a trade that has others to send was refunded and closed before it left."""
    closed = text(line.get("refund_status")) == "SUCCESS" and text(line.get("status")) == "TRADE_CLOSED"
    return closed and status == "WAIT_SELLER_SEND_GOODS"


def _refunding(meaning: _Meaning, lines: Sequence[Mapping[str, Any]]) -> _Meaning:
    """A trade that may be sent waits while a refund of one of its lines is under way."""
    under_way = any(text(line.get("refund_status")) in _REFUND_UNDER_WAY for line in lines)
    if under_way and meaning.paid and meaning.status is None:
        return replace(meaning, status=Status.RECEIVED, hold="channel-refund-under-way")
    return meaning


def _deposit_no(tid: str) -> str:
    """A presale is one trade with two steps there, and two orders here (A10)."""
    return f"{tid}/deposit"


def _deposit(
    tid: str,
    trade: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    meaning: _Meaning,
    reader: Reader,
    seen_at: datetime,
) -> ChannelOrder:
    """The trade as the deposit that it is until its balance is paid; worth what was paid in advance."""
    paid = _DEPOSIT_STEPS[text(trade.get("step_trade_status"))]
    amount = reader.minor(trade.get("step_paid_fee"), CURRENCY) if paid else 0
    paid_at = reader.moment(trade["pay_time"], from_beijing) if paid and trade.get("pay_time") else None
    return ChannelOrder(
        order_no=_deposit_no(tid),
        placed_at=reader.moment(trade.get("created"), from_beijing) or seen_at,
        updated_at=reader.moment(trade.get("modified"), from_beijing) or seen_at,
        currency=CURRENCY,
        amount_minor=amount,
        customer=_buyer(trade),
        receiver=_receiver(trade),
        lines=tuple(_line(place, line) for place, line in enumerate(lines, start=1)),
        kind=OrderKind.DEPOSIT,
        paid=paid,
        payment=Paid(amount, paid_at, text(trade.get("alipay_no"))) if paid else None,
        cancelled=meaning.cancelled,
        flaws=tuple(reader.flaws),
    )


def _buyer(trade: Mapping[str, Any]) -> Party:
    nick = text(trade.get("buyer_nick"))
    return Party(text(trade.get("buyer_open_uid")) or nick, nick)


def _reported(meaning: _Meaning, trade: Mapping[str, Any], paid_at: datetime | None, reader: Reader) -> Reported | None:
    if meaning.status is None:
        return None
    sent_at = reader.moment(trade["consign_time"], from_beijing) if trade.get("consign_time") else None
    return Reported(meaning.status, paid_at, sent_at, hold=meaning.hold)


def _receiver(trade: Mapping[str, Any]) -> Address:
    return Address(
        name=text(trade.get("receiver_name")),
        phone=text(trade.get("receiver_mobile")) or text(trade.get("receiver_phone")),
        province=text(trade.get("receiver_state")),
        city=text(trade.get("receiver_city")),
        district=text(trade.get("receiver_district")),
        street=text(trade.get("receiver_town")) + text(trade.get("receiver_address")),
        token=text(trade.get("oaid")),
    )


def _line(place: int, line: Mapping[str, Any]) -> ChannelLine:
    """One suborder at its share of what was paid: coupons of the whole trade are taken off in ``divide_order_fee``."""
    reader = Reader()
    quantity = reader.quantity(line.get("num"))
    price = reader.minor(line.get("price"), CURRENCY, "price-unreadable")
    amount = reader.minor(line.get("divide_order_fee") or line.get("payment"), CURRENCY)
    return ChannelLine(
        line_no=text(line.get("oid")) or str(place),
        sku=text(line.get("outer_sku_id")) or text(line.get("outer_iid")),
        quantity=quantity,
        price_minor=price_paid(price, quantity, amount),
        amount_minor=amount,
        title=text(line.get("title")),
        flaws=tuple(reader.flaws),
        raw=line,
    )
