"""What every partner's settings have in common."""

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from integrations.rate import Rate


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address that starts with http:// or https://")
    return text.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An ``http(s)://`` address, kept without a trailing slash."""


class PartnerSettings(BaseModel):
    """Base of all settings: frozen, no unknown field, and no value shown when one of them is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rate: ClassVar[Rate | None] = None
    """How often the partner's documents let one credential call it; ``None`` where they name no number."""

    def secrets(self) -> tuple[str, ...]:
        """Every secret value in these settings that is not empty: what must never be shown."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr) and value)
