"""The `request_id` of every response: 14 digits of UTC time, then 20 upper-case hexadecimal digits.

On a stage the second part is the trace's number of the exchange, so that a connector's own log leads to the trace;
elsewhere it comes from the seed and a counter.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

EXCHANGE_ID: Final = "rehearsal.exchange_id"
FORM: Final = re.compile(r"[0-9]{14}[0-9A-F]{20}")


class RequestIds:
    """Names one response after the other; `number` gives the next of those that no exchange id decides."""

    def __init__(self, seed: int, number: Callable[[], int]) -> None:
        self._seed = seed
        self._number = number

    def next(self, now: datetime, exchange_id: object = None) -> str:
        """Return the next id; an exchange id, where there is one, decides it."""
        if exchange_id is None:
            return f"{now:%Y%m%d%H%M%S}{_digest(f'{self._seed}|request id|{self._number()}')}"
        text = str(exchange_id)
        if FORM.fullmatch(text):
            return text
        number = f"{int(text):020X}" if text.isdecimal() and len(text) <= 20 else _digest(text)
        return f"{now:%Y%m%d%H%M%S}{number}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20].upper()
