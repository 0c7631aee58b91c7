"""WeChat Pay's notifications: the sealed envelope, and what the opened content means. No I/O."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import AwareDatetime, Field, ValidationError

from integrations.answers import Reply
from models.messages import PaymentNews
from models.money import Money

_PAID: Final = "TRANSACTION.SUCCESS"
_REFUNDS: Final = {"REFUND.SUCCESS": True, "REFUND.ABNORMAL": False, "REFUND.CLOSED": False}


class _Sealed(Reply):
    ciphertext: str
    nonce: str
    associated_data: str = ""


class Envelope(Reply):
    """A notification before it is opened."""

    id: str = Field(min_length=1)
    create_time: AwareDatetime
    event_type: str
    resource: _Sealed


class _Amount(Reply):
    total: int
    refund: int = 0
    currency: str = "CNY"


class _Payment(Reply):
    out_trade_no: str = Field(min_length=1)
    transaction_id: str = ""
    refund_id: str = ""
    success_time: AwareDatetime | None = None
    amount: _Amount


def payment_news(content: Mapping[str, Any], told_at: datetime) -> PaymentNews:
    """An opened notification; amounts are in fen. Raises ``ValueError`` for an unknown event or shape."""
    event = str(content.get("event_type"))
    if event != _PAID and event not in _REFUNDS:
        raise ValueError(f"an event of the unknown kind {event[:40]}")
    try:
        payment = _Payment.model_validate(content.get("resource"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise ValueError(f"the notification has no usable {'.'.join(map(str, first['loc']))}") from None
    paid = event == _PAID
    return PaymentNews(
        kind="payment" if paid else "refund",
        order_no=payment.out_trade_no,
        trade_no=payment.transaction_id,
        refund_no=payment.refund_id,
        amount=Money(payment.amount.total if paid else -payment.amount.refund, payment.amount.currency),
        done=paid or _REFUNDS[event],
        happened_at=(payment.success_time or told_at).astimezone(UTC),
    )
