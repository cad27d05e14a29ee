"""Who may call the control API and look at the pages, and by which name of this machine anybody may call at all.

A page in somebody's browser must not reach us by a name that was made to point here (DNS rebinding), nor by a form that
another site sends: so `Host` must be a name of this machine's own and `Origin`, when sent, the page we served. On
loopback that is enough. On any other bind a call must bring the token (D50), and with it the host's name is of no
matter, because a stranger's page does not know it. A wrong token is always refused. The API doors of the players have
credentials of their own: there the name alone is looked at, and the vendor's own is as good as ours, because no
stranger can make it lead here; clients bring it through the proxy.
"""

import hmac
import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from werkzeug import Request

from rehearsal.control.stage import Problem

COOKIE: Final = "rehearsal_token"
_LOCAL_NAMES: Final = frozenset({"localhost", "localhost.localdomain"})


def is_loopback(host: str) -> bool:
    """Return whether a host's name or address is this machine's alone."""
    if host.lower().rstrip(".") in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def called_by(request: Request) -> str:
    """Return the name by which a call came here, without the port; nothing where it is no name at all."""
    try:
        return urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class Gate:
    """The check that every call passes first."""

    bind: str = "127.0.0.1"
    token: str | None = None
    public_host: str | None = None  # what the printed addresses say instead

    @property
    def needs_token(self) -> bool:
        """Return whether a call without a token is refused."""
        return not is_loopback(self.bind)

    def check_name(self, request: Request) -> None:
        """Raise the Problem of a call by a name that is none of ours; off loopback any name may lead here."""
        host = request.headers.get("Host", "")
        name = called_by(request)
        if not (self.needs_token or is_loopback(name) or (name and name == (self.public_host or "").lower())):
            raise Problem(403, "Foreign host", f"{host!r} is no name of this server", field="Host")

    def check(self, request: Request, *, enters: bool = False) -> None:
        """Raise the Problem of a call that may not pass; where a browser `enters`, the address may hold the token."""
        known = self._shown_token(request, enters=enters)
        if not known and self.needs_token:
            raise Problem(401, "A token is needed", "send Authorization: Bearer TOKEN", field="Authorization")
        host = request.headers.get("Host", "")
        if not known:
            self.check_name(request)
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2].lower() != host.lower():
            raise Problem(403, "Foreign origin", f"{origin!r} is not the page that was served here", field="Origin")

    def opens(self, token: str) -> bool:
        """Return whether this is the token."""
        return self.token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    def _shown_token(self, request: Request, *, enters: bool) -> bool:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        shown = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE)
        if enters and "token" in request.args:
            shown = request.args["token"]
        if shown is None:
            return False
        if not self.opens(shown):
            words = "this is not the token that `rehearsal up` printed"
            raise Problem(401, "Wrong token", words, field="Authorization")
        return True
