"""What each of the marketplace's codes means for a call of ours: a table, and what holds for all others."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Reading(StrEnum):
    """What a code says of the call that was made."""

    STALE = "token"
    LATER = "later"
    UNSURE = "unsure"
    BUSY = "busy"
    TOO_MUCH = "too much"
    SHUT_OUT = "shut out"
    REFUSED = "no"


# What is done about it.
MEANS: Final[Mapping[Reading, str]] = {
    Reading.STALE: "not done; the token is renewed, then again",
    Reading.LATER: "not done; again later, in time for the deadline",
    Reading.UNSURE: "perhaps done; looked up before it is sent again",
    Reading.BUSY: "not done; waits for the other request about the same units",
    Reading.TOO_MUCH: "not done; looked up, and cut to what buyers' requests have left, else an error for a person",
    Reading.SHUT_OUT: "no token; nothing works before the seller has let the connector in again",
    Reading.REFUSED: "not done; looked up: nothing is left to do where it stands so already, else an error for a "
    "person, to whom the request is put once more as long as it waits",
}
_STALE, _LATER, _UNSURE = Reading.STALE, Reading.LATER, Reading.UNSURE
# fmt: off
READINGS: Final[Mapping[int, Reading]] = {
    105001: _STALE, 105002: _STALE,  # token invalid, expired
    # the gateway's own doors: limits, rights, the shop; and a lock that somebody else held
    36009002: _LATER, 36009037: _LATER, 36009033: _LATER, 36009043: _LATER, 36009044: _LATER,
    101000: _LATER, 105005: _LATER, 106001: _LATER, 106013: _LATER, 25001028: _LATER,
    36009003: _UNSURE, 36009007: _UNSURE, 25020008: _UNSURE,  # internal errors, a timeout
    36004001: Reading.SHUT_OUT, 36004004: Reading.SHUT_OUT, 36004005: Reading.SHUT_OUT,  # of the token endpoints
    25001011: Reading.BUSY,
    25001010: Reading.TOO_MUCH, 25005005: Reading.TOO_MUCH,  # of the first nothing is left of a unit
}
# fmt: on
VALIDATION: Final = 36009004  # one code for many things: the message tells them apart
_AT_THE_GATE: Final = ("timestamp", "app_key", "x-tts-access-token", "shop_cipher", "signature")
_OF_TOKENS: Final = range(105000, 106000)  # the family of codes about tokens, of which few are known
_OF_AFTER_SALES: Final = range(25000000, 26000000)  # whose refusals hold whatever the HTTP status


def reading(code: int, http_status: int, words: str = "") -> Reading:
    """Return what is to be made of a code that is no success, with its HTTP status and message."""
    known = READINGS.get(code)
    if known in (_STALE, _LATER, _UNSURE):
        return known
    if code in _OF_TOKENS and http_status == 401:
        return _STALE
    if code == VALIDATION and any(word in words.lower() for word in _AT_THE_GATE):
        return _LATER
    if http_status >= 500 or http_status == 408 or code == 0:
        return _UNSURE
    if http_status in (401, 403, 429) and known is None and code not in _OF_AFTER_SALES:
        return _LATER
    return known or Reading.REFUSED
