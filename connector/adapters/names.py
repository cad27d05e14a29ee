"""By which names `serve` may be called: a page elsewhere must not reach it by a name that was made to point here.

On loopback these are the machine's own names and that of `CONNECTOR_PUBLIC_URL`. Elsewhere, once a public address is
set, an address in figures and the name listened on are good too; without one nobody knows our names, and any is good.
"""

import ipaddress
import json
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

Wsgi = Callable[..., Iterable[bytes]]
LOCAL: Final = frozenset({"localhost", "localhost.localdomain"})


def by_own_names(app: Wsgi, host: str, public_url: str | None) -> Wsgi:
    """Return `app`, served at `host`, for callers who name it rightly; others get a 403."""
    public = _name(urlsplit(public_url).netloc) if public_url else None
    here = _is_loopback(host)

    def is_own(name: str) -> bool:
        if name == public or _is_loopback(name):
            return True
        return not here and (public is None or _address(name) is not None or name == host.lower())

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if is_own(_name(environ.get("HTTP_HOST", ""))):
            return app(environ, start_response)
        words = "This server does not go by that name; CONNECTOR_PUBLIC_URL says by which others know it."
        start_response("403 Forbidden", [("Content-Type", "application/json; charset=utf-8")])
        return [json.dumps({"Message": words}).encode()]

    return serve


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_loopback(name: str) -> bool:
    address = _address(name)
    return name.lower().rstrip(".") in LOCAL or (address is not None and address.is_loopback)
