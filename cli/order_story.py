"""An order's story as a person reads it in a terminal."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cli.screen import console, in_words, t, table
from messages import say_reason
from models.reasons import Reason
from settings import get_settings
from tasks.links import short_run
from tasks.story import Event, Story


def print_story(story: Story) -> None:
    """Print everything, what matters first: where it stands and why, then its goods, its money, its whole trail."""
    zone = ZoneInfo(story.order.zone)
    _head(story)
    _why_it_stands(story, zone)
    _goods(story, zone)
    _money(story, zone)
    _versions(story, zone)
    _trail(story, zone)


def _head(story: Story) -> None:
    order = story.order
    told = t(
        "story-head", number=order.number, channel=order.channel, their=order.channel_order_no,
        status=t(f"status-{order.status}"),
    )  # fmt: skip
    console.print(told, markup=False, style="bold")
    paid = t("story-paid" if order.paid else "story-unpaid")
    console.print(f"{story.customer.name or story.customer.code}, {order.amount}, {paid}", markup=False)
    receiver = order.receiver
    place = " ".join(filter(None, (receiver.get("province"), receiver.get("city"), receiver.get("district"))))
    if place:
        console.print(t("story-to", place=place), markup=False)
    if order.tags:
        console.print(t("story-tags", tags=in_words(order.tags)), markup=False)


def _why_it_stands(story: Story, zone: ZoneInfo) -> None:
    for hold in story.open_holds:
        console.print(f"! {t(f'hold-{hold.kind}')} ({_time(hold.opened_at, zone)})", markup=False, style="yellow")
        console.print(_sentences(hold.reasons), markup=False)
    for gate in story.gates:
        console.print(f"! {t('story-behind-gate', region=gate.region)}", markup=False, style="yellow")
        console.print(_sentences(gate.reasons), markup=False)
    for refused in story.refused:
        if refused.state == "open":
            told = t("story-refused", what=refused.subject, number=str(refused.quarantine_id))
            console.print(f"! {told}", markup=False, style="yellow")
            console.print(_sentences(refused.reasons), markup=False)


def _goods(story: Story, zone: ZoneInfo) -> None:
    console.print()
    table(
        ("cli-col-line", "cli-col-sku", "cli-col-title", "cli-col-quantity", "cli-col-amount", "cli-col-state"),
        [(n.line_no, n.sku, n.title, n.quantity, n.amount, t(f"line-{n.state}")) for n in story.lines],
        right=(3, 4),
    )
    for outbound in story.outbounds:
        told = t(
            "story-outbound",
            number=outbound.number,
            warehouse=outbound.warehouse,
            state=t(f"outbound-{outbound.state}"),
            code=outbound.check_code,
        )
        console.print(f"\n{told}", markup=False)
    for parcel in story.parcels:
        console.print(t("story-parcel", carrier=parcel.carrier, waybill=parcel.waybill_no), markup=False)
        for scan in parcel.scans:
            console.print(f"  {_time(scan.happened_at, zone)}  {scan.text} {scan.place}".rstrip(), markup=False)


def _money(story: Story, zone: ZoneInfo) -> None:
    for payment in story.payments:
        known = (str(payment.amount), _time(payment.paid_at, zone) if payment.paid_at else "", payment.reference)
        console.print(f"\n{t('story-payment', what=', '.join(filter(None, known)))}", markup=False)
    for it in story.invoices:
        told = t(
            "story-invoice", number=it.invoice_no or it.request_no, buyer=it.buyer, amount=str(it.amount),
            tax=str(it.tax), state=t(f"invoice-state-{it.state}"),
        )  # fmt: skip
        console.print(f"\n{told}", markup=False)
        if it.reasons:
            console.print(_sentences(it.reasons), markup=False)
    if story.settlement:
        s = story.settlement
        told = t("story-money", ordered=str(s.ordered), settled=str(s.settled), outcome=t(f"outcome-{s.outcome}"))
        console.print(f"\n{told}", markup=False)


def _versions(story: Story, zone: ZoneInfo) -> None:
    """What the order was, and the changes that were asked for."""
    older = [version for version in story.versions if version.content]
    if older or story.changes:
        console.print()
    for version in older:
        content = version.content
        goods = ", ".join(f"{n.quantity} × {n.sku}" for n in content.lines) if content else ""
        told = t("story-version", version=version.version, at=_time(version.stated_at, zone), what=goods)
        console.print(told, markup=False)
    for change in story.changes:
        told = t(
            "cli-change-head", number=str(change.number), order=change.order, size=t(f"change-size-{change.size}"),
            state=t(f"change-state-{change.state}"),
        )  # fmt: skip
        console.print(told, markup=False)
        asked = {"reason": change.reason, "evidence": change.evidence, "person": change.asked_by}
        console.print(f"    {t('cli-change-why', **asked)}", markup=False)


def _trail(story: Story, zone: ZoneInfo) -> None:
    console.print(
        f"\n{t('story-trail-whole' if story.untouched else 'story-trail-broken')}", markup=False, style="bold"
    )
    for event in story.events:
        console.print(f"{_time(event.occurred_at, zone)}  {_what(event)}", markup=False)
        if event.reasons:
            console.print(_sentences(event.reasons), markup=False)
        run = short_run(event.flow_run_id) if event.flow_run_id else "–"
        console.print(f"    {t('story-by', actor=event.actor, run=run, rules=event.policy_version)}", style="dim")


def _what(event: Event) -> str:
    if event.kind == "moved":
        moved = {"from": t(f"status-{event.from_status}"), "to": t(f"status-{event.to_status}")}
        return t("event-moved", before=moved["from"], after=moved["to"])
    return t(f"event-{event.kind}", what=_detail(event.detail))


def _detail(detail: Mapping[str, Any]) -> str:
    if "hold" in detail:
        return t(f"hold-{detail['hold']}")
    return ", ".join(f"{name} {value}" for name, value in detail.items())


def _sentences(reasons: Iterable[Reason]) -> str:
    locale = get_settings().locale
    return "\n".join(f"    {say_reason(reason, locale)}" for reason in reasons)


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
