"""Who looks at the console, and in which language."""

import ipaddress
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from messages import LOCALES


def only_from_here(request: Request) -> None:
    """Refuse everybody but this machine: the pages show customers' data, and there are no accounts yet.

    The host name is checked too, so that no web page can reach the console through a name that it points here.
    """
    client = request.client.host if request.client else ""
    if not (_is_loopback(client) and (request.url.hostname == "localhost" or _is_loopback(request.url.hostname or ""))):
        raise HTTPException(403, "The console is shown on this machine only, at http://127.0.0.1 or http://localhost.")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def language(request: Request, lang: str = "") -> str:
    """The language asked for by ``?lang=``, else chosen before, else the first of Accept-Language that we speak."""
    accepted = [part.partition(";")[0] for part in request.headers.get("accept-language", "").split(",")]
    for wanted in (lang, request.cookies.get("lang", ""), *accepted):
        code = wanted.strip().lower().partition("-")[0]
        if code in LOCALES:
            return code
    return LOCALES[0]


Language = Annotated[str, Depends(language)]
