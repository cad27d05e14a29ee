"""The responses that a stage would give again."""

import threading
from typing import Any

from rehearsal.control.stage import Json
from rehearsal.control.state import KeptResponse, StageState
from rehearsal.server.idempotency import Replays

ASKED = '["place_order", {}, {}]'


def test_what_is_kept_is_data_in_the_state_of_the_stage() -> None:
    state = StageState({})
    assert Replays(state).once("k", ASKED, lambda: ({"order_id": "1"}, 200)) == ({"order_id": "1"}, 200, False)
    assert state.responses == {"k": KeptResponse(ASKED, {"order_id": "1"}, 200)}
    assert Replays(state).once("k", ASKED, lambda: ({"order_id": "2"}, 200)) == ({"order_id": "1"}, 200, True)


def test_two_calls_under_one_key_at_once_are_one_act() -> None:
    replays, inside, go_on = Replays(StageState({})), threading.Event(), threading.Event()
    acts: list[str] = []
    got: list[Any] = []

    def act() -> tuple[Json, int]:
        acts.append("acted")
        inside.set()
        assert go_on.wait(10)
        return {}, 200

    callers = [threading.Thread(target=lambda: got.append(replays.once("k", ASKED, act)[2])) for _ in range(2)]
    callers[0].start()
    assert inside.wait(10)
    callers[1].start()
    go_on.set()
    for caller in callers:
        caller.join(10)
    assert (acts, sorted(got)) == (["acted"], [False, True])


def test_a_call_that_was_under_way_when_its_world_ended_is_not_kept() -> None:
    state = StageState({})
    replays = Replays(state)

    def act() -> tuple[Json, int]:
        replays.forget()
        return {}, 200

    replays.once("k", ASKED, act)
    assert state.responses == {}
