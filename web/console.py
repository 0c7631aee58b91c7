"""The console: what stands where, the orders, and the story of one. Read-only, and for this machine only."""

import logging

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from models.check_code import Mistyped
from models.lifecycle import HoldKind, Status
from tasks.invoices import invoice_file
from tasks.labels import CannotPrint, fetch_label
from tasks.overview import list_orders, overview
from tasks.story import order_story
from web.pages import page
from web.visitor import Language, only_from_here

_logger = logging.getLogger(__name__)

router = APIRouter(dependencies=[Depends(only_from_here)])


@router.get("/")
def home(language: Language) -> HTMLResponse:
    """How many orders stand where, what is held and refused, which gates are closed, what is owed to partners."""
    shown = overview()
    return page("home.html", language, shown.zone, hub=shown)


@router.get("/orders")
def orders(
    language: Language, status: str = "", hold: str = "", tag: str = "", q: str = "", before: int | None = None
) -> HTMLResponse:
    """Orders, newest first, by status, kind of open hold, tag, number or customer; an unknown status or kind filters
    nothing."""
    status = status if status in [*Status] else ""
    hold = hold if hold in [*HoldKind] else ""
    try:
        found = list_orders(status, hold, tag[:100], q[:100], before)
    except Mistyped:
        return _mistyped(q, language)
    asked = {"status": status, "hold": hold, "tag": tag[:100], "q": q[:100]}
    return page("orders.html", language, found.zone, found=found, asked=asked)


@router.get("/orders/{number}")
def order(number: str, language: Language) -> HTMLResponse:
    """Everything that the hub knows of one order."""
    try:
        story = order_story(number[:100])
    except Mistyped:
        return _mistyped(number, language)
    if story is None:
        return page("missing.html", language, "UTC", 404, number=number[:100], why="no-such-order")
    return page("order.html", language, story.order.zone, story=story)


@router.get("/orders/{number}/invoice.pdf")
def invoice(number: str, language: Language) -> Response:
    """The e-invoice of an order, to be saved."""
    found = invoice_file(number[:100])
    if found is None:
        return page("missing.html", language, "UTC", 404, number=number[:100], why="no-such-order")
    name, content = found
    saved = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=saved)


@router.get("/orders/{number}/label")
async def label(number: str, language: Language) -> Response:
    """The label of an order's parcel, fresh from its carrier."""
    try:
        found = await fetch_label(number[:100])
    except CannotPrint as error:
        _logger.warning("label of %s: %s", number[:100], error)
        return page("missing.html", language, "UTC", 404, number=number[:100], why="no-label")
    shown = {"Content-Disposition": f'inline; filename="{found.name}"', "Cache-Control": "no-store"}
    return Response(found.content, media_type=found.media_type, headers=shown)


def _mistyped(number: str, language: str) -> HTMLResponse:
    return page("missing.html", language, "UTC", 404, number=number[:100], why="mistyped")
