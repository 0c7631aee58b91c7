"""Which Prefect the command line reports its runs to, and how quiet it is about it."""

import os
import urllib.error
import urllib.request

from settings import get_settings


def use_prefect() -> None:
    """Choose the Prefect server before Prefect is imported.

    The one that the environment names; else the one that ``orderspine up`` started; else an embedded one that lives
    as long as the command, with its database in the home folder.
    """
    home = get_settings().home
    home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")  # the command speaks for itself
    if os.environ.get("PREFECT_API_URL"):
        return
    os.environ.setdefault("PREFECT_HOME", str(home / "prefect"))
    running = home / "prefect-api-url"
    if running.is_file():
        url = running.read_text().strip()
        if answers(f"{url}/health"):
            os.environ["PREFECT_API_URL"] = url


def answers(url: str, seconds: float = 2) -> bool:
    """Whether something answers there."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as reply:  # noqa: S310  (our own loopback address)
            return bool(200 <= reply.status < 300)
    except (urllib.error.URLError, OSError):
        return False
