"""A partner's reply, read strictly: what is not the promised shape is an outage, never a ``KeyError``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from integrations.errors import Unavailable
from integrations.markup import NotXml, read_xml
from integrations.words import Words

T = TypeVar("T")


class Reply(BaseModel):
    """Base of the models of reply fields that a partner's file relies on; whatever else comes is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that arrived whole. ``writes``: the request may have changed something at the partner."""

    words: Words
    status: int
    body: bytes
    writes: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""

    def unreadable(self, why: str) -> Unavailable:
        """The error for a reply that tells us nothing: what was asked may have been done."""
        return self.words.unavailable(f"the reply cannot be read: {why}", outcome_unknown=self.writes)

    def json(self) -> Any:
        """The parsed body. Raises ``Unavailable`` for a page, a cut body or ``{}``."""
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise self.unreadable(self._instead("JSON")) from error
        if parsed == {} or parsed is None:
            raise self.unreadable("it is empty")
        return parsed

    def read(self, shape: type[T]) -> T:
        """The body as ``shape``, a type of ``Reply`` or any that pydantic knows. Raises ``Unavailable``."""
        return self.fit(self.json(), shape)

    def fit(self, parsed: Any, shape: type[T]) -> T:
        """A part of the body as ``shape``. Raises ``Unavailable`` and names the first field that does not fit."""
        try:
            return TypeAdapter(shape).validate_python(parsed)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "the reply"
            raise self.unreadable(f"{place}: {first['msg']}") from None

    def xml(self) -> Element:
        """The parsed body. Raises ``Unavailable`` for anything but well-formed XML without entities of its own."""
        try:
            root = read_xml(self.body)
        except NotXml as error:
            raise self.unreadable(self._instead("XML")) from error
        if root.tag.lower() == "html":
            raise self.unreadable(self._instead("XML"))
        if len(root) == 0:
            raise self.unreadable("it is empty")
        return root

    def _instead(self, promised: str) -> str:
        start = self.body.lstrip()[:200].lower()
        if not start:
            return "it is empty"
        if start.startswith((b"<!doctype html", b"<html")):
            return f"a web page instead of {promised}"
        return f"it is not {promised}, or was cut off"
