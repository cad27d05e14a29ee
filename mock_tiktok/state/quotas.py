"""How many calls an app may make in a shop: each quota counts in windows of its own, by the clock of those who call."""

from dataclasses import dataclass
from typing import Final

from mock_tiktok.errors import SANDBOX_QUOTA, TOO_MANY, Refusal


@dataclass(frozen=True, slots=True)
class Quota:
    """So many calls in so many seconds; the next one is refused until the window is over."""

    of: str
    calls: int
    seconds: int
    refusal: Refusal
    source: str
    certainty: str


EVERY_SHOP: Final = Quota(
    "an app in a shop",
    60_000,
    60,
    TOO_MANY,
    "DOC-LIMITS: per app and shop, as the platform sees fit; no number is published, and this one meets no sane caller",
    "assumed",
)
SANDBOX: Final = Quota(
    "an app in a sandbox shop", 1000, 3600, SANDBOX_QUOTA, "PROBE; others read 100 (C19)", "documented"
)
QUOTAS: Final = (EVERY_SHOP, SANDBOX)


class Counted:
    """What an app has called in one shop in the present minute and, in a sandbox, the present hour."""

    __slots__ = ("calls", "calls_in_hour", "hour", "minute")

    def __init__(self) -> None:
        self.minute = self.calls = self.hour = self.calls_in_hour = 0

    def count(self, now: float, *, sandbox: bool) -> None:
        """Count a call at `now`, in Unix seconds; one beyond a quota is refused, and counts for nothing."""
        minute = int(now) // EVERY_SHOP.seconds
        if minute != self.minute:
            self.minute, self.calls = minute, 0
        if self.calls >= EVERY_SHOP.calls:
            raise TOO_MANY()
        if sandbox:
            hour = int(now) // SANDBOX.seconds
            if hour != self.hour:
                self.hour, self.calls_in_hour = hour, 0
            if self.calls_in_hour >= SANDBOX.calls:
                raise SANDBOX_QUOTA()
            self.calls_in_hour += 1
        self.calls += 1
