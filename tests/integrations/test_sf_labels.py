"""SF's labels: the data for a program of ours where no template is named, and a token that nobody reads."""

import json

import httpx
import pytest
from bench import Bench
from peers import peer
from samples import waybill_request

from integrations.errors import Misconfigured, Rejected, Unavailable
from models.messages import Waybill


async def test_without_a_template_the_label_is_what_the_order_says(bench: Bench) -> None:
    partner = bench.partner("sf_express", settings=peer("sf_express").settings(bench.address) | {"template_code": ""})
    waybill = await partner.book_waybill(waybill_request())
    label = await partner.fetch_label(waybill)
    [shown] = json.loads(label.content)
    assert (label.media_type, shown["routeLabelData"]["waybillNo"]) == ("application/json", waybill.waybill_no)
    with pytest.raises(Rejected, match="no label data"):
        await partner.fetch_label(Waybill("OB-1", "SF0000000000000", waybill.carrier))


async def test_a_file_that_is_no_label_is_not_taken_and_its_token_is_not_told(bench: Bench) -> None:
    answers: list[httpx.Response] = []

    async def instead(response: httpx.Response) -> None:
        if response.request.method == "GET":
            token = response.request.headers["x-auth-token"]
            assert token.startswith("AUTH_tk")
            stands_for = answers.pop(0)
            response.status_code = stands_for.status_code
            response._content = stands_for.content.replace(b"TOKEN", token.encode())

    async with httpx.AsyncClient(event_hooks={"response": [instead]}) as http:
        partner = bench.partner("sf_express", http=http)
        waybill = await partner.book_waybill(waybill_request())
        answers += [httpx.Response(200, content=b"%PDF-1.4 cut off TOKEN"), httpx.Response(401, content=b"TOKEN")]
        with pytest.raises(Unavailable, match="not a PDF"):
            await partner.fetch_label(waybill)
        with pytest.raises(Misconfigured) as refused:
            await partner.fetch_label(waybill)
    assert "AUTH_tk" not in str(refused.value)
