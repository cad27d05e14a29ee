"""Every kind of fault, by its name."""

from collections.abc import Mapping
from typing import Final

from rehearsal.wire.faults.fault import Kind
from rehearsal.wire.faults.marketplace import MARKETPLACE
from rehearsal.wire.faults.on_the_wire import ON_THE_WIRE

KINDS: Final[Mapping[str, Kind]] = {**ON_THE_WIRE, **MARKETPLACE}
