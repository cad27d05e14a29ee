"""What a world and its shops are begun with: with the same, they begin the same."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rehearsal.moments import shown_time
from rehearsal.world.errors import InvalidValue

START: Final = datetime(2031, 3, 3, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewShop:
    """What a shop is opened with; what is left out is as in the rest of the world."""

    market: str | None = None
    profile: str | Path | None = None
    name: str | None = None
    seller: str | None = None  # whose shops are under one authorization; None: one who has no other
    default_answers: Mapping[str, str] | None = None  # what the connector answers when its seller is silent
    sandbox: bool = False  # it takes few calls in an hour
    authorized: bool = True  # its seller lets the connector in at once


@dataclass(frozen=True, slots=True)
class Origin:
    """What a world was begun with: with the same, it begins the same."""

    name: str = "default"
    seed: int = 1
    start: datetime = START
    market: str | None = None
    profile: str | Path | None = None
    oms_policy: str = "person"
    oms_manners: tuple[str, ...] = ()
    shops: int | Sequence[NewShop] = 1
    strict_time: bool = True
    webhooks: bool = False
    default_answers: Mapping[str, str] | None = None  # of the connector, in shops that have none of their own
    seated: tuple[str, ...] = ()  # the options by which somebody else sits there

    def __post_init__(self) -> None:
        if not self.shops:
            raise InvalidValue("A world has a shop", "shops must be 1 or more", field="shops")

    def opened(self, shop: NewShop) -> NewShop:
        """Return with what a shop is opened in this world."""
        own = shop.market is not None or shop.profile is not None
        return shop if own else replace(shop, market=self.market, profile=self.profile)

    @property
    def command(self) -> str:
        """Return the command that serves a world which begins the same."""
        each = [] if isinstance(self.shops, int) else [self.opened(shop) for shop in self.shops]
        shops = ",".join(str(shop.profile or shop.market or "US") for shop in each) or self.shops
        told: dict[str, Any] = {"--seed": self.seed, "--start": shown_time(self.start), "--shops": shops}
        told |= {"--market": self.market, "--profile": self.profile, "--oms-policy": self.oms_policy}
        told |= {"--oms-manners": ",".join(self.oms_manners) or None}
        said = [word for name, value in told.items() if value is not None for word in (name, str(value))]
        flags = {"--strict-time": self.strict_time, "--webhooks": self.webhooks}
        return shlex.join(["rehearsal", "up", *self.seated, *said, *(name for name, given in flags.items() if given)])
