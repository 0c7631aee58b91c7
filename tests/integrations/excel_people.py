"""The people behind the Excel bridge, in a directory that an SFTP server shares: what they see and what they do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sftp_server import current_password, played, refuses, sftp_served

from sandbox.excel_bridge import PARTNER, count, fill_in, miss_sheet, notice_sheet
from sandbox.faults import FaultKind
from sandbox.world import World


class People:
    """They begin with an empty directory whenever the world begins anew."""

    def __init__(self, world: World, root: Path) -> None:
        self.world = world
        self.root = root
        self._ledger = world.ledger

    def admits(self) -> bool:
        """Whether the server lets somebody in; the first to come finds the directory as the world has it."""
        if self.world.ledger is not self._ledger:
            self._ledger = self.world.ledger
            for item in self.root.iterdir():
                shutil.rmtree(item)
            (self.root / "stock").mkdir()
        return not refuses(self.world, PARTNER)

    def notice(self, what: str, path: str, to: str) -> None:
        """Somebody did something to a file."""
        old, new = Path(path), Path(to)
        if what == "rename" and new.parent.name == "out":
            notice_sheet(self.world, new)
        elif what == "rename" and old.parent.name == "out":
            miss_sheet(self.world, old.stem)
        elif what == "list" and old.name == "stock":
            bad = next((f for f in self.world.faults.laid if f.kind is FaultKind.WRONG_STOCK), None)
            (self.root / "stock" / "盘点.csv").write_bytes(count(self.world, bad))

    def take(self, outbound_no: str) -> Path:
        """Take a sheet out of ``out``, to a desk that nobody else sees."""
        desk = self.root / "desk"
        desk.mkdir(exist_ok=True)
        return (self.root / "out" / f"{outbound_no}.xlsx").rename(desk / f"{outbound_no}.xlsx")

    def answer(self, outbound_no: str, at: datetime, weight_grams: int) -> Path:
        """Take a sheet, pick, and put the filled-in sheet into ``in``."""
        (self.root / "in").mkdir(exist_ok=True)
        filled = self.root / "in" / f"{outbound_no} done.xlsx"
        fill_in(self.take(outbound_no), filled, at, weight_grams)
        return filled


@contextmanager
def people_served(people: People) -> Iterator[str]:
    """The address of the server that shares their directory."""
    (people.root / "stock").mkdir(exist_ok=True)
    judges = played(people.world, PARTNER)
    people.world.players[PARTNER] |= {FaultKind.WRONG_STOCK: ("stock",)}
    with sftp_served(
        people.root,
        judges,
        password=lambda: current_password(people.world, PARTNER),
        full=lambda: not people.admits(),
        noticed=people.notice,
    ) as address:
        yield address
