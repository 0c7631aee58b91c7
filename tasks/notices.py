"""How a notice to our own people is written: in the company's language, from the message catalogue."""

from collections.abc import Sequence
from typing import Any

from messages import say, say_reason
from models.outbox import Owed
from models.reasons import Fact, Reason
from settings import get_settings


def notice(connection: str, key: str, title: str, reasons: Sequence[Reason], **facts: Fact) -> dict[str, Any]:
    """An outbox row that tells people ``title`` (a catalogue key, filled with ``facts``) and why."""
    locale = get_settings().locale
    text = "\n".join(say_reason(reason, locale) for reason in reasons)
    payload = {"title": say(title, locale, **facts), "text": text}
    return {"kind": Owed.NOTICE, "connection": connection, "idempotency_key": f"notice:{key}", "payload": payload}
