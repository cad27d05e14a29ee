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

    def granted(self, answer: Mapping[str, Any], at: datetime) -> None:
        """Take note of an answer, if it grants a token."""
        token, life = answer.get("access_token"), answer.get("expires_in")
        if isinstance(token, str) and isinstance(life, int) and 0 < life < timedelta(days=365).total_seconds():
            self._until[_digest(token)] = at + timedelta(seconds=life)
            if len(self._until) > REMEMBERED:
                del self._until[next(iter(self._until))]

    def until(self, authorization: str) -> datetime | None:
        """Return until when the token in a header is good, or was; None of one that is not known.

        It is, whatever other tokens were granted since: ChannelAdvisor has several at a time.
        """
        scheme, _, token = authorization.rpartition(" ")  # Basic credentials are none, and need no digest
        return self._until.get(_digest(token)) if self._until and scheme.lower() != "basic" else None
