"""``./orderspine``: makes its environment once, repairs it, and says in one sentence what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tiny_checkout import Checkout, fake_pythons, make_checkout

TOO_OLD = "exit 1"
WITHOUT_VENV = "case $2 in *ensurepip*) exit 1 ;; *) exit 0 ;; esac"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make_checkout(tmp_path / "a checkout", tmp_path / "home")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout after its first call; no test breaks it."""
    folder = tmp_path_factory.mktemp("installed")
    checkout = make_checkout(folder / "a checkout", folder / "home")
    code, said, aside = checkout.call("order", "show", "SO 1")
    assert (code, said) == (0, "hello order show SO 1\n"), aside
    assert "First use: making" in aside
    assert "takes one to five minutes" in aside
    return checkout


def test_a_later_call_only_runs(installed: Checkout) -> None:
    assert installed.call("again") == (0, "hello again\n", "")
    assert not (installed.folder / ".venv.lock").is_symlink()


def test_nothing_is_installed_in_the_home_folder(installed: Checkout) -> None:
    assert list(Path(installed.environment["HOME"]).rglob("site-packages")) == []


def test_it_runs_from_any_folder_and_through_a_link(installed: Checkout, tmp_path: Path) -> None:
    link = tmp_path / "orderspine"
    link.symlink_to(os.path.relpath(installed.folder / "orderspine", tmp_path))
    done = subprocess.run(  # noqa: S603  (the launcher under test)
        [link, "hi"], env=installed.environment, cwd="/", capture_output=True, text=True, check=True
    )
    assert done.stdout == "hello hi\n"


def test_a_changed_lock_is_installed_anew(installed: Checkout) -> None:
    with (installed.folder / "requirements.lock").open("a") as lock:
        lock.write("# nothing, but otherwise\n")
    code, said, aside = installed.call("hi")
    assert (code, said) == (0, "hello hi\n")
    assert "Installing" in aside
    assert "First use" not in aside


def test_a_call_that_was_killed_half_way_is_repaired(checkout: Checkout) -> None:
    process = checkout.start("hi")
    assert process.stderr is not None
    assert "First use" in process.stderr.readline()
    process.kill()
    process.communicate(timeout=60)
    assert (checkout.folder / ".venv.lock").is_symlink()
    code, said, aside = checkout.call("hi")
    assert (code, said) == (0, "hello hi\n"), aside


def test_of_two_first_calls_one_installs_and_the_other_waits(checkout: Checkout) -> None:
    both = [checkout.start("hi"), checkout.start("hi")]
    told = [process.communicate(timeout=250) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert [said for said, _ in told] == ["hello hi\n", "hello hi\n"]
    assert sum("First use" in aside for _, aside in told) == 1


def test_a_checkout_that_was_moved_is_installed_anew(checkout: Checkout, tmp_path: Path) -> None:
    checkout.call()
    shutil.move(checkout.folder, tmp_path / "moved")
    code, said, aside = Checkout(tmp_path / "moved", checkout.environment).call("hi")
    assert (code, said) == (0, "hello hi\n"), aside
    assert "First use" in aside


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.call()
    for python in (checkout.folder / ".venv" / "bin").glob("python*"):
        python.unlink()
    code, said, aside = checkout.call("hi")
    assert (code, said) == (0, "hello hi\n"), aside


@pytest.mark.parametrize(
    ("pythons", "cure"),
    [(TOO_OLD, "no Python 3.11 to 3.14 was found; install one"), (WITHOUT_VENV, "sudo apt install python3-venv")],
)
def test_what_is_missing_is_said_with_its_cure(checkout: Checkout, tmp_path: Path, pythons: str, cure: str) -> None:
    code, said, aside = checkout.call(PATH=fake_pythons(tmp_path / "bin", pythons))
    assert (code, said) == (2, "")
    assert cure in aside
    assert len(aside.splitlines()) == 1
    assert not list(checkout.folder.glob(".venv*"))


def test_a_named_python_that_does_not_fit_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    old = Path(fake_pythons(tmp_path / "bin", TOO_OLD)) / "python3"
    code, _, aside = checkout.call(ORDERSPINE_PYTHON=str(old))
    assert code == 2
    assert f"ORDERSPINE_PYTHON ({old}) is not a Python 3.11 to 3.14" in aside


def test_a_package_that_cannot_be_had_is_told_and_not_taken_for_done(checkout: Checkout) -> None:
    lock = checkout.folder / "requirements.lock"
    lock.write_text(f"there-is-no-such-package==1 --hash=sha256:{'0' * 64}\n")
    code, _, aside = checkout.call("hi")
    assert code == 2
    assert "the installation failed" in aside
    assert "run this again" in aside
    assert (checkout.folder / ".venv" / "unfinished").exists(), "the next call starts anew"
    assert not (checkout.folder / ".venv.lock").is_symlink()
