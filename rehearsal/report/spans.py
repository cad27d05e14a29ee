"""Spans of simulated time in words, as short as they are read."""

from __future__ import annotations

from datetime import timedelta


def spoken_span(span: timedelta) -> str:
    """Return a span in days, hours and minutes: "2 d 1 h"."""
    minutes = span // timedelta(minutes=1)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (rest, "min")) if count]
    return " ".join(parts) or "under a minute"
