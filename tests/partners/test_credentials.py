"""Credentials are typed blocks of Prefect, read at each use; a container's environment comes before them."""

import json

import pytest
from played import Sandbox
from prefect.client.orchestration import get_client

from integrations.errors import Misconfigured
from integrations.registry import PARTNERS
from sandbox.credentials import DINGTALK_SECRET, DINGTALK_TOKEN, SF_CHECKWORD
from tasks.connections import partner
from tasks.partners.credentials import (
    block_type,
    keep_credential,
    read_credential,
    register_block_types,
    secret_fields,
    slug,
)

pytestmark = pytest.mark.usefixtures("prefect_api")
GOOD = {"access_token": DINGTALK_TOKEN, "secret": DINGTALK_SECRET}


@pytest.mark.parametrize("name", PARTNERS)
def test_the_form_of_every_partner_hides_each_field_and_says_what_it_is(name: str) -> None:
    form = block_type(name).model_json_schema()
    assert form["secret_fields"] == list(form["properties"]) == list(secret_fields(name))
    assert all(about["description"] and about["format"] == "password" for about in form["properties"].values())
    assert PARTNERS[name].title in form["description"]


async def test_prefect_offers_a_form_for_each_partner_and_registering_again_changes_nothing() -> None:
    with_secrets = [name for name in PARTNERS if secret_fields(name)]
    assert set(PARTNERS) - set(with_secrets) == {"folder"}
    assert await register_block_types() == len(with_secrets)
    async with get_client() as client:
        first = {name: await client.read_block_type_by_slug(slug(name)) for name in with_secrets}
        await register_block_types()
        again = {name: await client.read_block_type_by_slug(slug(name)) for name in with_secrets}
    assert {name: (kind.id, kind.name) for name, kind in first.items()} == {
        name: (kind.id, kind.name) for name, kind in again.items()
    }
    assert first["taobao"].name == "Orderspine: Taobao - Tmall"


async def test_a_rotated_credential_counts_with_the_next_use(monkeypatch: pytest.MonkeyPatch) -> None:
    await keep_credential("rotated", "dingtalk", GOOD)
    assert await read_credential("rotated", "dingtalk") == GOOD
    await keep_credential("rotated", "dingtalk", GOOD | {"secret": "SECnew"})
    assert await read_credential("rotated", "dingtalk") == GOOD | {"secret": "SECnew"}
    monkeypatch.setenv("ORDERSPINE_SECRET_ROTATED", json.dumps({"access_token": "a", "secret": "b"}))
    assert await read_credential("rotated", "dingtalk") == {"access_token": "a", "secret": "b"}


async def test_what_cannot_be_a_credential_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="neither ORDERSPINE_SECRET_NO_SUCH nor a block 'no-such'"):
        await read_credential("no-such", "dingtalk")
    with pytest.raises(Misconfigured, match="has no field password; it has access_token, secret"):
        await keep_credential("wrong", "dingtalk", GOOD | {"password": "s3cret"})
    monkeypatch.setenv("ORDERSPINE_SECRET_WRONG", '{"s3cret')
    with pytest.raises(Misconfigured, match="ORDERSPINE_SECRET_WRONG is not a JSON object") as caught:
        await read_credential("wrong", "dingtalk")
    assert "s3cret" not in repr(caught.value)


async def test_a_partner_is_called_with_what_its_block_holds(hub: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERSPINE_SECRET_SF")
    await keep_credential("sf", "sf_express", {"checkword": "not the check word"})
    with pytest.raises(Misconfigured, match="A1006"):
        async with partner("SF") as carrier:
            await carrier.find_waybill("SO-1")
    await keep_credential("sf", "sf_express", {"checkword": SF_CHECKWORD})
    async with partner("SF") as carrier:
        assert await carrier.find_waybill("SO-1") is None
    await block_type("sf_express").adelete("sf")  # other tests share this Prefect, and have none
