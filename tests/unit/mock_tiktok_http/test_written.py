"""What is written once: the same things are not written anew, and others are."""

from mock_tiktok.open_api.written import KEPT, Json, once


class Thing:
    """What somebody has put there; another one may look just like it."""


def test_the_same_things_are_written_once_until_others_stand_in_their_place() -> None:
    count = iter(range(KEPT * 2))

    @once
    def number(thing: Thing, beside: Thing) -> Json:
        return {"number": next(count)}

    one, other = Thing(), Thing()
    assert number(one, other) == number(one, other) == {"number": 0}
    assert [number(one, one), number(other, one), number(Thing(), other)] == [{"number": n} for n in (1, 2, 3)]
    assert number(one, other) == {"number": 0}
    more = [number(Thing(), other)["number"] for _ in range(KEPT)]
    assert more == [*range(4, 4 + KEPT)]
    assert number(one, other) == {"number": 4 + KEPT}  # so many are not kept
