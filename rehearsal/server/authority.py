"""The certificate authority of an installation, for clients that have the vendors' `https` hosts written in.

Whoever is to trust it is given `ca_file`, which holds its certificate alone. Where a data folder is kept, so is the
authority, with its key in a file that only its owner can read; else the key stays in memory and all ends with the
stage. Clients look at dates by the machine's clock, whatever year the world is in, and so do we.
"""

import os
import ssl
from datetime import UTC, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import trustme

from rehearsal.simulation.clock import SystemClock

LASTS: Final = timedelta(days=800)  # Apple's platforms refuse a server's certificate that is to last 825 days or more
EARLY: Final = timedelta(days=1)  # a client's clock may be behind ours
NAME: Final = "Rehearsal"
NOW: Final = SystemClock().now


class AuthorityRefused(Exception):
    """What lies in the data folder is no authority of ours; says which file, and what to do."""


class Authority:
    """Issues certificates for hosts; raises AuthorityRefused. `data` is the folder where it is kept, if anywhere."""

    def __init__(self, data: Path | None = None) -> None:
        self._temporary = TemporaryDirectory(prefix="rehearsal-ca-") if data is None else None
        folder = Path(self._temporary.name) if self._temporary else (data or Path()).absolute()
        self.ca_file: Final = folder / "rehearsal-ca.pem"
        self.context = cache(self._context)
        try:
            self._ca = _made(self.ca_file) if data is None else _kept(self.ca_file)
        except OSError as error:
            raise AuthorityRefused(f"{error.filename}: {error.strerror}") from None

    def _context(self, host: str) -> ssl.SSLContext:
        """Return how to speak TLS as this host."""
        now = NOW().astimezone(UTC).replace(tzinfo=None)  # as the library wants it
        context = server_context()
        self._ca.issue_cert(
            host, common_name=host, organization_name=NAME, not_before=now - EARLY, not_after=now + LASTS
        ).configure_cert(context)
        return context

    def close(self) -> None:
        """Remove what was not to be kept."""
        if self._temporary is not None:
            self._temporary.cleanup()


def server_context() -> ssl.SSLContext:
    """Return how we speak TLS, as nobody yet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _made(ca_file: Path) -> trustme.CA:
    ca = trustme.CA(organization_name=NAME, path_length=0)
    ca.cert_pem.write_to_path(ca_file)
    return ca


def _kept(ca_file: Path) -> trustme.CA:
    key_file = ca_file.with_name("rehearsal-ca-key.pem")
    if not key_file.exists():
        ca = _made(ca_file)
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(ca.private_key_pem.bytes())
        return ca
    try:
        return trustme.CA.from_pem(ca_file.read_bytes(), key_file.read_bytes())
    except (FileNotFoundError, ValueError, TypeError):
        raise AuthorityRefused(f"{ca_file} is of no use with {key_file}: remove both to have them made anew") from None
