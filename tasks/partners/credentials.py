"""Partners' credentials: a Prefect block type for each partner, made from the secret fields of its settings.

A connection names its credential. It is read anew whenever a partner's client is made, so a rotated one counts with
the next run. One order: the environment variable ``ORDERSPINE_SECRET_<NAME>`` (a JSON object, for containers), else
the block ``<name>`` of the partner's type.
"""

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from pydantic import SecretStr, create_model
from pydantic.fields import FieldInfo

from integrations.errors import Misconfigured
from integrations.registry import PARTNERS

_IN_A_NAME = str.maketrans({"/": "-", "&": "+", "%": None, "<": None, ">": None})
"""Prefect refuses these characters in a name."""


def slug(partner: str) -> str:
    """What Prefect calls the block type of a partner."""
    return f"orderspine-{partner.replace('_', '-')}"


def variable(name: str) -> str:
    """The environment variable that holds the credential of that name."""
    return "ORDERSPINE_SECRET_" + name.upper().replace("-", "_")


def secret_fields(partner: str) -> dict[str, FieldInfo]:
    """The fields of a partner's settings that are secret."""
    entry = PARTNERS.get(partner)
    fields = entry.settings.model_fields if entry else {}
    return {name: about for name, about in fields.items() if about.annotation is SecretStr}


@cache
def block_type(partner: str) -> type[Block]:
    """The block that holds a credential of ``partner``: its secret fields, each described, none shown."""
    entry = PARTNERS[partner]
    fields: dict[str, Any] = {name: (SecretStr, about) for name, about in secret_fields(partner).items()}
    form = {  # a class of its own, because Prefect looks at the name while the block's class is made
        "_block_type_name": f"Orderspine: {entry.title}".translate(_IN_A_NAME),
        "_block_type_slug": slug(partner),
        "_description": f"How Orderspine proves to {entry.title} who it is. A connection names it under `secret`.",
        "_code_example": f'```toml\npartner = "{partner}"\nsecret = "BLOCK_NAME"\n```',
    }
    return create_model(
        entry.settings.__name__, __base__=(type("Form", (), form), Block), __module__=__name__, **fields
    )


async def register_block_types() -> int:
    """Have the Prefect server offer a form for each partner that has secrets; how many. Again, it changes nothing."""
    found = [name for name in PARTNERS if secret_fields(name)]
    async with get_client() as client:
        for name in found:
            await block_type(name).aregister_type_and_schema(client=client)
    return len(found)


async def keep_credential(name: str, partner: str, values: Mapping[str, str]) -> None:
    """Store a credential in Prefect, encrypted there, in place of the one of that name. Raises ``Misconfigured``."""
    known = secret_fields(partner)
    if unknown := sorted(set(values) - set(known)):
        raise Misconfigured(partner, f"a credential has no field {', '.join(unknown)}; it has {', '.join(known)}")
    await block_type(partner)(**{field: SecretStr(value) for field, value in values.items()}).asave(
        name, overwrite=True
    )


async def read_credential(name: str, partner: str) -> dict[str, Any]:
    """What completes a partner's settings; nothing for an empty ``name``. Raises ``Misconfigured``."""
    if not name:
        return {}
    stated = os.environ.get(variable(name))
    if stated is None:
        return await _from_prefect(name, partner)
    try:
        return dict(json.loads(stated))
    except (json.JSONDecodeError, ValueError, TypeError):
        raise Misconfigured(partner, f"{variable(name)} is not a JSON object") from None


async def _from_prefect(name: str, partner: str) -> dict[str, Any]:
    async with get_client() as client:
        try:
            document = await client.read_block_document_by_name(name, slug(partner), include_secrets=True)
        except ObjectNotFound:
            cure = f"run: orderspine credential set {name}"
            raise Misconfigured(partner, f"there is neither {variable(name)} nor a block {name!r}; {cure}") from None
    return {field: value for field, value in document.data.items() if value is not None}
