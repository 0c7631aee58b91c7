"""The `Result.ResponseStatus` envelope of Kingdee's form services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.erp import Document

Json = dict[str, Any]


def success(documents: Sequence[Document], returned: Sequence[Json] = ()) -> Json:
    """What Save, Submit and Audit answer when all went well."""
    entities = [
        {"Id": document.id, "Number": document.number, "DIndex": index} for index, document in enumerate(documents)
    ]
    result: Json = {"ResponseStatus": _status(True, [], entities)}
    if len(documents) == 1:
        result.update(Id=documents[0].id, Number=documents[0].number)
    result["NeedReturnData"] = list(returned)
    return {"Result": result}


def failure(errors: Sequence[Json], entities: Sequence[Json] = ()) -> Json:
    """A business error: HTTP 200 and `IsSuccess` false. An error is `{"FieldName", "Message", "DIndex"}`."""
    return {"Result": {"ResponseStatus": _status(False, errors, entities)}}


def field_error(field: str, message: str, index: int = 0) -> Json:
    return {"FieldName": field, "Message": message, "DIndex": index}


def _status(done: bool, errors: Sequence[Json], entities: Sequence[Json]) -> Json:
    return {
        "ErrorCode": 0 if done else 500,
        "IsSuccess": done,
        "Errors": list(errors),
        "SuccessEntitys": list(entities),
        "SuccessMessages": [],
        "MsgCode": 0 if done else 11,
    }
