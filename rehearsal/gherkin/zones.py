"""Where the machine stands while a scenario is played: nothing on the stage may depend on it."""

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

# West and east of universal time, with their summer time, as POSIX writes zones: that needs no table of zones.
ZONES: Final = ("PST8PDT,M3.2.0,M11.1.0", "NZST-12NZDT,M9.5.0,M4.1.0/3")


def zone_of(scenario: str) -> str:
    """Return the zone in which the scenario of that name is played: it is always the same."""
    return ZONES[zlib.crc32(scenario.encode()) % len(ZONES)]


@contextmanager
def standing(zone: str) -> Iterator[None]:
    """Have this process stand in a zone; where processes cannot be moved (Windows), it stays where it is."""
    if not hasattr(time, "tzset"):
        yield
        return
    try:
        with pytest.MonkeyPatch.context() as here:
            here.setenv("TZ", zone)
            time.tzset()
            yield
    finally:
        time.tzset()
