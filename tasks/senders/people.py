"""What our own people are told."""

from integrations.ports import Notifier
from models.messages import Notice
from models.work import Work
from tasks.senders.letter import Letter, Sender


class TellPeople(Sender):
    """A notice to our own people."""

    def prepare(self, work: Work, letter: Letter) -> Notice:
        """The notice."""
        return Notice(letter.payload["title"], letter.payload["text"], letter.key, letter.payload.get("url", ""))

    async def deliver(self, client: Notifier, letter: Letter, request: Notice) -> None:
        """Tell."""
        await client.notify(request)
