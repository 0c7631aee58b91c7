"""What is wrong with a preset, in words that a person can act on."""

import difflib
from collections.abc import Iterator

from pydantic import ValidationError

from integrations.files.layout import Strict


class PresetError(ValueError):
    """A preset that cannot be used. The message names the file, the key, and what to do."""


def complaints(error: ValidationError) -> Iterator[str]:
    """One clause per problem, each with the dotted key and the cure."""
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        match problem["type"]:
            case "extra_forbidden":
                near = difflib.get_close_matches(str(problem["loc"][-1]), _known_keys(Strict), n=1)
                yield f"unknown key {key}" + (f", did you mean {near[0]!r}?" if near else ": remove it")
            case "missing":
                yield f"{key} is missing: add it"
            case "value_error":
                yield f"{key}: {problem['ctx']['error']}" if key else str(problem["ctx"]["error"])
            case _:
                yield f"{key}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _known_keys(part: type[Strict]) -> set[str]:
    return set(part.model_fields).union(*map(_known_keys, part.__subclasses__()))
