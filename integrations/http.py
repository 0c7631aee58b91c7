"""The one place that calls httpx: time-outs, retries that are safe, and the translation of what went wrong.

A retry happens here only when it cannot do anything twice: nothing was sent yet, the call only reads, or the partner
said that it did nothing (429, 503) and asked for a short wait. Everything else becomes an error of
``integrations.errors`` for the task or the outbox to deal with.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError
from integrations.words import Words

TIMEOUT: Final = httpx.Timeout(connect=5, read=20, write=20, pool=30)
"""Seconds for each part of a call."""

TRIES: Final = 3
PATIENCE: Final = timedelta(seconds=5)
"""A ``Retry-After`` up to this is waited for inside the call; a longer one is the caller's to schedule."""

_NOTHING_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_OUR_FAULT: Final = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL)
_BACKOFF: Final = wait_random_exponential(multiplier=0.2, max=2)


class _TryAgain(Exception):
    """Carries the error to raise if this was the last try, and how long the partner asked to wait."""

    def __init__(self, error: PartnerError, wait: timedelta | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


class _AddressFilter(logging.Filter):
    """Keeps only scheme and host of addresses in httpx's log lines: robots carry their token in the address."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"{value.scheme}://{value.netloc.decode()}/…" if isinstance(value, httpx.URL) else value
                for value in record.args
            )
        return True


_ADDRESS_FILTER: Final = _AddressFilter()


class _ErrorWords(Reply):
    code: str = ""
    message: str = ""
    title: str = ""
    detail: str = ""


class _ErrorBody(Reply):
    """How the shop, and ``application/problem+json`` of QWeather, say what is wrong."""

    error: _ErrorWords


class Wire:
    """The line to one partner. Raises only the classes of ``integrations.errors``."""

    def __init__(self, words: Words, http: httpx.AsyncClient, clock: Callable[[], datetime]) -> None:
        self._words = words
        self._http = http
        self._clock = clock
        logging.getLogger("httpx").addFilter(_ADDRESS_FILTER)

    async def call(
        self,
        method: str,
        url: httpx.URL | str,
        *,
        writes: bool,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        auth: httpx.Auth | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Send one request and return a reply of status 2xx, or one whose status is in ``accept``.

        ``writes`` says that the request may change something at the partner: then it is never sent again unless the
        first one was surely not carried out, and a failure in between has ``outcome_unknown``. ``auth`` signs every try
        anew, for partners that take a signature only once.
        """

        async def attempt() -> Answer:
            try:
                response = await self._http.request(
                    method,
                    url,
                    headers=headers,
                    data=form,
                    content=content,
                    auth=auth or httpx.USE_CLIENT_DEFAULT,
                    timeout=TIMEOUT,
                    follow_redirects=False,
                )
            except _OUR_FAULT as error:
                # Their texts quote the address, which may hold a token: they do not go along as the cause.
                raise self._words.misconfigured(f"cannot call this address ({type(error).__name__})") from None
            except httpx.RequestError as error:
                raise self._translate(error, writes=writes) from error
            if response.is_success or response.status_code in accept:
                return Answer(self._words, response.status_code, response.content, writes, dict(response.headers))
            raise self._refusal(response, writes=writes)

        tries = AsyncRetrying(
            retry=retry_if_exception_type(_TryAgain), stop=stop_after_attempt(TRIES), wait=_wait, reraise=True
        )
        try:
            return await tries(attempt)
        except _TryAgain as last:
            raise last.error from last.__cause__

    def _translate(self, error: Exception, *, writes: bool) -> Exception:
        name = type(error).__name__
        if isinstance(error, _NOTHING_SENT):
            return _TryAgain(self._words.unavailable(f"cannot be reached ({name})"))
        broken = self._words.unavailable(f"the connection broke before the reply ({name})", outcome_unknown=writes)
        return broken if writes else _TryAgain(broken)

    def _refusal(self, response: httpx.Response, *, writes: bool) -> Exception:
        status = response.status_code
        code = f"HTTP {status}"
        if status in {301, 308}:
            return self._words.misconfigured("the address has moved", code=code)
        if status in {401, 403}:
            return self._words.misconfigured(f"refused our credentials: {_gist(response)}", code=code)
        if status in {429, 503}:
            wait = retry_after(response.headers, self._clock())
            if wait is None and status == 429:
                return self._words.too_often("asks for patience", code=code)
            busy = self._words.unavailable("asks for patience", code=code, retry_after=wait)
            return _TryAgain(busy, wait) if wait is not None and wait <= PATIENCE else busy
        if status < 400 or status == 408 or status >= 500:
            return self._words.unavailable("did not do the work", code=code, outcome_unknown=writes)
        return self._words.rejected(_gist(response), code=code)


def _wait(state: RetryCallState) -> float:
    """Seconds before the next try: what the partner asked for, else a jittered exponential."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _TryAgain) else None
    return asked.total_seconds() if asked is not None else _BACKOFF(state)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """``Retry-After``: seconds or an HTTP date (RFC 9110 §10.2.3); ``None`` if absent or unreadable."""
    header = headers.get("retry-after", "")
    if header.strip().isdecimal():
        return timedelta(seconds=min(int(header), 86_400))
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(timedelta(0), (at if at.tzinfo else at.replace(tzinfo=UTC)) - now)


def _gist(response: httpx.Response) -> str:
    """The partner's own words: of a JSON error object, else the whole text if it is not a page."""
    text = response.text.strip()
    try:
        error = _ErrorBody.model_validate_json(text).error
    except ValueError:
        pass
    else:
        return f"{error.message or error.detail or error.title} {error.code}".strip()
    return "answered with a page" if text.startswith("<") else text or "gave no reason"
