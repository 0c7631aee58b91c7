"""Whom we trust with TLS, for the partners that are not spoken to over HTTP."""

import ssl
from typing import Annotated

from pydantic import AfterValidator


def _certificate(pem: str) -> str:
    try:
        ssl.create_default_context(cadata=pem or None)
    except (ssl.SSLError, ValueError):
        raise ValueError("must be a certificate in PEM") from None
    return pem


Authority = Annotated[str, AfterValidator(_certificate)]
"""PEM of an authority, or empty for the public ones."""


def trusted(authority: str) -> ssl.SSLContext:
    """TLS with a server whose certificate holds for its name, by that authority or a public one."""
    return ssl.create_default_context(cadata=authority or None)
