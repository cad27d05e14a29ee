"""How trouble that was ordered lengthens the limits of those whom it concerns."""

from datetime import timedelta
from typing import Any

import pytest

from rehearsal.audit.event import Trouble
from rehearsal.audit.limits import EVERY_SHOP, UNLIMITED, Limits
from tests.clock import START

MINUTE = timedelta(minutes=1)
QUARTER = 15 * MINUTE
NOTHING = timedelta(0)


def hit(after: timedelta = NOTHING, shop: str | None = "S1", **more: Any) -> Trouble:
    return Trouble(START + after, shop, rounds=1, **more)


@pytest.mark.parametrize(
    ("troubles", "longer"),
    [
        ([], NOTHING),
        ([hit()], QUARTER),
        ([hit(pulls=1)], 2 * QUARTER),
        ([hit(), hit(MINUTE)], 2 * QUARTER),
        ([hit(shop="S2")], NOTHING),
        ([hit(shop=EVERY_SHOP)], QUARTER),
        ([hit(-MINUTE)], NOTHING),
        ([hit(-MINUTE, lasting=21 * MINUTE)], QUARTER + 20 * MINUTE),
        ([hit(MINUTE, lasting=20 * MINUTE)], QUARTER + 20 * MINUTE),
        ([hit(lasting=20 * MINUTE), hit(5 * MINUTE, lasting=5 * MINUTE)], 2 * QUARTER + 20 * MINUTE),
        ([hit(lasting=20 * MINUTE), hit(5 * MINUTE, lasting=25 * MINUTE)], 2 * QUARTER + 30 * MINUTE),
        ([hit(lasting=5 * MINUTE), hit(9 * MINUTE, lasting=5 * MINUTE)], 2 * QUARTER + 10 * MINUTE),
    ],
)
def test_a_limit_is_longer_by_the_trouble_since_it_began(troubles: list[Trouble], longer: timedelta) -> None:
    limits = Limits()
    for trouble in troubles:
        limits.note(trouble)
    assert limits.extension("S1", START) == longer
    assert limits.extension(None, START) >= longer


def test_there_is_no_limit_until_the_shop_is_authorised_anew() -> None:
    limits = Limits()
    limits.note(hit(until_authorized=True))
    limits.note(hit(MINUTE, until_authorized=True))
    assert (limits.extension("S1", START), limits.extension("S2", START)) == (UNLIMITED, NOTHING)
    assert limits.last_trouble() is None
    limits.ended("S1", START + 50 * MINUTE)
    assert limits.extension("S1", START + 10 * MINUTE) == QUARTER + 40 * MINUTE
    assert limits.last_trouble() == START + 50 * MINUTE


def test_there_is_no_limit_while_the_connector_is_down() -> None:
    limits = Limits()
    limits.ended(EVERY_SHOP, START)
    assert limits.last_trouble() is None
    limits.killed(START)
    assert limits.extension("S1", START) == UNLIMITED
    limits.ended(EVERY_SHOP, START + 5 * MINUTE)
    assert limits.extension("S1", START) == QUARTER + 5 * MINUTE
