"""How trouble that was ordered lengthens the limits of those whom it concerns."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from rehearsal.audit.event import Trouble
from rehearsal.audit.limits import EVERY_SHOP, ROUND, UNLIMITED, Limits
from tests.clock import START

MINUTE = timedelta(minutes=1)
QUARTER = 15 * MINUTE
NOTHING = timedelta(0)
PULL = 7 * MINUTE  # so that it is no round


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


class Plainly:
    """What limits say, reckoned anew from all hits for each question, minute by minute."""

    def __init__(self) -> None:
        self.hits: list[tuple[int, int, Trouble]] = []  # from one minute till another

    def those_of(self, shop: str | None) -> list[tuple[int, int, Trouble]]:
        return [one for one in self.hits if shop is None or one[2].shop_id in (EVERY_SHOP, shop)]

    def extension(self, shop: str | None, since: int) -> timedelta:
        met = [one for one in self.those_of(shop) if one[1] >= since]
        lasted = {minute for at, over, _ in met for minute in range(max(at, since), over)}
        return sum((one.rounds * ROUND + one.pulls * PULL for _, _, one in met), len(lasted) * MINUTE)

    def met(self, shop: str | None, since: int, until: int) -> bool:
        return any(at <= until and since <= over for at, over, _ in self.those_of(shop))


@pytest.mark.parametrize("seed", range(4))
def test_hundreds_of_hits_lengthen_limits_as_their_plain_sum_does(seed: int) -> None:
    chance, limits, plainly = Random(seed), Limits(one_pull=PULL), Plainly()
    for now in range(0, 1_200, 4):
        at = now - chance.choice((0, 0, 0, 2, 40))  # what had an end unknown at first is told late
        lasting = chance.choice((0, 0, 0, 1, 7, 45, 200))
        shop = chance.choice(("S1", "S1", "S2", EVERY_SHOP))
        more = Trouble(START + at * MINUTE, shop, chance.randrange(2), chance.randrange(2), lasting * MINUTE)
        plainly.hits.append((at, at + lasting, more))
        limits.note(more)
        for asked in chance.sample(("S1", "S2", "S3", None), 2):
            since = now - chance.choice((-50, 0, 1, 4, 30, 300, 9_999))
            until = since + chance.randrange(60)
            moments = START + since * MINUTE, START + until * MINUTE
            assert limits.extension(asked, moments[0]) == plainly.extension(asked, since)
            assert limits.met(asked, *moments) == plainly.met(asked, since, until)
        assert limits.last_trouble() == START + max(over for _, over, _ in plainly.hits) * MINUTE


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
