"""Attachments of allowed mail come once, and the mail stays until its files are safe: against a real IMAP server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from imap_server import imap_served, mail, put_mail, reader
from loopback import closed_port
from peers import peer

from integrations.errors import Conflict, Misconfigured, Unavailable
from integrations.mailbox import KEYWORD, Mailbox, MailboxSettings
from integrations.mailbox_mail import attachments
from models.messages import Document

CONTENT = "订单号,商品\nA-1,杯子\n".encode("gb18030")
FILES = {"订单.csv": CONTENT}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with imap_served(tmp_path_factory.mktemp("imap")) as address:
        yield address


@pytest.fixture
def address(server: str) -> str:
    """The server with an empty INBOX."""
    with reader(server) as person:
        person.select("INBOX")
        person.store("1:*", "+FLAGS", "\\Deleted")
        person.expunge()
    return server


def mailbox(address: str, **changes: Any) -> Mailbox:
    return Mailbox(
        MailboxSettings.model_validate(peer("mailbox").settings(address) | changes),
        None,
        clock=lambda: datetime.now(UTC),
    )


def flags(address: str) -> str:
    """The flags of the first mail, as another program sees them."""
    with reader(address) as person:
        person.select("INBOX", readonly=True)
        return str(person.fetch("1", "(FLAGS)")[1][0])


async def test_attachments_are_copied_and_the_mail_marked_only_then(address: str, tmp_path: Path) -> None:
    put_mail(address, mail(**{"订单.csv": CONTENT, "logo.png": b"no table", "b.XLSX": b"PK"}))
    box = mailbox(address)
    [found] = await box.find_documents()
    assert found.name == "订单 6 月"
    assert abs(found.written_at - datetime.now(UTC)) < timedelta(minutes=2)
    files = await box.fetch_document(found, tmp_path)
    assert {file.name: file.read_bytes() for file in files} == {"订单.csv": CONTENT, "b.XLSX": b"PK"}
    assert await box.find_documents() == [found], "nothing was marked by reading"
    assert KEYWORD not in flags(address)
    assert "Seen" not in flags(address)
    for _ in range(2):
        assert await box.put_away(found)
    assert KEYWORD in flags(address)
    assert "Seen" not in flags(address), "a person has not seen it"
    assert await box.find_documents() == []


async def test_a_server_that_keeps_no_keywords_leaves_the_mail_under_its_number(tmp_path: Path) -> None:
    with imap_served(tmp_path, keywords=()) as server:
        put_mail(server, mail(**FILES))
        [found] = await mailbox(server).find_documents()
        assert not await mailbox(server).put_away(found)
        assert await mailbox(server).find_documents() == [found]


async def test_mail_can_be_moved_to_a_folder_with_a_chinese_name(address: str) -> None:
    put_mail(address, mail(**FILES))
    box = mailbox(address, done_folder="已处理 & done")
    [found] = await box.find_documents()
    await box.put_away(found)
    assert await box.find_documents() == []
    [moved] = await mailbox(address, folder="已处理 & done").find_documents()
    assert moved.name == found.name


async def test_mail_of_others_or_about_something_else_is_not_read(address: str) -> None:
    put_mail(address, mail(sender="buyer@customer.example.evil.example", **FILES))
    put_mail(address, mail(sender="thief@evil.example", **FILES))
    put_mail(address, mail(subject="holidays", **FILES))
    put_mail(address, mail(**FILES))
    box = mailbox(address, subjects=["订单*"])
    assert [found.name for found in await box.find_documents()] == ["订单 6 月"]


async def test_mail_that_comes_between_is_not_lost(address: str, tmp_path: Path) -> None:
    box = mailbox(address)
    put_mail(address, mail("first", **FILES))
    [first] = await box.find_documents()
    put_mail(address, mail("second", **FILES))
    await box.put_away(first)
    [second] = await box.find_documents()
    assert (second.name, second.document_id != first.document_id) == ("second", True)


async def test_a_mailbox_that_was_numbered_anew_gives_no_wrong_mail(address: str, tmp_path: Path) -> None:
    put_mail(address, mail(**FILES))
    [found] = await mailbox(address).find_documents()
    other = Document(f"1:{found.document_id.partition(':')[2]}", found.name, found.written_at)
    with pytest.raises(Conflict, match="numbered its mail anew"):
        await mailbox(address).fetch_document(other, tmp_path)
    with pytest.raises(Conflict, match="numbered its mail anew"):
        await mailbox(address).put_away(other)


async def test_a_mail_that_was_deleted_meanwhile_is_said(address: str, tmp_path: Path) -> None:
    put_mail(address, mail(**FILES))
    [found] = await mailbox(address).find_documents()
    with reader(address) as person:
        person.select("INBOX")
        person.store("1:*", "+FLAGS", "\\Deleted")
        person.expunge()
    with pytest.raises(Conflict):
        await mailbox(address).fetch_document(found, tmp_path)


async def test_two_attachments_of_one_name_are_two_files(address: str, tmp_path: Path) -> None:
    message = mail(**{"a.csv": b"one"})
    message.add_attachment(b"two", maintype="text", subtype="csv", filename="../../a.csv")
    put_mail(address, message)
    [found] = await mailbox(address).find_documents()
    files = await mailbox(address).fetch_document(found, tmp_path)
    assert [(file.parent, file.read_bytes()) for file in files] == [(tmp_path, b"one"), (tmp_path, b"two")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": "q9Zx-wrong"}, "did not let us in"),
        ({"authority": ""}, "certificate does not hold"),
        ({"folder": "nowhere"}, "no folder nowhere"),
    ],
)
async def test_what_a_person_must_mend_is_said(address: str, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told) as caught:
        await mailbox(address, **changes).find_documents()
    assert "q9Zx-wrong" not in str(caught.value)


async def test_nobody_listening_is_for_later() -> None:
    with pytest.raises(Unavailable):
        await mailbox(closed_port()).find_documents()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="=?gb2312?B?tqm1pS5jc3Y=?="', "订单.csv"),
        ("attachment; filename*=utf-8''%E8%AE%A2%E5%8D%95.csv", "订单.csv"),
        ("attachment; filename*0*=utf-8''%E8%AE%A2; filename*1*=%E5%8D%95.csv", "订单.csv"),
        ('attachment; filename="C:\\\\temp\\\\..\\\\orders.csv"', "orders.csv"),
        ('attachment; filename="=?no-such-charset?B?YQ==?=.csv"', "a.csv"),
    ],
    ids=["gb2312", "RFC 2231", "RFC 2231 in parts", "a path", "unknown charset"],
)
def test_the_name_of_an_attachment_is_read_however_it_is_written(header: str, name: str) -> None:
    content = f"Content-Type: text/csv\r\nContent-Disposition: {header}\r\n\r\na,b\r\n".encode()
    assert list(attachments(content, ["*.csv"])) == [(name, b"a,b\r\n")]


def test_a_hostile_mail_gives_no_file_and_no_error() -> None:
    for content in (b"", b"\xff\xfe", b"Content-Type: multipart/mixed\r\n\r\n--", b"Subject: =?utf-8?B?!!!?=\r\n\r\nx"):
        assert list(attachments(content, ["*"])) == []
