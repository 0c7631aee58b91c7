"""Where each partner's simulated peer is, by the conformance suite, so that a new partner is measured too."""

import sys
from importlib import import_module
from typing import Any

from settings import ROOT

sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "integrations")]


def settings_of(partner: str, sandbox: str) -> dict[str, Any] | None:
    """The settings of a partner whose peer is the sandbox; ``None`` for one that is spoken to by mail or by files."""
    settings: dict[str, Any] = import_module("peers").peer(partner).settings(sandbox)
    return settings if any(str(value).startswith(sandbox) for value in settings.values()) else None
