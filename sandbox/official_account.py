"""What a WeChat official account keeps: its token, and what was sent to whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.chat import ChatRoom


@dataclass
class OfficialAccount(ChatRoom):
    """One token at a time: an old one ends when a new one is made."""

    token: str = ""
    sent: dict[tuple[str, str], int] = field(default_factory=dict)
    """(openid, client_msg_id) → msgid, by which a repeat is recognised."""

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
