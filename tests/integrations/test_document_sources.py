"""Files that lie in a place are found once they are whole, copied as they are, and put away: folder, SFTP and FTP."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import asyncssh
import pytest
import sftp_server
from ftp_server import ftp_served
from loopback import closed_port
from peers import peer
from pydantic import ValidationError
from sftp_server import sftp_served

from integrations.errors import Conflict, Misconfigured, Unavailable
from integrations.ports import DocumentSource
from integrations.registry import build
from integrations.sftp import SftpSettings

LONG_AGO = 1_700_000_000
HOSTILE = "订单 '‘’ #%20 é 𠮷.csv"
KINDS = ("folder", "sftp", "ftp")


def source(kind: str, settings: dict[str, Any]) -> DocumentSource:
    return cast(DocumentSource, build(kind, settings, None, lambda: datetime.now(UTC)))  # type: ignore[arg-type]  # no HTTP


@contextmanager
def at_place(kind: str, root: Path, **changes: Any) -> Iterator[DocumentSource]:
    """A source over ``root``, which another program can reach too."""
    root.mkdir(exist_ok=True)
    match kind:
        case "sftp":
            with sftp_served(root) as address:
                yield source("sftp", peer("sftp").settings(address) | changes)
        case "ftp":
            with ftp_served(root) as address:
                yield source("ftp", peer("ftp").settings(address) | changes)
        case _:
            yield source("folder", {"path": str(root), "quiet_seconds": 0} | changes)


def lay(root: Path, name: str, content: bytes = b"order,sku\n1,A\n", age: int = 0) -> Path:
    file = root / name
    file.write_bytes(content)
    os.utime(file, (LONG_AGO - age, LONG_AGO - age))
    return file


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_file_is_found_copied_and_put_away(kind: str, tmp_path: Path) -> None:
    with at_place(kind, tmp_path / "in") as place:
        content = bytes(range(256)) * 4096
        lay(tmp_path / "in", HOSTILE, content)
        lay(tmp_path / "in", "older.XLSX", age=60)
        lay(tmp_path / "in", "notes.pdf")
        (tmp_path / "in" / "sub.csv").mkdir()
        older, found = await place.find_documents()
        assert (older.name, found.name) == ("older.XLSX", HOSTILE)
        assert found.written_at == datetime.fromtimestamp(LONG_AGO, UTC)
        assert [found] == (await place.find_documents())[1:], "the same file has the same id"
        [copied] = await place.fetch_document(found, _empty(tmp_path))
        assert copied.read_bytes() == content
        assert await place.put_away(found)
        assert await place.put_away(found), "a repeat changes nothing"
        assert await place.find_documents() == [older]
        [done] = (tmp_path / "in" / "done").iterdir()
        assert done.name == f"20231114T221320Z-{HOSTILE}"
        assert done.read_bytes() == content


async def test_a_file_that_comes_again_under_its_name_is_another_and_replaces_none(kind: str, tmp_path: Path) -> None:
    with at_place(kind, tmp_path / "in") as place:
        for content in (b"one", b"two"):  # of the same size and time
            lay(tmp_path / "in", "orders.csv", content)
            [found] = await place.find_documents()
            [copied] = await place.fetch_document(found, _empty(tmp_path, content.decode()))
            assert copied.read_bytes() == content
            await place.put_away(found)
        assert sorted(file.read_bytes() for file in (tmp_path / "in" / "done").iterdir()) == [b"one", b"two"]


@pytest.mark.parametrize("name", ["orders.csv.part", "orders.csv.tmp", ".orders.csv", "~$orders.xlsx", "x.filepart"])
async def test_a_file_that_says_that_it_is_not_whole_is_left(kind: str, name: str, tmp_path: Path) -> None:
    with at_place(kind, tmp_path / "in", files=("*",)) as place:
        lay(tmp_path / "in", name)
        assert await place.find_documents() == []


async def test_a_file_that_grows_between_two_looks_is_left(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_place(kind, tmp_path / "in") as place:
        growing = lay(tmp_path / "in", "orders.csv")
        lay(tmp_path / "in", "whole.csv")

        async def meanwhile(_: float) -> None:
            with growing.open("ab") as stream:
                stream.write(b"2,B\n")

        monkeypatch.setattr("integrations.drop.asyncio.sleep", meanwhile)
        assert [found.name for found in await place.find_documents()] == ["whole.csv"]


async def test_a_marker_says_that_a_file_is_whole(kind: str, tmp_path: Path) -> None:
    with at_place(kind, tmp_path / "in", complete="marker") as place:
        lay(tmp_path / "in", "orders.csv")
        assert await place.find_documents() == []
        (tmp_path / "in" / "orders.csv.ok").touch()
        [found] = await place.find_documents()
        await place.put_away(found)
        assert [item.name for item in (tmp_path / "in").iterdir()] == ["done"]


async def test_a_file_that_changed_or_went_after_it_was_found_is_not_taken(kind: str, tmp_path: Path) -> None:
    with at_place(kind, tmp_path / "in") as place:
        file = lay(tmp_path / "in", "orders.csv")
        [found] = await place.find_documents()
        file.write_bytes(b"another")
        with pytest.raises(Conflict):
            await place.fetch_document(found, _empty(tmp_path))
        file.unlink()
        with pytest.raises(Conflict):
            await place.fetch_document(found, _empty(tmp_path, "again"))


async def test_a_place_that_is_not_there_is_said(kind: str, tmp_path: Path) -> None:
    with (
        at_place(kind, tmp_path / "in", path=str(tmp_path / "nowhere")) as place,
        pytest.raises((Misconfigured, Unavailable)),
    ):
        await place.find_documents()


async def test_another_host_key_gets_no_password(tmp_path: Path) -> None:
    told: list[str] = []
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with sftp_served(tmp_path, password=lambda: str(told.append("asked"))) as address:
        told.clear()
        place = source("sftp", peer("sftp").settings(address) | {"host_key": other})
        with pytest.raises(Misconfigured, match="host key"):
            await place.find_documents()
    assert told == []


async def test_a_key_lets_us_in_where_a_wrong_password_does_not(tmp_path: Path) -> None:
    with sftp_served(tmp_path) as address:
        wrong = source("sftp", peer("sftp").settings(address) | {"password": "not the password"})
        with pytest.raises(Misconfigured, match="did not let us in"):
            await wrong.find_documents()


async def test_a_certificate_of_another_authority_or_name_gets_no_password(tmp_path: Path) -> None:
    with ftp_served(tmp_path / "..") as address, pytest.raises(Misconfigured, match="certificate does not hold"):
        await source("ftp", peer("ftp").settings(address) | {"authority": ""}).find_documents()
    root = tmp_path / "in"
    root.mkdir()
    with ftp_served(root, name="ftp.example") as address, pytest.raises(Misconfigured, match="does not hold"):
        await source("ftp", peer("ftp").settings(address)).find_documents()


async def test_an_ftp_server_that_offers_no_tls_gets_no_password(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    with ftp_served(root, tls=False) as address:
        with pytest.raises(Misconfigured, match="no TLS"):
            await source("ftp", peer("ftp").settings(address)).find_documents()
        lay(root, "orders.csv")
        open_to_all = {"security": "none", "user": "anonymous", "password": "", "authority": ""}
        [found] = await source("ftp", peer("ftp").settings(address) | open_to_all).find_documents()
        assert found.name == "orders.csv"


async def test_an_old_ftp_server_without_mlsd_is_asked_file_by_file(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    (root / "sub").mkdir()
    lay(root, "orders.csv", b"12345")
    with ftp_served(root, without=frozenset({"MLSD", "MLST"})) as address:
        place = source("ftp", peer("ftp").settings(address))
        [found] = await place.find_documents()
        assert (found.name, found.written_at) == ("orders.csv", datetime.fromtimestamp(LONG_AGO, UTC))
        [copied] = await place.fetch_document(found, _empty(tmp_path))
        assert copied.read_bytes() == b"12345"


async def test_a_wrong_ftp_password_is_said_without_it(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    with ftp_served(root) as address, pytest.raises(Misconfigured, match="did not let us in") as caught:
        await source("ftp", peer("ftp").settings(address) | {"password": "q9Zx-wrong"}).find_documents()
    assert "q9Zx-wrong" not in str(caught.value)


@pytest.mark.parametrize("kind", ["sftp", "ftp"])
async def test_nobody_listening_is_for_later(kind: str) -> None:
    with pytest.raises(Unavailable) as caught:
        await source(kind, peer(kind).settings(closed_port())).find_documents()
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"host_key": "no key"}, "host_key"),
        ({"password": ""}, "password or a private_key"),
        ({"private_key": "-----BEGIN"}, "private_key"),
        ({"done": "../elsewhere"}, "done"),
        ({"path": ""}, "path"),
    ],
)
def test_settings_that_cannot_work_are_named(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told) as caught:
        SftpSettings.model_validate(peer("sftp").settings("sftp://127.0.0.1:22") | changes)
    assert sftp_server.PASSWORD not in str(caught.value)


def _empty(tmp_path: Path, name: str = "taken") -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder
