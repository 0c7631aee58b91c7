"""Weather alerts of QWeather: ``GET /weatheralert/v1/current/{lat}/{lon}`` with a JWT (dev.qweather.com, 2026).

The parser also reads the two generations of the legacy ``/v7/warning/now``, shut down on 2026-09-01, whose bodies are
still in archives and caches.
Verified by: PyJWT (an RFC 8037 vector computed once), recorded v7 bodies of 2021 and 2023, and the sandbox.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, SecretStr, field_validator

from integrations.answers import Answer
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.qweather_alerts import Current, Legacy, current_alerts, legacy_alerts
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.messages import Alert, Place

NAME: Final = "qweather"
_LEGACY_OUR_KEYS: Final = {"401", "402", "403"}


class QWeatherSettings(PartnerSettings):
    """How to reach QWeather."""

    url: WebAddress = Field(description="API host of the account, with https://")
    key_id: str = Field(description="Id of the credential")
    project_id: str = Field(description="Id of the project")
    private_key: SecretStr = Field(description="Ed25519 private key, PEM")
    language: str = Field(default="zh", description="Language of names and headlines")

    @field_validator("private_key")
    @classmethod
    def _is_ed25519(cls, pem: SecretStr) -> SecretStr:
        _private_key(pem)
        return pem


class QWeather:
    """The alerts of one account."""

    def __init__(self, settings: QWeatherSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        self._key = _private_key(settings.private_key)

    async def pull_alerts(self, place: Place) -> list[Alert]:
        """Alerts that are in force now, and those that end an earlier one; an expired one ends silently."""
        now = self._clock()
        where = f"{place.latitude:.2f}/{place.longitude:.2f}"
        url = httpx.URL(
            f"{self._settings.url}/weatheralert/v1/current/{where}",
            params={"localTime": "true", "lang": self._settings.language},
        )
        signed = token(self._settings.key_id, self._settings.project_id, self._key, int(now.timestamp()))
        answer = await self._wire.call("GET", url, writes=False, headers={"authorization": f"Bearer {signed}"})
        return [alert for alert in self._read(answer, place) if alert.expires_at is None or alert.expires_at > now]

    def _read(self, answer: Answer, place: Place) -> list[Alert]:
        body = answer.json()
        try:
            if isinstance(body, dict) and "code" in body:
                legacy = answer.fit(body, Legacy)
                if legacy.code not in {"200", "204"}:
                    raise self._legacy_refusal(legacy.code)
                return legacy_alerts(legacy, place.region)
            return current_alerts(answer.fit(body, Current), place.region)
        except ValueError as error:
            raise answer.unreadable(str(error)) from error

    def _legacy_refusal(self, code: str) -> PartnerError:
        if code in _LEGACY_OUR_KEYS:
            return self._words.misconfigured("the key is not accepted", code=code)
        return self._words.too_often("asks for patience", code=code)


def token(key_id: str, project_id: str, key: Ed25519PrivateKey, now: int) -> str:
    """A JWT good for a quarter of an hour, dated back 30 seconds for clocks that differ (Unix seconds)."""
    claims = {"sub": project_id, "iat": now - 30, "exp": now + 870}
    # QWeather wants no `typ`; PyJWT leaves out a header that is None.
    return jwt.encode(claims, key, "EdDSA", headers={"kid": key_id, "typ": None})


def _private_key(pem: SecretStr) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem.get_secret_value().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("must be an Ed25519 private key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("must be an Ed25519 private key in PEM")
    return key
