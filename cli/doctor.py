"""``orderspine doctor``: what is configured, what answers, what is wrong, and what to do about it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.failures import Unusable, explain
from cli.screen import as_json, console, t

if TYPE_CHECKING:
    from tasks.connections import Connection


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``good`` or not, and a sentence."""

    what: str
    good: bool
    told: str


def doctor(json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False) -> None:
    """Look at everything; exit code 1 if something must be mended."""
    from cli.engine import answers, use_prefect

    use_prefect()
    findings = [_look(t("cli-doctor-rules"), _rules), _look(t("cli-doctor-database"), _database)]
    findings += [*_told(), *_watched(), *_owed()]
    findings.append(_prefect(answers))
    findings += asyncio.run(_partners())
    if json:
        as_json(findings)
    else:
        for finding in findings:
            console.print(f"{'✓' if finding.good else '✗'} {finding.what:<22} {finding.told}", markup=False)
    bad = sum(1 for finding in findings if not finding.good)
    if bad:
        raise Unusable(t("cli-doctor-bad", count=bad), answer_is_no=True)


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except Exception as error:
        told = explain(error)
        if told is None:
            raise
        return Finding(what, False, told)


def _rules() -> str:
    from settings import get_settings
    from tasks.hub import current_rules

    return t("cli-policy-good", file=get_settings().rules.name, version=current_rules().version)


def _told() -> list[Finding]:
    """Whether everybody whom the rules tell can be reached: roles need a notifier, notifiers a connection."""
    from policies.rules_file import BadRules
    from tasks.connections import BadConnections, connections
    from tasks.hub import current_rules

    try:
        rules, connected = current_rules(), connections()
    except (BadRules, BadConnections):
        return []  # told where they are looked at
    if not connected.all():
        return []
    notifiers = {notifier.code for notifier in connected.notifier}
    silent = sorted(role for role in rules.roles() if rules.told.get(role) not in notifiers)
    named = (rules.weather.told, rules.tracking.told, rules.failures.told, rules.stock_comparison.told)
    for_files = (place.told for place in connected.documents)
    unknown = sorted({code for code in (*named, *for_files) if code} - notifiers)
    what = t("cli-doctor-told")
    return [
        *(Finding(what, False, t("cli-doctor-role-unheard", role=role)) for role in silent),
        *(Finding(what, False, t("cli-doctor-notifier-unknown", code=code)) for code in unknown),
        *([] if silent or unknown else [Finding(what, True, t("cli-doctor-all-told"))]),
    ]


def _watched() -> list[Finding]:
    """Whether somebody can be asked about the places that the rules watch: else their gates never close."""
    from policies.rules_file import BadRules
    from tasks.connections import BadConnections, connections
    from tasks.hub import current_rules

    try:
        places, connected = current_rules().weather.places, connections()
    except (BadRules, BadConnections):
        return []  # told where they are looked at
    if not places or connected.alerts or not connected.all():
        return []
    return [Finding(t("cli-doctor-weather"), False, t("cli-doctor-no-feed", count=len(places)))]


def _owed() -> list[Finding]:
    """Whether every ERP that is to keep what customers owe can be told of it."""
    from tasks.connections import BadConnections, connections
    from tasks.receivables import keeps_receivables

    try:
        erps = connections().erp
    except BadConnections:
        return []  # told where they are looked at
    deaf = [erp for erp in erps if erp.receivables and not keeps_receivables(erp.partner)]
    return [Finding(erp.code, False, t("cli-doctor-no-receivables", partner=erp.partner)) for erp in deaf]


def _database() -> str:
    from models.database import read_schema
    from settings import get_settings

    schema = read_schema(get_settings().resolved_database_url())
    if schema.present is None:
        raise Unusable(t("cli-doctor-no-schema"))
    if schema.present != schema.newest:
        raise Unusable(t("cli-doctor-old-schema", present=schema.present, newest=schema.newest))
    if schema.missing:
        raise Unusable(t("cli-doctor-older-checkout", missing=schema.named))
    return t("cli-doctor-schema", version=schema.present)


def _prefect(answers: Callable[[str], bool]) -> Finding:
    import os

    url = os.environ.get("PREFECT_API_URL", "")
    what = t("cli-doctor-prefect")
    if not url:
        return Finding(what, True, t("cli-doctor-prefect-embedded"))
    good = answers(f"{url}/health")
    return Finding(what, good, t("cli-doctor-answers" if good else "cli-doctor-prefect-down", address=url))


async def _partners() -> list[Finding]:
    from integrations.errors import PartnerError
    from models.database import DatabaseNotReady
    from tasks.connections import BadConnections, connections, partner
    from tasks.readers import PRESET

    try:
        connected = connections()
    except BadConnections as error:
        return [Finding(t("cli-doctor-connections"), False, str(error))]
    findings = []
    if not connected.all():
        findings.append(Finding(t("cli-doctor-connections"), True, t("cli-doctor-nothing-connected")))
    for connection in connected.all():
        if connection.partner.startswith(PRESET):
            continue
        try:
            async with partner(connection.code) as client:
                asked = await _ask(client)
        except (PartnerError, DatabaseNotReady) as error:
            findings.append(Finding(connection.code, False, str(error)))
        else:
            findings.append(
                _stopped(connection) or Finding(connection.code, True, t(asked, partner=connection.partner))
            )
    return findings


def _stopped(connection: "Connection") -> Finding | None:
    """What a partner that cannot be asked without an effect said when it refused our credential."""
    from tasks.partners.standing import stopped_accounts
    from tasks.reading import reading

    with reading() as work:
        stopped = {one.account: one for one in stopped_accounts(work)}
    if (one := stopped.get(connection.account)) is None:
        return None
    told = t("cli-doctor-stopped", since=one.since.isoformat(timespec="minutes"), why=one.why)
    return Finding(connection.code, False, told)


async def _ask(client: Any) -> str:
    """Ask a partner something harmless; what cannot be asked without an effect is only checked for its settings."""
    from integrations.ports import AlertFeed, Carrier, Channel, DocumentSource, Erp, PaymentProvider, Warehouse
    from models.messages import Place
    from settings import get_settings

    now = get_settings().now()
    match client:
        case Channel():
            await client.pull_orders(now - timedelta(seconds=1), now, None)
        case Warehouse():
            await client.find_outbound("DOCTOR")
        case Carrier():
            await client.find_waybill("DOCTOR")
        case Erp():
            await client.find_order("DOCTOR")
        case PaymentProvider():
            await client.pull_statement((now - timedelta(days=2)).date())  # a younger one may not be ready
        case DocumentSource():
            await client.find_documents()
        case AlertFeed():
            await client.pull_alerts(Place("", 22.54, 114.06))
        case _:
            return "cli-doctor-set-up"
    return "cli-doctor-partner-answers"
