"""Kingdee's operations on bills: Save, Submit, Audit, View along the chain A created → B in review → C audited.

Any form may be saved; a sales order (`SAL_SaleOrder`) must name date, customer and entries with material and a
positive quantity. A second bill of the same FBillNo is refused, one that names the FID of a bill that is not yet
in review replaces it. With `NeedUpDateFields` a Save changes these fields of the head; after the audit that is
refused but for a company's own fields (`F_…`), which it may leave open.

The way back: CancelAssign (B) and UnAudit (C) lead to D, where the operation `Cancel` makes a bill void; the number
stays taken. A sales order is not unaudited once its goods are issued.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.erp import SALES_ORDER, Document, DocumentStatus
from sandbox.kingdee_reply import Json, field_error, success

if TYPE_CHECKING:
    from sandbox.world import World

_OPEN = (DocumentStatus.DRAFT, DocumentStatus.CREATED, DocumentStatus.RE_REVIEW)


class FormError(Exception):
    """A business error with the entries of `Errors`."""

    def __init__(self, outcome: str, *errors: Json) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.errors = errors


def _save(world: World, form: str, data: Json) -> Json:
    model = data.get("Model")
    if not isinstance(model, dict):
        raise FormError("no-model", field_error("Model", "Model 不能为空"))
    document = world.erp.by_id(form, int(model.get("FID") or 0))
    if document and data.get("NeedUpDateFields"):
        return _fill_in(world, document, data["NeedUpDateFields"], model)
    errors = _problems(model) if form == SALES_ORDER else []
    if errors:
        raise FormError("invalid", *errors)
    now = world.clock.now()
    if document:
        if document.status not in _OPEN or document.cancelled:
            raise FormError("wrong-status", field_error("FDocumentStatus", "单据已提交或已审核，不允许修改"))
        document.model, document.modified_at = model, now
    else:
        serial = len(world.erp.documents) + 1
        number = model.get("FBillNo") or f"XSDD{serial:06d}"
        if (form, number) in world.erp.documents:
            raise FormError("duplicate", field_error("FBillNo", f"单据编号 {number} 已存在，违反字段唯一性要求"))
        document = Document(form, 100_000 + serial, number, model, now, now)
        world.erp.add(document)
        _record(world, document, "saved")
    if str(data.get("IsAutoSubmitAndAudit")).lower() == "true":
        _advance(world, document, DocumentStatus.IN_REVIEW)
        _advance(world, document, DocumentStatus.AUDITED)
    return success([document], [{}])


def _fill_in(world: World, document: Document, fields: Sequence[str], model: Json) -> Json:
    """Change the head's fields that are named, and nothing else. Once a bill is in review only the company's own
    fields (`F_…`) are open."""
    unknown = [name for name in fields if name not in model]
    if unknown:
        raise FormError("invalid", *(field_error(name, f"字段 {name} 没有值") for name in unknown))
    if document.cancelled or (document.status not in _OPEN and not all(name.startswith("F_") for name in fields)):
        raise FormError("wrong-status", field_error("FDocumentStatus", "单据已提交或已审核，不允许修改"))
    filled = {name: model[name] for name in fields}
    if all(document.model.get(name) == value for name, value in filled.items()):
        return success([document], [{}])
    document.model = {**document.model, **filled}
    document.modified_at = world.clock.now()
    told = " ".join([document.number, *map(str, filled.values())])
    world.ledger.record("kingdee", "order-filled-in", told, form=document.form, id=document.id, **filled)
    return success([document], [{}])


def _problems(model: Mapping[str, Any]) -> list[Json]:
    errors = []
    if not model.get("FDate"):
        errors.append(field_error("FDate", "字段“日期”是必填项"))
    if not _number_of(model.get("FCustId")):
        errors.append(field_error("FCustId", "字段“客户”是必填项"))
    entries = model.get("FSaleOrderEntry") or []
    if not entries:
        errors.append(field_error("FSaleOrderEntry", "单据体“订单明细”不能为空"))
    for index, entry in enumerate(entries):
        if not _number_of(entry.get("FMaterialId")):
            errors.append(field_error("FMaterialId", f"第{index + 1}行物料编码是必填项"))
        if float(entry.get("FQty") or 0) <= 0:
            errors.append(field_error("FQty", f"第{index + 1}行销售数量必须大于零"))
    return errors


def _number_of(reference: Any) -> str:
    """The number in `{"FNumber": …}`, whatever the case of the key."""
    if not isinstance(reference, dict):
        return ""
    return next((str(value) for key, value in reference.items() if key.lower() == "fnumber"), "")


def _submit(world: World, form: str, data: Json) -> Json:
    return _advance_all(world, form, data, DocumentStatus.IN_REVIEW, _OPEN)


def _audit(world: World, form: str, data: Json) -> Json:
    return _advance_all(world, form, data, DocumentStatus.AUDITED, (DocumentStatus.IN_REVIEW,))


def _cancel_assign(world: World, form: str, data: Json) -> Json:
    return _advance_all(world, form, data, DocumentStatus.RE_REVIEW, (DocumentStatus.IN_REVIEW,))


def _unaudit(world: World, form: str, data: Json) -> Json:
    refused = [
        field_error("FBillNo", f"单据编号为“{document.number}”的单据存在下游单据，不允许反审核", index)
        for index, document in enumerate(_chosen(world, form, data))
        if form == SALES_ORDER and world.erp.is_issued(document.number)
    ]
    if refused:
        raise FormError("has-outstock", *refused)
    return _advance_all(world, form, data, DocumentStatus.RE_REVIEW, (DocumentStatus.AUDITED,))


def _cancel(world: World, form: str, data: Json) -> Json:
    documents = _chosen(world, form, data)
    _refuse_unless(documents, _OPEN)
    for document in documents:
        document.cancelled = True
        document.modified_at = world.clock.now()
        _record(world, document, "cancelled")
    return success(documents)


_DONE = {
    DocumentStatus.IN_REVIEW: "submitted",
    DocumentStatus.AUDITED: "audited",
    DocumentStatus.RE_REVIEW: "reopened",
}


def _advance_all(world: World, form: str, data: Json, to: DocumentStatus, before: Collection[DocumentStatus]) -> Json:
    documents = _chosen(world, form, data)
    _refuse_unless(documents, before)
    for document in documents:
        _advance(world, document, to)
    return success(documents)


def _refuse_unless(documents: Sequence[Document], allowed: Collection[DocumentStatus]) -> None:
    """Refuse all if one of them is cancelled or does not stand where it must."""
    refused = [
        field_error(
            "FDocumentStatus",
            f"单据编号为“{document.number}”的单据"
            + ("已作废，不允许此操作" if document.cancelled else f"状态为{document.status}，不允许此操作"),
            index,
        )
        for index, document in enumerate(documents)
        if document.cancelled or document.status not in allowed
    ]
    if refused:
        raise FormError("wrong-status", *refused)


def _advance(world: World, document: Document, to: DocumentStatus) -> None:
    document.status = to
    document.modified_at = world.clock.now()
    _record(world, document, _DONE[to])


def _record(world: World, document: Document, done: str) -> None:
    """The ledger speaks of an order where it is one, of a bill otherwise: a receivable is no second order."""
    noun = "order" if document.form == SALES_ORDER else "bill"
    world.ledger.record("kingdee", f"{noun}-{done}", document.number, form=document.form, id=document.id)


def _view(world: World, form: str, data: Json) -> Json:
    wanted = {"Numbers": [data["Number"]]} if data.get("Number") else {"Ids": str(data.get("Id", ""))}
    document = _chosen(world, form, wanted)[0]
    shown = {
        "Id": document.id,
        "BillNo": document.number,
        "DocumentStatus": document.status,
        **{key: value for key, value in document.model.items() if key != "FBillNo"},
    }
    return {"Result": {"ResponseStatus": None, "Result": shown}}


def _chosen(world: World, form: str, data: Json) -> list[Document]:
    """The documents named by `Numbers` (list or comma text) or `Ids` (comma text)."""
    numbers = data.get("Numbers") or []
    if isinstance(numbers, str):
        numbers = numbers.split(",")
    found = [world.erp.documents.get((form, number)) for number in numbers]
    if not numbers:
        ids = [int(part) for part in str(data.get("Ids") or "").split(",") if part.strip().isdecimal()]
        found = [world.erp.by_id(form, identifier) for identifier in ids]
    documents = [document for document in found if document]
    if not found or len(documents) < len(found):
        raise FormError("not-found", field_error("FBillNo", "单据不存在或已被删除"))
    return documents


FORM_OPERATIONS: Mapping[str, Callable[[World, str, Json], Json]] = {
    "Save": _save,
    "Submit": _submit,
    "Audit": _audit,
    "CancelAssign": _cancel_assign,
    "UnAudit": _unaudit,
    "View": _view,
}
NUMBERED_OPERATIONS: Mapping[str, Callable[[World, str, Json], Json]] = {"Cancel": _cancel}
