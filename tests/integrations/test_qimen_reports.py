"""Reports of a warehouse that contradict themselves are rejected, with the words that a person needs."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from bench import Bench

from integrations.errors import Rejected
from models.messages import ChangeCause, Condition, RawMessage
from sandbox.credentials import QIMEN_OWNER_CODE

OWNER = f"<ownerCode>{QIMEN_OWNER_CODE}</ownerCode>"
CHANGE = (
    f"<request><items><item>{OWNER}<warehouseCode>WH1</warehouseCode><orderCode>CG-1</orderCode>"
    "<outBizCode>OZ-1</outBizCode><itemCode>SKU-1</itemCode><quantity>4</quantity>"
    "<batchs><batch><quantity>3</quantity></batch><batch><quantity>1</quantity></batch></batchs></item></items></request>"
)
COUNT = (
    f"<request><warehouseCode>WH1</warehouseCode><checkOrderCode>PD-1</checkOrderCode>{OWNER}"
    "<outBizCode>OZ-1</outBizCode><adjustType>CHECK</adjustType>"
    "<items><item><itemCode>SKU-1</itemCode><quantity>4</quantity></item></items></request>"
)
ENTRY = (
    "<request><entryOrder><entryOrderCode>CG-2</entryOrderCode><warehouseCode>WH1</warehouseCode>"
    f"{OWNER}<outBizCode>OZ-1</outBizCode><status>FULFILLED</status></entryOrder><orderLines><orderLine>"
    "<itemCode>SKU-1</itemCode><inventoryType>ZP</inventoryType><actualQty>4</actualQty>"
    "<batchs><batch><actualQty>3</actualQty></batch><batch><actualQty>1</actualQty></batch></batchs>"
    "</orderLine></orderLines></request>"
)


@pytest.fixture
def qimen() -> Any:
    return Bench("http://127.0.0.1:1", None, httpx.AsyncClient(), str).partner("qimen")  # type: ignore[arg-type]  # no peer is asked


def message(body: str) -> RawMessage:
    return RawMessage("key", body, datetime(2026, 5, 4, tzinfo=UTC))


@pytest.mark.parametrize("body", [CHANGE, COUNT, ENTRY])
def test_a_report_that_is_whole_is_read(qimen: Any, body: str) -> None:
    assert [(change.sku, change.quantity) for change in qimen.read_stock_report(message(body)).changes] == [
        ("SKU-1", 4)
    ]


def test_what_arrives_in_two_states_is_two_changes(qimen: Any) -> None:
    damaged = ENTRY.replace("<actualQty>1<", "<inventoryType>CC</inventoryType><actualQty>1<")
    changes = qimen.read_stock_report(message(damaged)).changes
    assert [(each.quantity, each.condition, each.cause, each.document) for each in changes] == [
        (3, Condition.GOOD, ChangeCause.RECEIVED, "CG-2"),
        (1, Condition.DEFECTIVE, ChangeCause.RECEIVED, "CG-2"),
    ]


@pytest.mark.parametrize(
    ("body", "whole", "spoilt", "words"),
    [
        (CHANGE, OWNER, "<ownerCode>OTHER</ownerCode>", "the goods belong to OTHER"),
        (CHANGE, OWNER, "", "ownerCode is missing"),
        (CHANGE, ">3<", ">2<", "SKU-1: 4 changed, but its batches sum up otherwise"),
        (CHANGE, "<batch>", "<batch><inventoryType>CC</inventoryType>", "SKU-1: its batches are in another state"),
        (CHANGE, "<orderCode>CG-1</orderCode>", "", "orderCode is missing"),
        (CHANGE, "<outBizCode>OZ-1</outBizCode>", "", "outBizCode is missing"),
        (CHANGE, "</batchs>", "</batchs><changeTime>yesterday</changeTime>", "yesterday"),
        (COUNT, OWNER, "<ownerCode>OTHER</ownerCode>", "the goods belong to OTHER"),
        (COUNT, "CHECK", "GUESS", "adjustType GUESS is neither"),
        (COUNT, "<outBizCode>OZ-1</outBizCode>", "", "outBizCode is missing"),
        (COUNT, "<item><itemCode>SKU-1</itemCode><quantity>4</quantity></item>", "", "it names no item"),
        (ENTRY, ">3<", ">30000<", "SKU-1: 4 received, but its batches sum up to 30001"),
        (ENTRY, OWNER, "<ownerCode>OTHER</ownerCode>", "the goods belong to OTHER"),
        (ENTRY, "FULFILLED", "EXCEPTION", "status EXCEPTION is not that of a received entry"),
        (ENTRY, "<entryOrderCode>CG-2</entryOrderCode>", "", "entryOrder/entryOrderCode is missing"),
        (ENTRY, "orderLine>", "nothing>", "it names no item"),
    ],
)
def test_a_report_of_stock_that_contradicts_itself_is_rejected(
    qimen: Any, body: str, whole: str, spoilt: str, words: str
) -> None:
    assert whole in body
    with pytest.raises(Rejected, match=words):
        qimen.read_stock_report(message(body.replace(whole, spoilt)))
