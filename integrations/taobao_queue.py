"""What stands in Taobao's message queue (TMC): which trade a message is about. No I/O."""

import json
from typing import Annotated

from pydantic import BeforeValidator

from integrations.answers import Reply
from integrations.reading import section, text

MOST_TAKEN = 100
"""How many messages are asked for at once; TMC gives up to 200."""


class _Queued(Reply):
    id: Annotated[str, BeforeValidator(str)]
    content: str = ""


class _Messages(Reply):
    tmc_message: tuple[_Queued, ...] = ()


class Taken(Reply):
    """A batch of messages; none at all when the queue is empty."""

    messages: _Messages = _Messages()

    @property
    def receipts(self) -> tuple[str, ...]:
        """The ids by which the batch is confirmed."""
        return tuple(message.id for message in self.messages.tmc_message)

    @property
    def trades(self) -> tuple[str, ...]:
        """The numbers of the trades that the batch is about, each once; what is about none has no number here."""
        numbers = (_trade_in(message.content) for message in self.messages.tmc_message)
        return tuple(dict.fromkeys(number for number in numbers if number))


class Confirmed(Reply):
    """The answer to a confirmation."""

    is_success: bool


def _trade_in(content: str) -> str:
    try:
        return text(section(json.loads(content)).get("tid"))
    except (ValueError, RecursionError):
        return ""
