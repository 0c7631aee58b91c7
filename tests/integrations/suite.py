"""The whole conformance suite: every check of ``conformance*.py`` is registered once this is imported."""

from importlib import import_module
from pathlib import Path

from conformance import CHECKS, checks_for, failed_checks

for part in sorted(Path(__file__).parent.glob("conformance_*.py")):
    import_module(part.stem)

__all__ = ["CHECKS", "checks_for", "failed_checks"]
