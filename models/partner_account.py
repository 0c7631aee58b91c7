"""How our account at a partner stands: what every worker must know before it calls there."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, table_of


class PartnerAccount(SQLModel, table=True):
    """One credential at one partner. Connections that share it share its limits, its token and its troubles."""

    __tablename__ = "partner_account"
    __table_args__ = (UniqueConstraint("company_id", "account"),)

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    account: str = Field(description="Partner and credential: taobao/main-shop")
    next_turn_at: datetime | None = Field(
        default=None, sa_type=UTC_TIME, description="When the next call may leave, on the real clock: calls keep apart"
    )
    paused_until: datetime | None = Field(
        default=None, sa_type=UTC_TIME, description="Until when the partner asked not to be called"
    )
    refused_at: datetime | None = Field(
        default=None, sa_type=UTC_TIME, description="Since when it refuses our credential; empty while it does not"
    )
    refused_why: str = Field(default="", description="The partner's words, without secrets")
    refused_for: str = Field(default="", description="The connection that was refused")
    refused_with: str = Field(default="", description="Mark of the settings that were refused: others may be tried")
    ask_again_at: datetime | None = Field(default=None, sa_type=UTC_TIME, description="When one call tries it again")
    token: str = Field(default="", description="The access token, encrypted with the credential that it was given for")
    token_until: datetime | None = Field(default=None, sa_type=UTC_TIME, description="On the real clock")
    token_leased_until: datetime | None = Field(
        default=None, sa_type=UTC_TIME, description="Until when one worker is asking for a new token; real clock"
    )


ACCOUNT = table_of(PartnerAccount)
