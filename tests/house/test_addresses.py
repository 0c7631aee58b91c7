"""The repository names no machine that it was made on and no package index: it must work anywhere."""

import re

import pytest
from tracked import tracked_files

from settings import ROOT

# Put together, for this file is looked at as well.
FORBIDDEN = {
    "a package index": "py" + r"pi\.(org|python)|python" + r"hosted\.org|files\.py" + "pi",
    "a path of one machine": r"(?<![\w.])/(work|root|home/\w+)" + r"/(?!\*)",
}
LOCKS = sorted(ROOT.glob("requirements*.lock"))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for file in tracked_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or an archive
        found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_hashes_and_no_address(lock: object) -> None:
    text = (ROOT / str(lock)).read_text()
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
