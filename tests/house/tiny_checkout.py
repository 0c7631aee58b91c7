"""A checkout that installs in seconds: the real launcher around a project that needs nothing.

Its lock is empty and it builds itself with a back end of its own, so no test asks a package index.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from settings import ROOT

PYPROJECT = """\
[build-system]
requires = []
build-backend = "builder"
backend-path = ["."]

[project]
name = "orderspine"
version = "0.1.0"
"""

BUILDER = """\
import zipfile
from pathlib import Path

def build_editable(folder, config_settings=None, metadata_directory=None):
    name, info = "orderspine-0.1.0-py3-none-any.whl", "orderspine-0.1.0.dist-info"
    here = str(Path(__file__).parent)
    files = {
        "orderspine_here.pth": here,
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: orderspine\\nVersion: 0.1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/entry_points.txt": "[console_scripts]\\norderspine = hello:main\\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        for file, content in files.items():
            wheel.writestr(file, content)
    return name
"""

HELLO = "import sys\n\ndef main():\n    print('hello', *sys.argv[1:])\n"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the launcher in it, and the environment to call it in."""

    folder: Path
    environment: dict[str, str]

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Call the launcher and do not wait."""
        return subprocess.Popen(  # noqa: S603  (the launcher under test)
            [str(self.folder / "orderspine"), *arguments],
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Call the launcher: its exit code, what it said, and what it said beside that."""
        process = self.start(*arguments, **environment)
        said, aside = process.communicate(timeout=250)
        return process.returncode, said, aside


def make_checkout(folder: Path, home: Path) -> Checkout:
    """The tiny project with the real launcher, and a home folder with nothing in it."""
    folder.mkdir(parents=True)
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "orderspine", folder)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-oracles.lock"):
        (folder / lock).write_text("# nothing\n")
    (folder / "builder.py").write_text(BUILDER)
    (folder / "hello.py").write_text(HELLO)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PIP_NO_INDEX": "1"}
    return Checkout(folder, environment)


def fake_pythons(folder: Path, body: str) -> str:
    """A PATH in which every Python is the shell script ``body``, and the tools that the launcher calls are real."""
    folder.mkdir()
    for tool in ("sh", "cat", "cksum", "dirname", "ln", "mkdir", "readlink", "rm", "sleep"):
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    for name in ("python3", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"):
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    return str(folder)
