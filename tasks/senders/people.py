"""What our own people are told."""

from integrations.ports import Notifier
from models.messages import Notice, Question
from models.work import Work
from tasks.senders.letter import Letter, Sender


class TellPeople(Sender):
    """A notice to our own people."""

    def prepare(self, work: Work, letter: Letter) -> Notice:
        """The notice."""
        told, ask = letter.payload, letter.payload.get("ask")
        return Notice(
            told["title"], told["text"], letter.key, told.get("url", ""), Question(**ask) if ask else None,
            told.get("replaces", ""),
        )  # fmt: skip

    async def deliver(self, client: Notifier, letter: Letter, request: Notice) -> None:
        """Tell."""
        await client.notify(request)
