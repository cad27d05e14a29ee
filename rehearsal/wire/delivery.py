"""How an answer is to reach a caller over a socket where trouble was ordered: said on the wire, done by the front."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

LONGEST: Final = timedelta(minutes=10)  # that an answer is stalled
DELIVERY: Final = "rehearsal.delivery"  # where a call's WSGI environment has it, if a front takes the call


@dataclass(slots=True)
class Delivery:
    """What the front does to one answer, in the machine's time. As it is made, nothing."""

    held: timedelta = timedelta(0)  # before a byte of it goes out
    bytes_per_second: int | None = None
    ends_early: bool = False  # the connection is closed behind it, though more was announced
    reset: bool = False  # the connection is reset, and nothing of it goes out
