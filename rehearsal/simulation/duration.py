"""Durations as documents write them, ISO 8601 in weeks, days, hours, minutes and seconds, and as people read them."""

import re
from datetime import timedelta
from typing import Final

_FORM: Final = re.compile(
    r"P(?=[0-9]|T[0-9])(?:(?P<weeks>[0-9]+)W)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+)(?:\.(?P<fraction>[0-9]{1,6}))?S)?)?"
)


def read_duration(text: str) -> timedelta:
    """Read a duration; raise ValueError where it is none, OverflowError where it is longer than any calendar."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(text)
    parts = {name: int(value) for name, value in match.groupdict().items() if value and name != "fraction"}
    return timedelta(**parts, microseconds=int((match["fraction"] or "").ljust(6, "0")))


def iso_duration(span: timedelta) -> str:
    """Write a duration in the shortest form that `read_duration` reads as the same: "P1DT6H"."""
    seconds, days = span.seconds, span.days
    parts = ((seconds // 3600, "H"), (seconds // 60 % 60, "M"))
    time = "".join(f"{count}{unit}" for count, unit in parts if count)
    if seconds % 60 or span.microseconds:
        fraction = f".{span.microseconds:06}".rstrip("0").rstrip(".")
        time += f"{seconds % 60}{fraction}S"
    return f"P{f'{days}D' if days else ''}{f'T{time}' if time else ''}" if span else "PT0S"


def spoken_duration(span: timedelta) -> str:
    """Return a duration for people, in days, hours and whole minutes: "1 d 2 h"."""
    minutes = int(span.total_seconds()) // 60
    units = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in units if count) or "under a minute"
