"""What is due comes in one fixed order, one thing at a time, and looking changes nothing."""

from datetime import timedelta

from mock_tiktok.state.agenda import Agenda
from tests.clock import START
from tests.refused import refused
from tests.unit.mock_tiktok.town import Town


def put(agenda: Agenda, kind: str, subject: str = "r", *, minutes: int = 0, rank: int = 1) -> None:
    at = START + timedelta(minutes=minutes)
    agenda.put(kind, subject, at=at, rank=rank, who="marketplace", what=kind, shop_id="s")


def taken(agenda: Agenda) -> list[str]:
    return [agenda.take(START + timedelta(days=1)).kind for _ in agenda.entries()]


def test_time_goes_before_rank_and_rank_before_the_order_of_creation() -> None:
    agenda = Agenda()
    put(agenda, "late", minutes=1, rank=0)
    put(agenda, "step", rank=1)
    put(agenda, "person", rank=3)
    put(agenda, "second step", rank=1)
    put(agenda, "deadline", rank=0)
    assert [entry.kind for entry in agenda.entries()] == ["deadline", "step", "second step", "person", "late"]
    assert taken(agenda) == ["deadline", "step", "second step", "person", "late"]


def test_what_is_put_again_replaces_what_was_put_before() -> None:
    agenda = Agenda()
    put(agenda, "lapse", minutes=5)
    put(agenda, "lapse", minutes=50)
    put(agenda, "lapse", "another", minutes=10)
    agenda.drop("lapse", "never heard of")
    assert [entry.subject for entry in agenda.entries()] == ["another", "r"]
    agenda.drop("lapse", "another")
    entry = agenda.next()
    assert entry is not None
    assert entry.due.at == START + timedelta(minutes=50)


def test_nothing_is_taken_before_its_time() -> None:
    agenda = Agenda()
    put(agenda, "later", minutes=1)
    refused(LookupError, agenda.take, START)
    refused(LookupError, Agenda().take, START)


def test_a_lapse_comes_before_a_step_of_the_same_instant(town: Town) -> None:
    town.rejected()
    town.passes(days=10, minutes=-5)
    approved = town.request()
    town.shop.approve_return(approved, "APPROVE_REFUND")
    fired = [act.what for act in town.passes(minutes=5)]
    assert fired == ["silence: rejection stands", "refund paid 39.98 USD"]


def test_one_call_does_one_act_and_leaves_its_consequences_on_the_agenda(town: Town) -> None:
    return_id = town.request(kind="RETURN_AND_REFUND")
    assert town.status(return_id) == "RETURN_OR_REFUND_REQUEST_PENDING"
    due = town.market.next_due()
    assert due is not None
    assert due.at == START
    fired = town.market.run_due(START)
    assert (fired.what, fired.return_id) == ("return approved automatically", return_id)
    assert fired.order_id == town.view(return_id).order_id
    refused(LookupError, town.market.run_due, START)
