"""What an idempotency key gives: the first outcome of a write, given again to the same request.

Neither how long keys are kept nor what a replay gets is documented; kept for the world's life and the first outcome
again is our choice. A request that was malformed, or told to try again, has had no outcome, so nothing is kept of it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from mock_tiktok.errors import ApiError

LONGEST_KEY: Final = 255
NO_OUTCOME: Final = frozenset({25001001, 25001028, 25020008})


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a key counts: one shop of one app, one endpoint, one object."""

    app_key: str
    shop_id: str
    operation: str
    object_id: str
    key: str


@dataclass(frozen=True, slots=True)
class _Outcome:
    body: bytes
    data: dict[str, Any] | None = None
    code: int = 0
    message: str = ""
    http_status: int = 200

    def again(self) -> dict[str, Any]:
        if self.data is None:
            raise ApiError(self.code, self.message, self.http_status)
        return self.data


class IdempotencyStore:
    """The first outcome of every write that carried a key."""

    def __init__(self) -> None:
        self._outcomes: dict[Scope, _Outcome] = {}

    def once(self, scope: Scope, body: bytes, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Act, or return what acting brought the first time; raise when the key comes with another body."""
        digest = hashlib.sha256(body).digest()
        if known := self._outcomes.get(scope):
            if known.body != digest:
                raise ApiError(25001001, "Invalid parameter: idempotency_key was used with another request body")
            return known.again()
        try:
            data = act()
        except ApiError as error:
            if error.http_status == 200 and error.code not in NO_OUTCOME:
                self._outcomes[scope] = _Outcome(digest, None, error.code, error.message, error.http_status)
            raise
        self._outcomes[scope] = _Outcome(digest, data)
        return data
