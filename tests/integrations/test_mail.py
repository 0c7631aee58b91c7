"""Mail goes over TLS to the right server or not at all, and reads as it was written."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import mail_sink
import pytest
import trustme
from aiosmtpd.smtp import AuthResult
from bench import Bench, real_clock
from mail_sink import AUTHORITY, NOBODY, PASSWORD, RECIPIENT, USER, mail_served, only_we, played
from peers import peer
from pydantic import ValidationError
from samples import NOTICE

from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.mail import MailSettings, written


def settings(address: str, **changes: Any) -> dict[str, Any]:
    return peer("mail").settings(address) | changes


def messages(bench: Bench) -> list[dict[str, Any]]:
    return [entry.content["message"] for entry in bench.world.ledger.effects("mail", "message")]


@contextmanager
def noting_passwords(bench: Bench, **options: Any) -> Iterator[tuple[str, list[Any]]]:
    """A server, and what it was told when somebody wanted to log in."""
    told: list[Any] = []

    def note(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        told.append(data)
        return AuthResult(success=True)

    with mail_served(played(bench.world), authenticator=note, **options) as address:
        yield address, told


async def test_a_notice_reads_as_it_was_written(bench: Bench) -> None:
    await bench.partner("mail").notify(NOTICE)
    (message,) = messages(bench)
    assert message["subject"] == NOTICE.title
    assert message["text"] == f"{NOTICE.text}\n\n{NOTICE.url}\n"
    assert (message["from"], message["to"], message["recipients"]) == (USER, RECIPIENT, [RECIPIENT])
    assert message["auto-submitted"] == "auto-generated"
    assert abs((parsedate_to_datetime(message["date"]) - real_clock()).total_seconds()) < 60


async def test_a_title_brings_no_header_of_its_own(bench: Bench) -> None:
    title = "late\r\nBcc: thief@evil.example\n\nbody \u0001 \ud842 " + "订单" * 200
    await bench.partner("mail").notify(replace(NOTICE, title=title, text="\ud842", url=""))
    (message,) = messages(bench)
    assert "bcc" not in message
    assert message["recipients"] == [RECIPIENT]
    assert message["subject"].startswith("late Bcc: thief@evil.example body")
    assert message["subject"].endswith("订单订单")
    assert message["text"] == "?\n"


async def test_a_repeat_can_be_recognised(bench: Bench) -> None:
    for notice in (NOTICE, NOTICE, replace(NOTICE, dedup_key="hold:SO-2")):
        await bench.partner("mail").notify(notice)
    first, again, other = (message["message-id"] for message in messages(bench))
    assert first == again
    assert first != other
    assert first.endswith("@orderspine.example>")


async def test_tls_from_the_first_byte(bench: Bench) -> None:
    with mail_served(played(bench.world), authenticator=only_we, security="tls") as address:
        await bench.partner("mail", settings=settings(address, security="tls")).notify(NOTICE)
    assert len(messages(bench)) == 1


async def test_a_relay_inside_the_house_wants_no_password(bench: Bench) -> None:
    with mail_served(played(bench.world), security="none") as address:
        await bench.partner("mail", settings=settings(address, security="none", user="", password="")).notify(NOTICE)
    assert len(messages(bench)) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", ["another name", "another authority"])
async def test_a_certificate_that_does_not_hold_gets_no_password(bench: Bench, security: str, wrong: str) -> None:
    tls = mail_sink.server_tls("mail.example") if wrong == "another name" else mail_sink.server_tls("127.0.0.1", OTHER)
    with noting_passwords(bench, security=security, tls=tls) as (address, told):
        partner = bench.partner("mail", settings=settings(address, security=security))
        with pytest.raises(Misconfigured, match="certificate does not hold"):
            await partner.notify(NOTICE)
    assert told == []
    assert messages(bench) == []


OTHER = trustme.CA()


async def test_a_server_that_offers_no_tls_gets_no_password(bench: Bench) -> None:
    with noting_passwords(bench, security="none") as (address, told):
        partner = bench.partner("mail", settings=settings(address))
        with pytest.raises(Misconfigured, match="offers no TLS"):
            await partner.notify(NOTICE)
    assert told == []
    assert messages(bench) == []


async def test_tls_at_a_port_that_begins_in_the_clear_is_a_wrong_setting(bench: Bench) -> None:
    with noting_passwords(bench) as (address, told):
        partner = bench.partner("mail", settings=settings(address, security="tls"))
        with pytest.raises(Misconfigured, match="try starttls"):
            await partner.notify(NOTICE)
    assert told == []


async def test_a_server_that_quotes_the_log_in_shows_no_password(bench: Bench) -> None:
    quoted = [PASSWORD, b64encode(PASSWORD.encode()).decode(), b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()]
    partner = bench.replying("mail", lambda _: httpx.Response(422, text=f"not after {' '.join(quoted)}"))
    with pytest.raises(Rejected) as caught:
        await partner.notify(NOTICE)
    assert caught.value.message == "not after *** *** ***"


async def test_a_wrong_password_stops_the_partner(bench: Bench) -> None:
    wrong = settings(bench.mail_address, password="not the password")
    with pytest.raises(Misconfigured, match="did not let us in") as caught:
        await bench.partner("mail", settings=wrong).notify(NOTICE)
    assert caught.value.code == "SMTP 535"


async def test_whom_the_server_does_not_know_is_named_and_the_others_are_told(bench: Bench) -> None:
    both = settings(bench.mail_address, recipients=[NOBODY, RECIPIENT])
    with pytest.raises(Rejected, match=f"does not know {NOBODY}") as caught:
        await bench.partner("mail", settings=both).notify(NOTICE)
    assert caught.value.field == "recipients"
    assert [message["recipients"] for message in messages(bench)] == [[RECIPIENT]]
    with pytest.raises(Rejected):
        await bench.partner("mail", settings=settings(bench.mail_address, recipients=[NOBODY])).notify(NOTICE)
    assert len(messages(bench)) == 1


async def test_a_recipient_refused_for_now_keeps_the_message_from_all(bench: Bench) -> None:
    both = settings(bench.mail_address, recipients=[RECIPIENT, "busy@orderspine.example"])
    with pytest.raises(Unavailable) as caught:
        await bench.partner("mail", settings=both).notify(NOTICE)
    assert not caught.value.outcome_unknown
    assert messages(bench) == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("security", {"security": "none"}),
        ("sender", {"sender": "a@b\r\nRCPT TO:<c@d>"}),
        ("sender", {"sender": "hub@例え.jp"}),
        ("recipients", {"recipients": ["People <a@b>"]}),
        ("recipients", {"recipients": []}),
        ("port", {"port": 0}),
        ("authority", {"authority": "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----"}),
    ],
)
def test_settings_that_cannot_work_are_named(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=field) as caught:
        MailSettings.model_validate(settings("smtp://127.0.0.1:587", **changes))
    assert PASSWORD not in str(caught.value)


def test_nothing_longer_than_a_line_of_smtp_is_written() -> None:
    notice = replace(NOTICE, title="x" * 5_000, text="y" * 50_000)
    lines = (
        written(notice, MailSettings.model_validate(settings("smtp://h:25")), real_clock()).as_bytes().split(b"\r\n")
    )
    assert max(map(len, lines)) <= 998
    assert AUTHORITY not in repr(lines)
