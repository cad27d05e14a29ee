"""What the auditor objects to, and what it lets pass."""

import pickle
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rehearsal.audit.auditor import EVERYTHING
from rehearsal.audit.event import Trouble
from rehearsal.audit.finding import Verdict
from rehearsal.audit.invariants import INVARIANTS
from rehearsal.contract.operation import Breach
from rehearsal.seats.port import Capability, Sight
from rehearsal.wire.recorder import HELD_UP, Exchange
from tests.clock import START
from tests.unit.rehearsal.auditor_stories import IN_ORDER, NOTICED, SAID
from tests.unit.rehearsal.story import (
    COMPLETE,
    DAY,
    LOOK,
    REJECTED,
    SUCCESS,
    TALE,
    Row,
    Story,
    a_breach,
    a_whole_refund,
    ledger_row,
)


def test_a_refund_as_it_should_be_gives_no_offence() -> None:
    story = a_whole_refund().came_to_rest(Row(), ledger=[ledger_row("39.98", "39.98", "39.98")])
    assert story.auditor.content
    verdicts = {finding.invariant: finding.verdict for finding in story.auditor.findings()}
    assert {slug for slug, verdict in verdicts.items() if verdict is not Verdict.HELD} == {
        "no-refund-after-no",
        "as-meant",
        "no-needless-call",
        "survives-death",
        "shops-apart",
        "lapse-once",
        "contract-kept",
        "nothing-leaks",
        "everything-arrives",
        "never-ahead",
        "catches-up",
    }
    assert set(verdicts.values()) == {Verdict.HELD, Verdict.NOT_TRIED}
    assert story.verdict("books-agree").occasions == 1


def test_more_than_was_paid_for_the_order_is_noticed_with_the_money() -> None:
    story = Story().ordered().paid("30.00", claim="R1").paid("10.00", claim="R2")
    (finding,) = story.auditor.broken()
    assert (finding.invariant, finding.suspect) == ("never-too-much", "marketplace")
    witness = finding.document()["witness"]
    assert (witness["money"], witness["events"]) == ({"paid": "39.98 USD", "refunded": "40.00 USD"}, [2, 3])


@pytest.mark.parametrize("what", NOTICED)
def test_what_should_not_be_is_noticed(what: str) -> None:
    invariant, story = NOTICED[what]
    assert story().broken() == [invariant]


@pytest.mark.parametrize("what", IN_ORDER)
def test_what_may_be_gives_no_offence(what: str) -> None:
    assert IN_ORDER[what]().auditor.content


def test_a_refund_after_a_no_is_noticed() -> None:
    assert "no-refund-after-no" in Story().ordered().rejected().paid("39.98").broken()


@pytest.mark.parametrize(
    ("given", "hits", "late"),
    [
        (timedelta(minutes=15), 0, True),
        (timedelta(minutes=10), 0, True),  # sent at its own instant, as nothing stands in its way
        (timedelta(minutes=30), 1, True),
        (timedelta(minutes=29), 1, False),
        (timedelta(minutes=29), 0, True),
    ],
)
def test_trouble_asks_for_a_decision_that_is_so_much_earlier(given: timedelta, hits: int, late: bool) -> None:
    story = Story().claimed().read()
    story.now = START + DAY - given - timedelta(seconds=1)
    story.decided("reject")
    for _ in range(hits):
        story.auditor.on_trouble(Trouble(story.now, "S1", rounds=1))
        story.auditor.on_trouble(Trouble(story.now, "S2", rounds=1))
    assert story.lapsed().broken() == (["in-time"] if late else [])


@pytest.mark.parametrize(("told", "late"), [(timedelta(seconds=901), True), (timedelta(minutes=15), False)])
def test_of_an_hour_of_its_own_a_round_tells(told: timedelta, late: bool) -> None:
    story = Story().claimed().read()
    story.decided("reject")
    story.moved("X", "DEADLINE_SET", "system", at=START + DAY - told, deadline=START + DAY)
    assert story.lapsed().broken() == (["in-time"] if late else [])


def test_a_deadline_that_passes_unnoticed_is_noticed() -> None:
    story = Story().moved("X", "OPEN", deadline=START + DAY)
    story.auditor.after_act(START + DAY)
    assert story.auditor.content
    story.auditor.after_act(START + DAY + timedelta(seconds=1))
    assert story.broken() == ["lapse-once"]


def test_ledgers_that_disagree_are_a_finding_with_the_three_sums() -> None:
    story = a_whole_refund().tell("order_read", who="oms", total=Decimal("39.98"), made_of={})
    story.came_to_rest(Row(), ledger=[ledger_row("39.98", "39.98", "0.00")])
    (finding,) = story.auditor.broken()
    assert (finding.invariant, finding.suspect) == ("books-agree", "oms")
    all_of_it = dict.fromkeys(("paid", "marketplace", "connector"), "39.98 USD")
    assert finding.document()["witness"]["money"] == {**all_of_it, "oms": "0.00 USD"}


@pytest.mark.parametrize("what", SAID)
def test_a_sum_is_said_with_its_currency(what: str) -> None:
    found = [finding.document() for finding in SAID[what]().auditor.broken()]
    sums = [text for one in found for text in one["witness"]["money"].values()]
    assert what in [*sums, *(one[where] for one in found for where in ("expected", "seen"))]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (lambda: Story().claimed().came_to_rest(Row(error="no")), "nobody has refused anything"),
        (
            lambda: Story().moved(SUCCESS, "APPROVE_REFUND").decided().came_to_rest(Row(error="no")),
            "what was asked for was done",
        ),
    ],
)
def test_an_error_that_nobody_has_given_is_no_answer_that_got_lost(story: Callable[[], Story], expected: str) -> None:
    said = [one.expected for one in story().auditor.broken() if one.invariant == "nothing-stays-open"]
    assert [expected in one for one in said] == [True]


def test_ledgers_need_not_agree_on_an_order_that_no_oms_is_shown_yet() -> None:
    assert a_whole_refund().came_to_rest(Row(), ledger=[ledger_row("39.98", "39.98", "0.00")]).broken() == []


@pytest.mark.parametrize(("orders", "words"), [("", ""), ("1", "of an order is"), ("12", "of 2 orders is")])
def test_what_somebody_outside_has_asked_for_is_said_not_to_be_judged(orders: str, words: str) -> None:
    story = a_whole_refund()
    for number in orders:
        story.shown(f"O{number}", number).by_hand("adjustOrder", number).by_hand("adjustOrder", number)
    finding = story.verdict("executed-once")
    assert (finding.verdict, finding.why is None) == (Verdict.HELD, not words)
    assert words in (finding.why or "")


def test_ledgers_are_not_judged_before_the_world_has_come_to_rest() -> None:
    finding = a_whole_refund().verdict("books-agree")
    assert finding.verdict is Verdict.NOT_JUDGED
    assert "not come to rest" in (finding.why or "")


def test_a_mail_that_no_decision_asked_for_is_noticed_when_the_act_has_ended() -> None:
    story = a_whole_refund().mailed("order refund")
    assert story.auditor.content
    assert story.act_ended().broken() == ["one-mail"]


def test_a_mail_that_never_comes_is_noticed_at_rest() -> None:
    story = Story().decided("reject").moved(REJECTED, "REJECT_RETURN").act_ended()
    assert story.auditor.content
    assert story.came_to_rest().broken() == ["one-mail"]


@pytest.mark.parametrize(
    ("status", "minutes", "fault", "wrong"),
    [
        (200, 59, None, False),
        (401, 60, None, False),
        (200, 60, None, False),  # in the very second
        (401, 61, None, False),
        (200, 61, None, True),
        (401, 59, None, True),
        (401, 59, "delay", False),
        (None, 61, None, False),
    ],
)
def test_a_token_opens_for_as_long_as_it_was_granted_and_no_longer(
    status: int | None, minutes: int, fault: str | None, wrong: bool
) -> None:
    story, until = Story(), START + timedelta(minutes=60)
    call = (9, START + timedelta(minutes=minutes), "oms", "connector", False, "listOrders", status, ())
    story.auditor.on_exchange(Exchange(*call, fault=fault, token_until=until))
    assert story.broken() == (["contract-kept"] if wrong else [])


def test_who_has_died_may_have_forgotten_its_tokens_and_makes_none_live_longer() -> None:
    story, until = Story().died(), START + timedelta(minutes=60)
    for minutes, status in ((59, 401), (61, 401), (61, 204)):
        assert story.auditor.content
        call = (9, START + timedelta(minutes=minutes), "oms", "connector", False, "approve", status, ())
        story.auditor.on_exchange(Exchange(*call, token_until=until))
    assert story.broken() == ["contract-kept"]


@pytest.mark.parametrize(
    ("caller", "failure", "fault", "ended", "wrong"),
    [
        ("oms", None, None, False, True),
        ("oms", None, "cut_after", False, False),
        ("oms", "ConnectionError", None, False, False),
        ("oms", None, "cut_after", True, True),  # in a pull before
        ("connector", None, "cut_after", False, True),
    ],
)
def test_what_the_oms_cannot_rely_on_is_the_connectors_fault_unless_something_befell_it(
    caller: str, failure: str | None, fault: str | None, *, ended: bool, wrong: bool
) -> None:
    story, words = Story(), "The connector's pages go round in circles."
    call = (9, START, caller, "connector", False, "listOrders", None, ())
    story.auditor.on_exchange(Exchange(*call, failure=failure, fault=fault))
    if ended:
        story.act_ended()
    story.tell("answers_unreadable", who="oms", words=words)
    found = [(one.invariant, one.suspect, one.seen) for one in story.auditor.broken()]
    assert found == ([("contract-kept", "connector", words)] if wrong else [])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Row(status="PendingApproval"), "PendingApproval"),
        (Row(status=""), "it with no error and have nothing to decide"),
        (Row(status="", can=("approve", "reject")), "it with no error and may approve or reject it"),
    ],
)
def test_what_the_staff_see_of_what_was_lost_is_said_of_each_seat(row: Row, words: str) -> None:
    story = Story().ordered().asked_back().decided("approve").died().came_to_rest(row)
    seen = {one.invariant: one.seen for one in story.auditor.broken()}
    assert seen["executed-once"] == f"the marketplace still asks; the staff see {words}"
    assert seen["survives-death"] == f"the staff see {words}"


@pytest.mark.parametrize(
    ("caller", "callee", "side", "suspect"),
    [
        ("stage", "oms", "response", "connector"),  # a hook's, behind which there is no OMS
        ("stage", "oms", "request", "stage"),
        ("connector", "oms", "response", "oms"),
        ("oms", "connector", "response", "connector"),
    ],
)
def test_an_answer_is_held_against_whoever_wrote_it(caller: str, callee: str, side: str, suspect: str) -> None:
    story, breach = Story(), Breach(side, "cases", f"/{side}/body", "JSON", "nothing")
    story.auditor.on_exchange(Exchange(9, START, caller, callee, False, "cases", 200, (breach,)))
    assert [one.suspect for one in story.auditor.broken()] == [suspect]


def test_a_breach_of_contract_names_its_side_once() -> None:
    story = Story()
    for seq in (4, 8, 15):
        story.auditor.on_exchange(a_breach(seq))
    (finding,) = story.auditor.broken()
    assert (finding.invariant, finding.suspect, finding.certainty) == ("contract-kept", "marketplace", "observed")
    assert (finding.witness.exchanges, finding.occasions) == ((4, 8, 15), 3)
    assert finding.document()["witness"]["pointer"] == "/response/body/code"


def test_what_cannot_be_seen_is_not_judged_and_says_why() -> None:
    story = Story(capabilities=frozenset())
    verdicts = {finding.invariant: finding.verdict for finding in story.auditor.findings()}
    assert [slug for slug, verdict in verdicts.items() if verdict is Verdict.NOT_JUDGED] == [
        "executed-once",
        "in-time",
        "books-agree",
        "survives-death",
        "nothing-leaks",
        "everything-arrives",
        "nothing-stays-open",
        "never-ahead",
        "as-meant",
        "told",
        "catches-up",
    ]
    assert "what the seller's staff decide" in (story.verdict("executed-once").why or "")
    assert "what stands in the connector's book" in (story.verdict("books-agree").why or "")


def test_whoever_dies_over_a_call_has_not_heard_the_yes_to_it() -> None:
    story = Story().asked_back().decided().moved(SUCCESS, "APPROVE_REFUND")
    call = story.asks_the_marketplace("approveReturn", "R1")
    story.died()
    story.auditor.on_exchange(call)
    story.called_for("S1", "approveReturn", "R1", code=25011012)
    assert story.broken() == []


@pytest.mark.parametrize(
    ("made", "decided", "rule", "expected"),
    [
        ("APPROVE_REFUND", {"decision": "reject"}, "no-refund-after-no", "what the OMS decided: reject"),
        ("REJECT_REFUND", {"decision": "approve"}, "executed-once", "what the OMS decided: approve"),
        (
            "APPROVE_REFUND",
            {"decision": "partial", "amount": Decimal("5.00")},
            "executed-once",
            "what the OMS decided: partial of 5.00 USD",
        ),
        (
            "REJECT_RECEIVED_PACKAGE",
            {"decision": "approve", "question": "goods"},
            "executed-once",
            "what the OMS decided: approve",
        ),
    ],
)
def test_what_is_sent_within_the_call_is_what_was_decided_there(
    made: str, decided: dict[str, Any], rule: str, expected: str
) -> None:
    story = Story(capabilities=EVERYTHING - {Capability.ACTIVITY}).ordered().asked_back().moved(SUCCESS, made)
    story.called("stage", "oms", "answer", 204, "R1", seq=1)
    story.called("oms", "connector", "answer", 204, "R1")  # line by line
    story.called("outside", "connector", "getOrders", 200).decided(**decided).act_ended()
    assert rule in story.broken()
    assert (story.verdict(rule).expected, story.verdict(rule).seen) == (expected, made)


@pytest.mark.parametrize(("looks", "shown"), [(0, []), (1, [0]), (6, [0, 1, 2, 3, 4, 5]), (40, [0, 1, 2, 37, 38, 39])])
def test_the_looks_that_a_claim_was_in_no_answer_to_are_the_witness_that_it_has_not_arrived(
    looks: int, shown: list[int]
) -> None:
    story = Story().looked_at("S1").claimed()
    story.looked_at("S2").called_for("S1", "searchCancellations_202309")
    uncounted: list[dict[str, Any]] = [{"narrow": True}, {"code": 36009003}, {"fault": HELD_UP}]
    for how in uncounted:
        story.called_for("S1", LOOK, **how)
    story.auditor.on_exchange(story.asks_the_marketplace(LOOK)._replace(outside=True))
    counted = [story.asks_the_marketplace(LOOK) for _ in range(looks)]
    for look in counted:
        story.auditor.on_exchange(look)
    finding = story.idle(hours=1).verdict("everything-arrives")
    assert finding.witness.exchanges == tuple(counted[place].seq for place in shown)
    assert f"{looks} times since" in finding.seen if looks else "has not asked" in finding.seen


@pytest.mark.parametrize("tried", [False, True])
def test_a_refund_is_one_too_many_whether_nobody_asked_for_any_or_was_refused_it(*, tried: bool) -> None:
    story = Story().ordered()
    if tried:
        story.called("oms", "connector", "adjustOrder", 409, "7")
    finding = story.started("R1", "5.00").act_ended().verdict("executed-once")
    assert finding.expected == "no refund, as the staff have asked for none, or for none that was taken on"
    assert finding.seen == "5.00 USD paid back in 1 refund"


@pytest.mark.parametrize("unheard", [Sight.GOODS, Sight.REFUNDS, None])
def test_what_comes_again_may_have_been_said_again_where_nobody_hears_the_staff(unheard: Sight | None) -> None:
    seen = EVERYTHING if unheard else EVERYTHING - {Capability.STAFF_DECIDES}
    story = Story(capabilities=seen).ordered().asked_back().moved(SUCCESS, "APPROVE_REFUND")
    story.auditor.memory.decisions.unheard = frozenset({unheard} if unheard else ())
    for code in (0, 25011012):
        if unheard is not Sight.REFUNDS:
            story.called_for("S1", "approveReturn", "R1", code=code)
        if unheard is not Sight.GOODS:
            story.called_for("S1", "createReturn", order="O1", code=code)
    assert "no-needless-call" not in story.broken()
    why = story.verdict("no-needless-call").why or ""
    assert "is sent again is not judged" in why


@pytest.mark.parametrize(
    ("first", "refused", "key", "broken"),
    [
        ("APPROVE_REFUND", "APPROVE_REFUND", "K-2", True),
        ("APPROVE_RETURN", "APPROVE_RETURN", "K-2", True),
        ("APPROVE_RETURN", "APPROVE_RECEIVED_PACKAGE", "K-2", False),
        ("APPROVE_RECEIVED_PACKAGE", "APPROVE_RECEIVED_PACKAGE", "K-2", False),
        ("APPROVE_RETURN", "", "K", True),  # it gets the same yes again
        ("APPROVE_RECEIVED_PACKAGE", "", "K", False),
        ("APPROVE_RETURN", "", "K-2", False),  # refused on its way: who knows what it answers
    ],
)
def test_only_what_is_said_of_goods_may_be_said_again_where_nobody_hears_how_they_are_judged(
    first: str, refused: str, key: str, *, broken: bool
) -> None:
    story = Story().ordered().asked_back().decided().moved(SUCCESS, "APPROVE_REFUND")
    story.auditor.memory.decisions.unheard = frozenset({Sight.GOODS})
    story.moved(SUCCESS, first).called_for("S1", "approveReturn", "R1", key="K")
    if refused:
        story.tell("decision_refused", return_id="R1", action=refused, by="seller", code=25020010)
    story.called_for("S1", "approveReturn", "R1", key=key, code=25020010 if refused else 0)
    assert ("no-needless-call" in story.broken()) is broken
    assert ("is not judged" in (story.verdict("no-needless-call").why or "")) is not broken


def test_where_nobody_sees_what_stands_before_the_staff_nothing_is_said_to_be_lost() -> None:
    story = Story(capabilities=EVERYTHING - {Capability.STAFF_SEES}).ordered().decided().came_to_rest()
    finding = story.verdict("executed-once")
    assert (finding.verdict, finding.occasions) == (Verdict.NOT_TRIED, 0)
    assert "what waits before the seller's staff" in (finding.why or "")


@pytest.mark.parametrize(
    ("rule", "begun", "over"),
    [
        ("in-time", lambda story: story.claimed().decided(), lambda story: story.moved(COMPLETE, "APPROVE_REFUND")),
        (
            "executed-once",
            lambda story: story.claimed().decided(),
            lambda story: story.moved(SUCCESS, "APPROVE_REFUND"),
        ),
        ("everything-arrives", Story.claimed, Story.read),
        ("survives-death", lambda story: story.claimed().decided().died(), lambda story: story.came_to_rest(Row())),
        ("told", lambda story: story.claimed().decided(), lambda story: story.came_to_rest(Row())),
    ],
)
def test_what_is_still_open_has_not_put_a_rule_to_the_test(
    rule: str, begun: Callable[[Story], Story], over: Callable[[Story], Story]
) -> None:
    story = begun(Story())
    finding = story.verdict(rule)
    assert (finding.verdict, finding.occasions) == (Verdict.NOT_TRIED, 0)
    assert finding.why == "1 more, still open, is not put to the test yet"
    over(story)
    assert (story.verdict(rule).verdict, story.verdict(rule).why) != (Verdict.NOT_TRIED, finding.why)


def test_without_the_connectors_book_a_lapse_is_judged_at_the_marketplace_alone_and_that_is_said() -> None:
    story = Story(capabilities=EVERYTHING - {Capability.LEDGER})
    story.ordered().lapsed()
    story.moved(COMPLETE, "PAYOUT", "system").paid("39.98").mailed("order refund")
    finding = story.came_to_rest(Row(status="NewRma")).verdict("lapse-once")
    assert (finding.verdict, finding.occasions) == (Verdict.HELD, 1)
    assert "whether all three books learn of it is not judged" in (finding.why or "")
    story.lapsed()
    assert story.broken() == ["lapse-once"]


@pytest.mark.parametrize("owed", [Story.decided, Story.refund_asked])
@pytest.mark.parametrize(
    ("status", "error", "failed"),
    [
        ("NewRma", None, False),
        ("Error", "no answer", True),
        ("Error", None, True),
        ("NewRma", "no answer", True),
        ("PendingApproval", "an older error", False),
        ("SubmittedNotProcessed", "an older error", False),
    ],
)
def test_of_a_connector_that_does_not_say_whether_it_has_settled_what_failed_before_the_staff_is_not_owed(
    owed: Callable[[Story], Story], status: str, error: str | None, failed: bool
) -> None:
    story = owed(Story().ordered().lost("approve", "R1").struck("S1").silent())
    story.before_the_staff(Row(status=status, error=error)).idle(minutes=76)
    assert set(story.broken()) - {"nothing-stays-open"} == (set() if failed else {"catches-up", "executed-once"})


@pytest.mark.parametrize(
    ("status", "error", "lost"),
    [
        ("PendingApproval", "an older error", True),
        ("SubmittedNotProcessed", None, True),
        ("Error", "no answer", False),
        ("NewRma", "no answer", False),
        ("InformationOnly", None, False),
    ],
)
@pytest.mark.parametrize("owed", [Story.decided, Story.refund_asked])
def test_an_older_error_does_not_excuse_what_was_forgotten_in_a_death(
    owed: Callable[[Story], Story], status: str, error: str | None, lost: bool
) -> None:
    story = owed(Story().ordered().lost("approve", "R1")).died()
    story.came_to_rest(Row(status=status, error=error))
    assert ("survives-death" in story.broken()) == lost


def test_what_no_occasion_has_tried_is_not_put_to_the_test() -> None:
    finding = Story().verdict("one-mail")
    assert (finding.verdict, finding.occasions, finding.why) == (Verdict.NOT_TRIED, 0, None)
    assert finding.document()["verdict"] == "not put to the test"


def test_the_document_has_each_invariant_under_its_slug_and_its_number() -> None:
    text = (Path(__file__).parents[3] / "docs" / "invariants.md").read_text(encoding="utf-8")
    written = re.findall(r"^### ([a-z-]+)\nNumber (\d+)\. ", text, re.MULTILINE)
    assert {(kind.slug, str(number)) for number, kind in INVARIANTS.items()} <= set(written)


def test_a_rule_is_said_in_one_line_as_the_readme_says_it() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert all(len(kind.rule) <= 120 for kind in INVARIANTS.values())
    assert [kind.slug for kind in INVARIANTS.values() if f"| `{kind.slug}` | {kind.rule} |" not in readme] == []


def test_a_finding_names_the_rule_by_its_slug_and_says_where_it_is_written() -> None:
    (finding,) = Story().ordered().paid("1.00").paid("1.00").auditor.broken()
    document = finding.document()
    assert (document["invariant"], document["number"]) == ("never-too-much", 1)
    assert document["source"] == "docs/invariants.md#never-too-much"


@pytest.mark.parametrize("cut", range(len(TALE)))
def test_an_auditor_that_is_given_the_memory_of_another_goes_on_to_the_same_findings(cut: int) -> None:
    story, whole = Story(), Story()
    for number, happens in enumerate(TALE):
        if number == cut:
            memory = pickle.loads(pickle.dumps(story.auditor.memory))
            story.listened_to_by(memory)
        happens(story)
        happens(whole)
    assert {finding.invariant for finding in story.auditor.broken()} == {kind.slug for kind in INVARIANTS.values()}
    assert [finding.document() for finding in story.auditor.findings()] == [
        finding.document() for finding in whole.auditor.findings()
    ]
