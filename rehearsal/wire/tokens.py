"""Until when a token is good with which a call is made: as whoever granted it has said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

REMEMBERED: Final = 256


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()


@dataclass(slots=True)
class Tokens:
    """Tokens that live for so many seconds, by what they can be told by and not by themselves."""

    _until: dict[bytes, datetime] = field(default_factory=dict)
    _newest: dict[bytes, bytes] = field(default_factory=dict)  # by the credentials for which they were granted

    def granted(self, credentials: str, answer: Mapping[str, Any], at: datetime) -> None:
        """Take note of an answer, if it grants a token."""
        token, life = answer.get("access_token"), answer.get("expires_in")
        if isinstance(token, str) and isinstance(life, int) and 0 < life < timedelta(days=365).total_seconds():
            self._until[_digest(token)] = at + timedelta(seconds=life)
            self._newest[_digest(credentials)] = _digest(token)
            if len(self._until) > REMEMBERED:
                del self._until[next(iter(self._until))]

    def until(self, authorization: str, at: datetime) -> datetime | None:
        """Return until when the token in a header is good, or was; None of one that is not known, or may be no more.

        A newer one for the same credentials may have taken the place of one whose time is not over.
        """
        if not self._until or not authorization:
            return None
        token = _digest(authorization.rpartition(" ")[2])
        until = self._until.get(token)
        return until if until is None or until < at or token in self._newest.values() else None
