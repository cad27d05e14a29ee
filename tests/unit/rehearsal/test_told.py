"""What has to stand in an order's history, and what may not."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rehearsal.audit.auditor import Memory
from rehearsal.audit.claims import Claim, State
from rehearsal.audit.finding import Finding
from rehearsal.audit.invariants import told_words as words
from rehearsal.audit.invariants.told import SAID_NO, IsTold
from rehearsal.audit.limits import Limits
from rehearsal.seats.port import Sight
from tests.clock import START
from tests.unit.rehearsal.story import DAY, PENDING, REJECTED, SUCCESS, Line, Row, Story

SHIP, SHIPPED = "AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM"
COMPLETE = "RETURN_OR_REFUND_REQUEST_COMPLETE"


ROOT = Path(__file__).parents[3]
TOLD, DECISION = "what the marketplace was told", "the decision"
BOTH = f"2 lines on {DECISION} and on {TOLD}, between"


def _found_of_an_answer(decision: str, lines: list[tuple[str, str]]) -> list[Finding]:
    """Return what is found where this is the history of an answer that was sent in the very call."""
    story = Story().claimed()
    story.moved(*((REJECTED, "REJECT_REFUND") if decision == "reject" else (SUCCESS, "APPROVE_REFUND")))
    story.decided(decision).forgotten()
    story.history = [Line(story.now, text, event=event) for text, event in lines]
    story.came_to_rest(Row(status="RejectionCompleted" if decision == "reject" else "PostProcessingComplete"))
    return [one for one in story.auditor.broken() if one.invariant == "told"]


@pytest.mark.parametrize(
    ("decision", "lines", "missing"),
    [
        ("reject", [("Seller: reject", "")], BOTH),
        ("reject", [("Seller: reject", ""), ("Sent: reject", "")], ""),
        ("reject", [("The seller says no", ""), ("Told TikTok Shop: turned down", "")], ""),
        ("reject", [("Said no", ""), ("Denies it", "")], ""),
        ("reject", [("Händler: abgelehnt", "reject"), ("An TikTok gesendet: abgelehnt", "rejected")], ""),
        ("reject", [("Händler: abgelehnt", ""), ("Sent: rejected", "")], BOTH),
        ("reject", [("The seller nods", ""), ("Sent: reject", "")], BOTH),
        ("reject", [("The seller says nothing", "")], f"a line on {DECISION}, between"),
        ("reject", [("The seller knows no reason", "")], f"a line on {DECISION}, between"),
        ("approve", [("Seller agrees", ""), ("Sent: refund", "")], ""),
        ("approve", [("The seller said yes", ""), ("Sent: accepted", "")], ""),
        ("approve", [("The seller disagrees", ""), ("Sent: accepted", "")], "2 lines, between"),
        ("approve", [("Sent: refund", ""), ("No more", "")], f"a line on {DECISION}, between"),
    ],
)
def test_an_answer_has_two_lines_and_what_is_missing_is_named(
    decision: str, lines: list[tuple[str, str]], missing: str
) -> None:
    found = [one.expected for one in _found_of_an_answer(decision, lines)]
    assert bool(found) is bool(missing)
    assert not missing or found[0].startswith(missing)
    known = [words.NO] if decision == "reject" else [words.YES, words.PAID]
    assert all(any(words.listed(one) in expected for one in known) for expected in found)


@pytest.mark.parametrize(
    ("decision", "texts", "expected", "seen"),
    [
        ("reject", ("Seller nods", "Sent: reject"), BOTH, "only “Sent: reject”, beside “Seller nods”"),
        ("reject", ("Sent: reject",), BOTH, "only “Sent: reject”"),
        (
            "approve",
            ("Sent: accepted",),
            f": on {DECISION}, with {words.listed(words.YES)} in the text or the event, and on {TOLD}, with ",
            "only “Sent: accepted”",
        ),
        ("approve", ("Seller nods", "Sent: refund"), f"a line on {DECISION}, between", "“Seller nods”, “Sent: refund”"),
    ],
)
def test_where_a_line_may_be_on_either_of_two_things_both_are_asked_for(
    decision: str, texts: tuple[str, ...], expected: str, seen: str
) -> None:
    (found,) = _found_of_an_answer(decision, [(text, "") for text in texts])
    assert expected in found.expected
    assert found.seen == seen


@pytest.mark.parametrize(("what", "known"), words.A_LINE_ON.items())
def test_the_words_by_which_a_line_is_known_are_listed_where_a_history_is_asked_for(
    what: str, known: words.Words
) -> None:
    guide, contract = (
        (ROOT / place).read_text(encoding="utf-8") for place in ("docs/your-connector.md", "contracts/seat.yaml")
    )
    assert f"| {what} | {words.listed(known)} |\n" in guide
    assert f"- {what}: {words.listed(known)}\n" in contract
    assert words.FORMS.keys() >= {*known}


# Forms of each word by which a line is known, and near words by which it is not.
FORMS_AND_NEAR = {
    "approve": ("approves/approved/approving/approval", "disapproved/unapproved/improved"),
    "accept": ("accepts/accepted/accepting/acceptance", "unaccepted/acceptable"),
    "grant": ("grants/granted/granting", "immigrant/Grantham"),
    "offer": ("offers/offered/offering", "coffer"),
    "agree": ("agrees/agreed/agreeing/agreement", "disagrees/disagreement/agreeable"),
    "say yes": ("says yes/said yes/saying yes/says: yes", "said yesterday/essay yes"),
    "reject": ("rejects/rejected/rejecting/rejection", "unrejected"),
    "refuse": ("refuses/refused/refusing/refusal", "unrefused"),
    "decline": ("declines/declined/declining", "undeclined"),
    "deny": ("denies/denied/denying/denial", "dental/undeniable"),
    "turn down": (
        "turns down/turned down/turning down/turns it down/turned the request down",
        "return download/turned downwards",
    ),
    "say no": ("says no/said no/saying no/says: no", "says nothing/said now"),
    "refund": ("refunds/refunded/refunding/refund_failed/refund-request", "refundable/nonrefundable"),
    "cancel": ("cancels/cancelled/canceled/cancelling/cancellation", "uncancelled"),
    "call off": ("calls off/called off/calling off/calls it off/called the order off", "called office/recall off"),
    "fail": ("fails/failed/failing/failure", "unfailing"),
    "error": ("errors", "terror"),
    "not possible": ("isn't possible/impossible", "possible/not possibly"),
    "could not": ("couldn't", "could/could note"),
    "cannot": ("can not/can't", "can/cannoned"),
    "outside": ("outside_window", "outsider"),
    "too late": ("TooLate", "too lately/later"),
    "due": ("overdue/due_at", "residue/dues"),
    "deadline": ("deadlines", "dead line"),
    "sla": ("SLAs/SLAExtended", "slap/translate"),
    "expire": ("expires/expired/expiring/expiry/expiration", "respire"),
    "extend": ("extends/extended/extending/extension", "extensive/extent"),
    "answer": ("answers/answered/answering", "unanswered"),
    "respond": ("responds/responded/responding/response", "responsible/correspond"),
    "reply": ("replies/replied/replying", "replica"),
    "arrive": ("arrives/arrived/arriving/arrival", "rearrived"),
    "deliver": ("delivers/delivered/delivering/delivery", "undelivered"),
    "receive": ("receives/received/receiving/receipt", "recipe/unreceived"),
    "inspect": ("inspects/inspected/inspecting/inspection", "uninspected"),
    "warehouse": ("warehouses/warehoused", "house"),
    "handed over": (
        "hands over/hand over/handing over/handover/hand-over/hands the parcel over",
        "shorthanded over/hand overt",
    ),
    "request": ("requests/requested/requesting", "quest"),
    "ask": ("asks/asked/asking", "task/basket"),
    "new": ("newly/NewRma", "renewed/news"),
    "wait": ("waits/waited/waiting/awaits/awaiting", "waiter"),
    "ready": ("ReadyForReturn", "already"),
    "label": ("labels/labelled/labeled/labelling", "unlabelled"),
    "ship": ("ships/shipped/shipping/shipment/reshipped", "friendship/leadership"),
    "parcel": ("parcels", "parcelling"),
    "on its way": ("on the way/on-its-way", "way/on its wayward"),
    "transit": ("InTransit", "transition/transitory"),
    "sent": ("sends/send/sending/sent_back/resent", "absent/consent/sender"),
    "paid": ("pays/pay/paying/payment/payout/repaid", "unpaid/payee"),
    "acknowledged": ("acknowledge/acknowledges/acknowledging/acknowledgement", "unacknowledged"),
    "complete": ("completes/completed/completing/completion/PostProcessingComplete", "incomplete/completely"),
    "refunded": (
        "refund/refunds/refunding/refund of 5 USD/refund request: refunded",
        "refundable/refund request/refund_claims",
    ),
    "replace": ("replaces/replaced/replacing/replacement", "irreplaceable/replaceable"),
    "close": ("closes/closed/closing/closure", "closet/enclosed"),
    "withdraw": ("withdraws/withdrew/withdrawn/withdrawing/withdrawal", "drawn"),
    "end": ("ends/ended/ending", "friend/endless/vendor"),
}


@pytest.mark.parametrize("word", words.FORMS)
def test_a_word_is_known_in_each_of_its_forms_and_as_a_word_of_its_own(word: str) -> None:
    forms, near = (said.split("/") for said in FORMS_AND_NEAR[word])
    unknown = [said for said in (word, *forms) if not words.tells(f"It is {said}.", (word,))]
    taken = [said for said in near if words.tells(f"It is {said}.", (word,))]
    assert (unknown, taken) == ([], [])
    assert any(word in known for known in words.A_LINE_ON.values())


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Marketplace refunds Maya", False),
        ("Payment to the buyer", False),
        ("Refund request goes on", True),
        ("A friend of the house", True),
    ],
)
def test_a_state_that_others_brought_about_is_told_in_any_form_of_its_words(text: str, *, missing: bool) -> None:
    story = Story().claimed().forgotten().moved(COMPLETE, "ARBITRATE", "operator").idle(minutes=5)
    story.history = [Line(story.now, text)]
    story.idle(minutes=30).came_to_rest(Row(status="PostProcessingComplete"))
    assert any(f"the claim is {COMPLETE}" in finding.expected for finding in story.auditor.broken()) is missing


@pytest.mark.parametrize(
    ("minutes", "happens", "troubled", "doubled"),
    [
        ((60, 75), 0, False, True),
        ((60, 76), 0, False, False),  # a reminder
        ((60, 75), 2, False, False),
        ((60, 75), 0, True, False),
    ],
)
def test_what_is_said_again_although_no_more_has_happened_is_found(
    minutes: tuple[int, ...], happens: int, troubled: bool, doubled: bool
) -> None:
    story = Story().claimed().said(*minutes)
    story.now += timedelta(minutes=59)
    for _ in range(happens):
        story.moved(PENDING, "DEADLINE_SET", "system")
    if troubled:
        story.struck("S1")
    story.moved(PENDING, "DEADLINE_SET", "system", at=START + DAY).came_to_rest(Row())
    assert ("told" in story.broken()) == doubled


@pytest.mark.parametrize(
    ("keys", "read", "doubled"), [("ab", (), False), ("a", (), True), ("aa", (), True), ("ab", ("1",), True)]
)
@pytest.mark.parametrize("operation", ["createReturn_202309", "searchReturns_202309"])
def test_two_refunds_of_an_order_may_be_told_in_the_same_words(
    operation: str, keys: str, read: tuple[str, ...], doubled: bool
) -> None:
    story = Story().claimed()
    for key in keys:
        story.lost(operation, key=key)
    for ref in read:
        story.tell("adjustment_read", who="oms", ref=ref, adjustment_id="C1")
    story.said(0, 0).moved(PENDING, "DEADLINE_SET", "system").came_to_rest(Row())
    assert ("told" in story.broken()) == (doubled or operation.startswith("search"))


@pytest.mark.parametrize(
    ("kinds", "text", "doubled"),
    [
        (("LAMP", "RUG"), "No answer yet", False),
        (("LAMP", "LAMP"), "No answer yet", True),
        (("LAMP", "RUG"), "The order has been shipped", True),
    ],
)
def test_each_kind_of_goods_in_a_claim_has_a_line_where_nobody_sees_them(
    kinds: tuple[str, str], text: str, doubled: bool
) -> None:
    story = Story().ordered(names={unit: [kind] for unit, kind in zip(("L1", "L2"), kinds, strict=True)}).claimed()
    story.said(0, 0, text=text).moved(PENDING, "DEADLINE_SET", "system").came_to_rest(Row())
    assert ("told" in story.broken()) == doubled


@pytest.mark.parametrize(
    ("call", "code", "times", "told_of", "doubled"),
    [
        ({"claims": ["R1"]}, 25011023, 2, False, False),
        ({"order": "O1"}, 25001046, 2, False, False),
        ({"order": "O2"}, 25001046, 2, False, True),
        ({"claims": ["R1"]}, 0, 2, False, True),
        ({"claims": ["R1"]}, 25011023, 1, False, True),
        ({"claims": ["R1"]}, 25011023, 1, True, True),  # one refusal, of which the marketplace tells as well
        ({"claims": ["R1"]}, 25011023, 2, True, False),
    ],
)
def test_what_is_refused_in_every_round_may_be_said_in_each(
    call: dict[str, Any], code: int, times: int, told_of: bool, doubled: bool
) -> None:
    story = Story().claimed().idle(minutes=60).said(0, 15, text="Refused: the marketplace does not take it")
    for _ in range(times):
        if told_of:
            about: dict[str, Any] = {"return_id": "R1", "action": "REJECT_REFUND", "by": "seller", "code": code}
            story.tell("decision_refused", at=story.now, **about)
        claims = call.get("claims", ())
        story.called_for("S1", "rejectReturn_202309", *claims, order=call.get("order"), code=code).idle(minutes=15)
    story.moved(PENDING, "DEADLINE_SET", "system", at=START + DAY).came_to_rest(Row())
    said_again = [one.expected for one in story.auditor.broken() if "no more has happened" in one.expected]
    assert bool(said_again) == doubled


@pytest.mark.parametrize(
    ("unheard", "times", "text", "doubled"),
    [
        ((), 2, "Refund waits", True),
        ((Sight.REFUNDS,), 2, "Refund waits", False),
        ((Sight.REFUNDS,), 3, "Refund waits", True),
        ((Sight.REFUNDS,), 2, "The buyer appeals", True),
    ],
)
def test_where_nobody_hears_the_staff_they_may_have_asked_for_the_money_of_each_unit(
    unheard: tuple[Sight, ...], times: int, text: str, doubled: bool
) -> None:
    story = Story().ordered().claimed()
    story.auditor.memory.decisions.unheard = frozenset(unheard)
    story.said(*[0] * times, text=text).moved(PENDING, "DEADLINE_SET", "system").came_to_rest(Row())
    assert ("told" in story.broken()) == doubled


@pytest.mark.parametrize(
    ("role", "by", "wrong"),
    [
        ("BUYER", ["buyer"], False),
        ("BUYER", ["seller"], True),
        ("BUYER", ["marketplace", "buyer"], False),  # of two claims, as it may be
        ("BUYER", ["my-connector"], False),
        ("OPERATOR", ["marketplace"], False),
        ("OPERATOR", ["seller"], True),
        ("SYSTEM", ["buyer"], True),
        ("SELLER", ["Buyer"], True),
        ("SELLER", [], False),  # other words say it, and by whom is not known
    ],
)
def test_a_line_on_a_new_claim_says_whose_doing_it_is(role: str, by: list[str], *, wrong: bool) -> None:
    story = Story().claimed(role=role).idle(minutes=16)
    story.history += [Line(story.now - timedelta(minutes=1), f"Collected, {who}", who, "new", PENDING) for who in by]
    assert ("told" in story.came_to_rest(Row(status="NewRma", can=("approve", "reject"))).broken()) is wrong


@pytest.mark.parametrize(
    ("text", "says_no", "wrong"),
    [
        ("Refund request: the buyer declines the offer, paid", None, True),
        ("Refund request: Refused", None, True),
        ("Refund request: the buyer has not taken the offer, NewRma", None, True),
        ("The offer was not accepted", None, True),
        ("The offer has not been accepted yet", None, False),
        ("Paid in full if the offer is not taken", None, False),
        ("The parcel was not accepted by a neighbour", None, False),
        (
            "The offer was not accepted",
            lambda story: story.tell("deadline_lapsed", return_id="R1", what="offer", whom="buyer"),
            False,
        ),
        ("Refund request: rejected", None, True),
        ("Denied by the seller", None, True),
        ("The offer was turned down by the buyer", None, True),
        ("The seller has turned it down", None, True),
        ("Seller said no to the refund", None, True),
        ("The seller says: no", None, True),
        ("Rejected as goods are missing", None, True),
        ("The price was turned down", None, False),
        ("The seller turned the price down", None, False),
        ("The seller has been asked; turned down requests are closed", None, False),
        ("Rejected refund requests are closed after a day", None, False),
        ("The seller said no word", None, False),
        ("The buyer says no parcel has come", None, False),
        ("The seller has not said no", None, False),
        ("Refund request: it may be refused until tomorrow", None, False),
        ("New refund request. Unless it is refused by tomorrow, it is paid", None, False),
        ("It has to be approved or rejected by tomorrow", None, False),
        ("The buyer writes: the carrier refused to hand it over", None, False),
        ("Told “the carrier refused it”", None, False),
        ("Refund request waits: approve or reject it by tomorrow", None, False),
        ("Refund request: rejected", lambda story: story.moved("REQUEST_REJECTED", "REJECT_REFUND"), False),
        ("Offer declined", lambda story: story.moved(PENDING, "DECLINE_OFFER", "buyer"), False),
        ("Refund request: rejected", lambda story: story.decided("reject"), False),
        (
            "Refused by the marketplace: too late",
            lambda story: story.tell("decision_refused", return_id="R1", by="seller"),
            False,
        ),
        ("The refund was refused", lambda story: story.asked("50.00"), False),
        ("The answer was refused", lambda story: story.decided(accepted=False), False),
        ("The refund was refused", lambda story: story.read("Error"), False),
        ("Declined by the gateway", lambda story: story.struck("S1"), False),
    ],
)
def test_a_no_is_told_only_where_somebody_has_said_one(
    text: str, says_no: Callable[[Story], object] | None, *, wrong: bool
) -> None:
    story = Story().claimed().idle(minutes=16)
    if says_no is not None:
        says_no(story)
    story.history.append(Line(story.now, text))
    story.came_to_rest(Row(status="NewRma", can=("approve", "reject")))
    assert any("nobody has said no" in finding.expected for finding in story.auditor.broken()) is wrong


STATED = {
    "reject": ("rejects", "rejected", "reject/rejecting/rejection"),
    "refuse": ("refuses", "refused", "refuse/refusing/refusal"),
    "decline": ("declines", "declined", "decline/declining"),
    "deny": ("denies", "denied", "deny/denying/denial"),
    "turn down": ("turns down", "turned down", "turn down/turning down"),
    "say no": ("says no", "said no", "say no/saying no"),
}


@pytest.mark.parametrize("word", words.NO)
def test_each_word_for_a_no_states_one_where_it_says_that_it_was_said(word: str) -> None:
    *stated, open_yet = STATED[word]
    for said in stated:
        assert SAID_NO.match(f"The seller {said}")
        assert SAID_NO.match(f"{said.capitalize()}, 12.00 USD")
        assert words.tells(said, (word,))
    assert not any(SAID_NO.match(f"The seller may {said}") for said in stated)
    assert not any(SAID_NO.match(f"Approve or {said}") for said in (*stated, *open_yet.split("/")))
    assert not any(SAID_NO.match(said) for said in open_yet.split("/"))


@pytest.mark.parametrize(
    ("text", "source_words", "wrong"),
    [
        ("Order is IN_TRANSIT", None, False),
        ("Order is AWAITING_SHIPMENT", None, True),  # it was, hours ago
        ("Order is AWAITING_SHIPMENT", "IN_TRANSIT", True),
        ("The order has been shipped", "AWAITING_SHIPMENT", True),
        ("Shipped", "AWAITING_SHIPMENT", False),  # of what, nobody says
        ("The parcel with the goods is AWAITING_SHIPMENT", None, False),
        ("Order of the replacement: AWAITING_SHIPMENT", None, False),
        ("Order: from AWAITING_SHIPMENT to IN_TRANSIT", None, False),
        ("Order is COMPLETED", None, False),  # as this order never was: the word may be anybody's
        ("It was awaiting shipment", None, False),
        (f"A claim is {PENDING}", "IN_TRANSIT", False),
    ],
)
@pytest.mark.parametrize("troubled", [False, True])  # for three hours, so that the connector may have seen it late
def test_what_is_called_by_the_marketplace_s_own_name_is_in_that_state(
    text: str, source_words: str | None, *, wrong: bool, troubled: bool
) -> None:
    story = Story().ordered(status="AWAITING_SHIPMENT").idle(hours=3)
    story.tell("order_status_changed", status="IN_TRANSIT").idle(minutes=15).claimed().idle(minutes=15)
    for _ in range(12 * troubled):
        story.struck("S1")
    story.history.append(Line(story.now, text, source_words=source_words))
    story.came_to_rest(Row(status="NewRma", can=("approve", "reject")))
    named = any("a line on what is IN_TRANSIT" in finding.expected for finding in story.auditor.broken())
    assert named is (wrong and not troubled)


@pytest.mark.parametrize(
    ("hours", "name", "wrong"),
    [
        (0, PENDING, False),
        (1, "AWAITING_BUYER_SHIP", True),  # as it will be hours later
        (3, "AWAITING_BUYER_SHIP", False),
        (3.2, PENDING, False),
        (5, PENDING, True),  # as it was hours ago
    ],
)
def test_a_claim_is_called_by_the_name_of_the_state_that_it_is_in(hours: float, name: str, *, wrong: bool) -> None:
    story = Story().claimed()
    story.history.append(Line(START + timedelta(hours=hours), f"Refund request: {name}"))
    story.idle(hours=3).moved("AWAITING_BUYER_SHIP", "APPROVE_RETURN", "seller center").idle(hours=3)
    story.came_to_rest(Row(status="ReadyForReturn"))
    assert any(f": {name}”" in finding.seen for finding in story.auditor.broken()) is wrong


@pytest.mark.parametrize(
    ("hours", "name", "wrong"),
    [
        (-1, "IN_TRANSIT", False),  # before the marketplace has told of the order: nothing to hold it against
        (0, "AWAITING_SHIPMENT", False),
        (1, "IN_TRANSIT", True),  # as it will be hours later
        (2.8, "IN_TRANSIT", False),  # it comes about while the work goes on that began then
        (3, "IN_TRANSIT", False),
        (3.25, "AWAITING_SHIPMENT", False),
        (4, "AWAITING_SHIPMENT", True),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_an_order_that_nobody_asks_anything_about_is_told_as_it_stands(
    hours: float, name: str, *, wrong: bool, known: bool
) -> None:
    story = Story().ordered(status="AWAITING_SHIPMENT")
    if known:
        story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={})
    story.history.append(Line(START + timedelta(hours=hours), f"Order is {name}"))
    story.idle(hours=3).tell("order_status_changed", status="IN_TRANSIT").idle(hours=3)
    assert ("told" in story.came_to_rest().broken()) is (wrong and known)


@pytest.mark.parametrize(
    ("text", "source_words", "wrong"),
    [
        ("Refund request: NewRma", PENDING, False),
        ("Refund request: NewRma", f"{PENDING} (IN_PROGRESS)", False),
        ("Refund request: PendingApproval", PENDING, False),  # what the seller has said is on its way
        ("Refund request: ReadyForReturn", PENDING, True),
        ("Refund request: PostProcessingComplete", PENDING, True),
        ("From ReadyForReturn to NewRma", PENDING, False),
        ("Ready for return", PENDING, False),  # anybody's words
        ("Refund request: ReadyForReturn", None, False),  # nothing to hold it against
        ("Refund request: ReadyForReturn", "IN_TRANSIT", False),
    ],
)
def test_channeladvisor_s_word_for_a_state_fits_the_marketplace_s_beside_it(
    text: str, source_words: str | None, *, wrong: bool
) -> None:
    story = Story().claimed().idle(minutes=15)
    story.history.append(Line(story.now, text, source_words=source_words))
    story.came_to_rest(Row(status="NewRma", can=("approve", "reject")))
    assert any(" beside " in finding.seen for finding in story.auditor.broken()) is wrong


@pytest.mark.parametrize(
    ("status", "lines", "missing"),
    [
        (SHIP, ["label made, 1Z9"], False),
        (SHIP, ["parcel on its way, 1Z9"], True),
        (SHIP, ["The buyer has shipped the parcel"], False),  # it names no parcel first, and nobody can know all words
        (SHIP, ["The goods have arrived"], True),
        (SHIP, ["waits until the parcel is on its way"], False),
        (SHIP, ["The buyer has five days to get the parcel on its way"], False),
        (SHIP, ["Replacement parcel on its way to the buyer"], False),
        (SHIPPED, ["parcel on its way, 1Z9"], False),
        (SHIPPED, ["label made, 1Z9"], True),
        (SHIPPED, ["Return label generated"], True),
        (SHIPPED, ["the goods may come back"], True),
        (SHIPPED, ["label made, 1Z9", "parcel on its way"], False),  # of what came together each is told
        (SHIPPED, ["Carrier: the label was used"], False),
        (PENDING, ["parcel on its way, 1Z9"], False),  # no step of the way back
    ],
)
def test_another_step_of_the_way_back_does_not_tell_of_this_one(
    status: str, lines: list[str], *, missing: bool
) -> None:
    story = Story().claimed(status=status)
    at = story.now + timedelta(minutes=5)
    story.history = [Line(at, f"Return request: {text}", source_words=status) for text in lines]
    story.idle(hours=1).came_to_rest(Row(status="ReadyForReturn"))
    assert any(f"the claim is {status}" in finding.expected for finding in story.auditor.broken()) is missing


@pytest.mark.parametrize(
    ("hours", "text", "more", "missing"),
    [
        (3, "An answer is due by Friday", {}, False),
        (3, "The goods have arrived", {}, False),
        (3, "Package received by the seller", {}, False),
        (3, "The seller must respond by Friday", {}, False),
        (3, f"Reply before {START + 2 * DAY:%Y-%m-%d} 09:00", {}, False),
        (3, "BUYER_SHIPPED_ITEM, RESPOND_RECEIVE_PACKAGE", {}, False),
        (3, "Nothing new", {}, True),
        (3, "Last sync time 12:00", {}, True),
        (3, "Polled until page 3", {}, True),
        (2, "An answer is due by Friday", {}, True),  # before it was so
        (3, "Nothing new", {"seller_deadline": START + DAY}, False),  # as it was
        (3, "Nothing new", {"seller_deadline": None}, False),  # nobody waits any more
        (3, "Nothing new", {"arbitration_status": "IN_PROGRESS"}, False),  # that is told instead
        (3, "Nothing new", {"by": "seller"}, False),  # whoever did it knows
    ],
)
@pytest.mark.parametrize("down", [False, True])  # all the time before, so that nobody knew of another deadline
def test_until_when_an_answer_is_due_is_told_when_it_is_another_time_than_before(
    hours: int, text: str, more: dict[str, Any], *, missing: bool, down: bool
) -> None:
    story = Story().claimed(status=SHIPPED, seller_deadline=START + DAY)
    if down:
        for _ in range(12):
            story.struck("S1")
    story.idle(hours=3).forgotten()
    told = {"action": "ARRIVE", "by": "system", "seller_deadline": START + 2 * DAY, **more}
    story.moved(SHIPPED, **told).forgotten().idle(minutes=1)
    story.history = [Line(START + timedelta(hours=hours, minutes=5), text)]
    story.idle(hours=1).came_to_rest(Row(status="ReadyForReturn"))
    asked = "an answer is due by"
    assert any(asked in finding.expected for finding in story.auditor.broken()) is (missing and not down)


def test_of_a_state_one_line_is_asked_for_also_when_something_comes_about_within_it() -> None:
    told = Memory.blank(START, Limits()).invariants[17]
    claim = Claim("R", "returns", "O", "S", False, "USD", "", "", frozenset(), {})
    assert isinstance(told, IsTold)
    for hours, status in ((0, "PENDING"), (2, "BUYER_SHIPPED_ITEM"), (4, "BUYER_SHIPPED_ITEM"), (6, "COMPLETE")):
        claim.states.append(State(START + hours * timedelta(hours=1), status, Decimal(1), None, hours, ours=False))
    asked = [line.own_name for line in told._from_outside(claim, 0, START + timedelta(days=1))]
    assert asked == ["PENDING", "BUYER_SHIPPED_ITEM", "COMPLETE"]
    assert [line.own_name for line in told._from_outside(claim, 2, START + timedelta(days=1))] == ["COMPLETE"]
