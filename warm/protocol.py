"""What a worker and its nursery say to each other: one JSON object a line, over a Unix stream socket pair.

::

    worker                          nursery
      │ ◄──────────────── Ready ──── │   once, when everything is imported; or Unready, and the nursery ends
      │ ── Fork(key) ──────────────► │
      │ ◄───────── Forked(key, pid)  │   or Refused(key, reason)
      │ ◄────── Exited(key, status)  │   when the child has ended and is reaped

Closing the socket is the order to end, which a killed worker gives too: the nursery stops its children, then
itself.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter


class Fork(BaseModel):
    """Fork a child that calls ``entry`` with ``arguments``.

    ``environment`` is the whole environment of the child, ``directory`` the one it starts in. Without
    ``stream_output`` what it prints is dropped.
    """

    kind: Literal["fork"] = "fork"
    key: str
    entry: Literal["flow_run", "hook"]
    arguments: list[str]
    environment: dict[str, str]
    directory: str
    stream_output: bool = True


class Ready(BaseModel):
    """Every module is imported and the process is fit to be forked; ``seconds`` is what that took."""

    kind: Literal["ready"] = "ready"
    seconds: float


class Unready(BaseModel):
    """The nursery cannot be forked from, for the ``reason``, and ends."""

    kind: Literal["unready"] = "unready"
    reason: str


class Forked(BaseModel):
    """The child runs as ``pid``, which is its process group too."""

    kind: Literal["forked"] = "forked"
    key: str
    pid: int


class Refused(BaseModel):
    """No child was forked, for the ``reason``."""

    kind: Literal["refused"] = "refused"
    key: str
    reason: str


class Exited(BaseModel):
    """The child is gone; ``status`` is its exit code, or minus the number of the signal that ended it."""

    kind: Literal["exited"] = "exited"
    key: str
    status: int


Reply = Annotated[Ready | Unready | Forked | Refused | Exited, Field(discriminator="kind")]
_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


def encode(message: BaseModel) -> bytes:
    """One message as the line that is sent."""
    return message.model_dump_json().encode() + b"\n"


def decode_reply(line: bytes) -> Reply:
    """A line from the nursery. Raises ``pydantic.ValidationError`` for anything else."""
    return _REPLY.validate_json(line)


class ForkRequests:
    """Puts the ``Fork`` messages together again from the pieces in which a stream delivers them."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[Fork]:
        """The messages that ``piece`` completes, in order. Raises ``pydantic.ValidationError`` for others."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            yield Fork.model_validate_json(line)
