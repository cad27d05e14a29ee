"""What a marketplace remembers of a trouble that has begun (`usecases/troubles.py` says what each kind does)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mock_tiktok.state.index import Behind


@dataclass(slots=True)
class Trouble:
    """One trouble: its number is its owner's; `told` are the settings of its kind; no shop means every one."""

    number: str
    kind: str
    shop_id: str | None
    told: Mapping[str, Any]
    behind: list[Behind[Any]] = field(default_factory=list)  # older states, of searches that lag
    counted: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # by shop: calls since, of a quota
