"""What a WeChat official account keeps: its token, and what was sent to whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.app_token import AppToken
from sandbox.chat import ChatRoom


@dataclass
class OfficialAccount(AppToken, ChatRoom):
    sent: dict[tuple[str, str], int] = field(default_factory=dict)
    """(openid, client_msg_id) → msgid, by which a repeat is recognised."""
