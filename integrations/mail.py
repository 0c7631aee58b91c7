"""Mail by SMTP (RFC 5321) with STARTTLS or TLS: one text message to some people.

A password is sent only over TLS, and only to a server whose certificate holds for its name: nothing falls back to less.
Verified by: ``aiosmtpd``, a real server. Not called live.
"""

import asyncio
import base64
import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Annotated, Final, Literal, Self

import httpx
from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from integrations.errors import PartnerError
from integrations.settings import PartnerSettings
from integrations.words import Words
from models.messages import Notice

NAME: Final = "mail"
TIMEOUT: Final = 20.0
"""Seconds for each step of the conversation."""

_ADDRESS: Final = re.compile(r"[!#-'*+./0-9=?A-Z^_`a-z{|}~-]{1,64}@[0-9A-Za-z.-]{1,255}")
_OUR_LOGIN: Final = {530, 534, 535, 538}


def _mail_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be a plain mail address: name@host, ASCII")
    return text


MailAddress = Annotated[str, AfterValidator(_mail_address)]


class MailSettings(PartnerSettings):
    """How to reach the mail server, and who gets the mail."""

    host: str = Field(description="Name of the mail server, as its certificate has it")
    port: int = Field(default=587, ge=1, le=65_535, description="Usually 587 with starttls, 465 with tls")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls, tls, or none for a relay inside the house that wants no password"
    )
    user: str = Field(default="", description="Who logs in; empty where nobody has to")
    password: SecretStr = Field(default=SecretStr(""), description="Password of the user, or the code for mail clients")
    sender: MailAddress = Field(description="From whom the mail comes")
    recipients: tuple[MailAddress, ...] = Field(min_length=1, description="Who gets the mail")
    authority: str = Field(default="", description="PEM of the authority behind the server, if it is no public one")

    @field_validator("authority")
    @classmethod
    def _is_a_certificate(cls, pem: str) -> str:
        try:
            ssl.create_default_context(cadata=pem or None)
        except (ssl.SSLError, ValueError):
            raise ValueError("must be a certificate in PEM") from None
        return pem

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.security == "none" and (self.user or self.password.get_secret_value()):
            raise ValueError("security: a password is sent only over TLS; choose starttls or tls")
        return self


class Mail:
    """A mail server, and the people behind it."""

    def __init__(
        self,
        settings: MailSettings,
        http: httpx.AsyncClient,  # noqa: ARG002  (every partner is made alike; mail does not go over HTTP)
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, _secrets(settings))

    async def notify(self, notice: Notice) -> None:
        """Send one message to all. A repeat has the same Message-ID, by which mailboxes may drop it.

        Raises ``Rejected`` when the server does not take one of the recipients for good; the others have been told.
        """
        message = written(notice, self._settings, self._clock()).as_bytes(policy=SMTP)
        refused = await asyncio.to_thread(self._send, message)
        if refused:
            raise self._words.rejected(f"the server does not know {', '.join(refused)}", field="recipients")

    def _send(self, message: bytes) -> list[str]:
        """The recipients who were refused. Blocks."""
        handed_over = False
        server: smtplib.SMTP | None = None
        try:
            server = self._connected()
            refused = self._envelope(server)
            handed_over = True
            if len(refused) < len(self._settings.recipients):
                code, said = server.data(message)
                if code != 250:
                    raise smtplib.SMTPDataError(code, said)
            # The message is taken: whatever goes wrong with the good-bye changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        except smtplib.SMTPNotSupportedError:
            raise self._words.misconfigured("the server offers no TLS or no way to log in") from None
        except smtplib.SMTPResponseException as error:
            # Its text quotes the server, who may quote us: it does not go along as the cause.
            raise self._refusal(error, outcome_unknown=handed_over) from None
        except ssl.SSLCertVerificationError as error:
            raise self._words.misconfigured(f"the server's certificate does not hold: {error.verify_message}") from None
        except ssl.SSLError as error:
            if error.reason != "WRONG_VERSION_NUMBER":
                raise self._words.unavailable(f"TLS failed ({error.reason})", outcome_unknown=handed_over) from error
            raise self._words.misconfigured("the server does not begin with TLS at this port; try starttls") from None
        except smtplib.SMTPException as error:
            raise self._words.unavailable(
                f"the connection broke ({type(error).__name__})", outcome_unknown=handed_over
            ) from None
        except OSError as error:
            told = "the connection broke" if handed_over else "cannot be reached"
            raise self._words.unavailable(f"{told} ({type(error).__name__})", outcome_unknown=handed_over) from error
        finally:
            if server is not None:
                server.close()
        return refused

    def _connected(self) -> smtplib.SMTP:
        """A conversation that is encrypted and logged in, as far as the settings say."""
        host, port, name = self._settings.host, self._settings.port, self._settings.sender.partition("@")[2]
        # Without a name of ours smtplib looks one up, which can take half a minute.
        if self._settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, local_hostname=name, timeout=TIMEOUT, context=self._trusted()
            )
        else:
            server = smtplib.SMTP(host, port, local_hostname=name, timeout=TIMEOUT)
        try:
            if self._settings.security == "starttls":
                server.starttls(context=self._trusted())
            server.ehlo_or_helo_if_needed()
            if self._settings.user:
                self._log_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        """One try: smtplib's own ``login`` tries a wrong password once for each mechanism, and accounts get locked."""
        offered = server.esmtp_features.get("auth", "").upper().split()
        server.user, server.password = self._settings.user, self._settings.password.get_secret_value()
        for mechanism, answer in (("PLAIN", server.auth_plain), ("LOGIN", server.auth_login)):
            if mechanism in offered:
                server.auth(mechanism, answer)
                return
        raise smtplib.SMTPNotSupportedError("neither PLAIN nor LOGIN")

    def _trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self._settings.authority or None)

    def _envelope(self, server: smtplib.SMTP) -> list[str]:
        """Name sender and recipients, and return who is refused for good. Raises ``SMTPResponseException`` before
        anything is sent if the sender is refused, or a recipient for now."""
        code, said = server.mail(self._settings.sender)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, self._settings.sender)
        refused: list[str] = []
        for recipient in self._settings.recipients:
            code, said = server.rcpt(recipient)
            if code in {550, 551, 553}:
                refused.append(recipient)
            elif code not in {250, 251}:
                raise smtplib.SMTPResponseException(code, said)
        return refused

    def _refusal(self, error: smtplib.SMTPResponseException, *, outcome_unknown: bool) -> PartnerError:
        number = error.smtp_code
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        code = f"SMTP {number}"
        if number in _OUR_LOGIN:
            return self._words.misconfigured(f"the server did not let us in: {words}", code=code)
        if 400 <= number < 500:
            return self._words.unavailable(f"asks for patience: {words}", code=code)
        if 500 <= number < 600:
            return self._words.rejected(words or "gave no reason", code=code)
        return self._words.unavailable("the reply cannot be read", outcome_unknown=outcome_unknown)


def _secrets(settings: MailSettings) -> tuple[str, ...]:
    """The password, and the ways in which it goes over the line: a server may quote any of them."""
    password = settings.password.get_secret_value()
    if not password:
        return ()
    forms = (f"\0{settings.user}\0{password}", password)
    return (password, *(base64.b64encode(form.encode()).decode() for form in forms))


def written(notice: Notice, settings: MailSettings, now: datetime) -> EmailMessage:
    """The message. It says that a machine wrote it, so that no machine answers."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["Subject"] = _readable(" ".join(notice.title.split()))
    message["Date"] = now
    message["Message-ID"] = _message_id(notice.dedup_key, settings.sender)
    message["Auto-Submitted"] = "auto-generated"
    text = f"{notice.text}\n\n{notice.url}\n" if notice.url else f"{notice.text}\n"
    message.set_content(_readable(text), charset="utf-8", cte="base64")
    return message


def _message_id(key: str, sender: str) -> str:
    digest = sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
    return f"<{digest}@{sender.partition('@')[2]}>"


def _readable(text: str) -> str:
    """Halves of surrogate pairs, which no mail can carry, become question marks."""
    return text.encode("utf-8", "replace").decode()
