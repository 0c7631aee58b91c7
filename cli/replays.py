"""``orderspine replay``: a past run's decisions once more, with its own rules or others."""

from pathlib import Path
from typing import Annotated

import typer

from cli.decided import print_comparison
from cli.failures import Unusable
from cli.policy import read_rules
from cli.screen import as_json, t


def replay(
    run: Annotated[str, typer.Argument(help=t("cli-replay-run-help"))],
    policy: Annotated[Path | None, typer.Option(help=t("cli-replay-policy-help"))] = None,
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """Decide a past run again and print what differs. Nothing is written, nobody is asked."""
    from tasks.preview import replay as decide_again

    found = decide_again(run, read_rules(policy) if policy else None)
    as_json(found) if json else print_comparison(found)
    if found.differences and found.before == found.after:
        raise Unusable(t("cli-replay-differs"), answer_is_no=True)
