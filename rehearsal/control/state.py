"""All that a stage keeps, as data: what its world is begun with, the world, and the responses it would give again."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from rehearsal.control.stage import Json
from rehearsal.world.world import World


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """What a call was answered that named an `Idempotency-Key`."""

    asked: str  # the call, what it was about, and its body
    document: Json
    status: int


@dataclass(slots=True)
class StageState:
    """A stage: its locks aside, there is nothing else to know of it."""

    settings: dict[str, Any]
    world: World | None = None
    responses: OrderedDict[str, KeptResponse] = field(default_factory=OrderedDict)  # by key, the oldest first
