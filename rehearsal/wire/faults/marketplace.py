"""The faults of the marketplace: what goes wrong inside it, so that its own answers show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rehearsal.wire.faults.fault import Kind

MARKETPLACE: Final[Mapping[str, Kind]] = {}
