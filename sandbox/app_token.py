"""The token with which an app of WeChat calls: one at a time, an old one ends when a new one is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.exchange import Reply, json_reply

LIFETIME_SECONDS = 7_200


@dataclass
class AppToken:
    token: str = ""
    tokens_made: int = 0

    def current_token(self, *, renew: bool = False) -> str:
        """The token that holds, a new one if there is none or ``renew`` asks for it."""
        if renew or not self.token:
            self.tokens_made += 1
            self.token = f"57_sandbox-token-{self.tokens_made:04d}"
        return self.token

    def expire_token(self) -> None:
        """The token ends, as it does after two hours."""
        self.token = ""

    def give(self, asked: Mapping[str, Any], app_id: str, secret: str, *, renew: bool) -> Reply:
        """The answer of `token` and `stable_token` to one who may be the app."""
        if asked.get("grant_type") != "client_credential":
            return errcode(40002, "invalid grant_type")
        if asked.get("appid") != app_id:
            return errcode(40013, "invalid appid")
        if asked.get("secret") != secret:
            return errcode(40125, "invalid appsecret")
        return json_reply({"access_token": self.current_token(renew=renew), "expires_in": LIFETIME_SECONDS})


def errcode(code: int, message: str, **extra: Any) -> Reply:
    """How all interfaces of WeChat answer, inside HTTP 200."""
    return json_reply({"errcode": code, "errmsg": message, **extra}, outcome="ok" if code == 0 else str(code))
