"""The wire: every failure of httpx and every status has one meaning, and a retry never does anything twice."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from integrations.errors import Misconfigured, PartnerError, Rejected, Unavailable
from integrations.http import TRIES, Wire
from integrations.words import QUIET, Words

NOW = datetime(2026, 5, 4, tzinfo=UTC)
NOT_SENT = {httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError}
OUR_FAULT = {httpx.UnsupportedProtocol, httpx.LocalProtocolError}


class Peer:
    """Answers with one thing after the other, the last one for ever; counts the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def call(self, *, writes: bool, url: str = "http://peer/path") -> bytes:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as http:
            wire = Wire(Words("peer", ["s3cret-word"]), http, lambda: NOW)
            return (await wire.call("POST", url, writes=writes, content=b"x")).body


def failures(base: type[Exception] = httpx.RequestError) -> Iterator[type[Exception]]:
    """Every error class of httpx that can be raised as such."""
    for each in base.__subclasses__():
        yield each
        yield from failures(each)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("error", sorted(set(failures()), key=lambda each: each.__name__))
@pytest.mark.parametrize("writes", [False, True])
async def test_every_error_of_httpx_has_a_meaning(error: type[Exception], writes: bool) -> None:
    peer = Peer(error("s3cret-word"))
    with pytest.raises(PartnerError) as caught:
        await peer.call(writes=writes)
    if error in OUR_FAULT:
        assert isinstance(caught.value, Misconfigured)
        assert len(peer.requests) == 1
        return
    assert isinstance(caught.value, Unavailable)
    assert caught.value.outcome_unknown == (writes and error not in NOT_SENT)
    assert len(peer.requests) == (1 if caught.value.outcome_unknown else TRIES)


@pytest.mark.parametrize("url", ["http://peer:port/", "ftp://peer/", "peer/path", "http://"])
async def test_an_address_that_cannot_be_called_is_misconfigured(url: str) -> None:
    async with httpx.AsyncClient() as http:
        wire = Wire(Words("peer", []), http, lambda: NOW)
        with pytest.raises(Misconfigured):
            await wire.call("GET", url, writes=False)


@pytest.mark.parametrize(
    ("status", "error", "unknown"),
    [
        (301, Misconfigured, None),
        (302, Unavailable, True),
        (308, Misconfigured, None),
        (400, Rejected, None),
        (401, Misconfigured, None),
        (403, Misconfigured, None),
        (404, Rejected, None),
        (408, Unavailable, True),
        (409, Rejected, None),
        (422, Rejected, None),
        (429, Unavailable, False),
        (500, Unavailable, True),
        (502, Unavailable, True),
        (503, Unavailable, False),
        (504, Unavailable, True),
    ],
)
async def test_every_status_has_a_meaning(status: int, error: type[PartnerError], unknown: bool | None) -> None:
    for writes in (False, True):
        peer = Peer(httpx.Response(status, text="no", headers={"location": "http://elsewhere/"}))
        with pytest.raises(PartnerError) as caught:
            await peer.call(writes=writes)
        assert type(caught.value) is error
        assert len(peer.requests) == 1
        if isinstance(caught.value, Unavailable):
            assert caught.value.outcome_unknown == (writes and unknown)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_request_for_patience_is_kept_inside_the_call(status: int) -> None:
    peer = Peer(httpx.Response(status, headers={"retry-after": "0"}), httpx.Response(200, text="done"))
    assert await peer.call(writes=True) == b"done"
    assert len(peer.requests) == 2


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("600", timedelta(minutes=10)),
        (format_datetime(NOW + timedelta(hours=1), usegmt=True), timedelta(hours=1)),
        ("soon", QUIET),
        ("", QUIET),
        ("9" * 4_000, timedelta(days=1)),
    ],
)
async def test_a_long_request_for_patience_is_passed_on(header: str, expected: timedelta) -> None:
    peer = Peer(httpx.Response(429, headers={"retry-after": header}))
    with pytest.raises(Unavailable) as caught:
        await peer.call(writes=True)
    assert caught.value.retry_after == expected
    assert len(peer.requests) == 1


@pytest.mark.usefixtures("no_waiting")
async def test_a_question_is_asked_three_times() -> None:
    peer = Peer(httpx.ReadTimeout("slow"), httpx.ReadError("broken"), httpx.Response(200, text="answer"))
    assert await peer.call(writes=False) == b"answer"
    assert len(peer.requests) == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<html>maintenance</html>", "answered with a page"),
        ("", "gave no reason"),
        ("say s3cret-word\n\ttwice", "say *** twice"),
        ('{"error":{"code":"bad_body","message":"no lines"}}', "no lines bad_body"),
        ('{"error":{"status":400,"title":"Invalid","detail":"","invalidParams":[]}}', "Invalid"),
        ("x" * 5_000, "x" * 300),
    ],
)
async def test_a_refusal_is_told_in_the_partners_words(body: str, words: str) -> None:
    with pytest.raises(Rejected) as caught:
        await Peer(httpx.Response(422, text=body)).call(writes=True)
    assert caught.value.message == words
    assert caught.value.code == "HTTP 422"


@pytest.mark.parametrize("make", [lambda: b"[" * 200_000, lambda: b'{"a": 1', lambda: b"null", lambda: b"\xff\xfe"])
async def test_a_body_that_is_not_what_was_promised_is_an_outage(make: Callable[[], bytes]) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(Peer(httpx.Response(200, content=make())))) as http:
        answer = await Wire(Words("peer", []), http, lambda: NOW).call("POST", "http://peer/", writes=True)
    for read in (answer.json, answer.xml):
        with pytest.raises(Unavailable) as caught:
            read()
        assert caught.value.outcome_unknown
