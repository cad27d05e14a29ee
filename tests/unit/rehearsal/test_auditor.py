"""What the auditor objects to, and what it lets pass."""

import pickle
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from rehearsal.audit.auditor import EVERYTHING
from rehearsal.audit.event import Trouble
from rehearsal.audit.finding import Verdict
from rehearsal.audit.invariants import INVARIANTS
from rehearsal.seats.port import Capability
from rehearsal.wire.recorder import Exchange
from tests.clock import START
from tests.unit.rehearsal.story import (
    CANCELLED,
    COMPLETE,
    DAY,
    LOOK,
    MARKED,
    PENDING,
    REJECTED,
    SUCCESS,
    TALE,
    UNMARKED,
    Row,
    Story,
    a_breach,
    a_whole_refund,
    ledger_row,
)

TEN = timedelta(minutes=10)
FIVE = Decimal("5.00")


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


BALANCED = ledger_row("39.98", "39.98", "39.98")
NOTICED: dict[str, tuple[str, Callable[[], Story]]] = {
    "more than was paid for a unit": ("never-too-much", lambda: Story().ordered().paid("20.00", {"L1": "20.00"})),
    "more tax than was paid for a unit": (
        "never-too-much",
        lambda: Story().ordered(L1="10.00", L2="1.00").paid("5.00", L1="4.00").paid("8.00", claim="R2", L1="6.04"),
    ),
    "more shipping than was paid for the order": (
        "never-too-much", lambda: Story().ordered(L1="0.00", part="shipping").paid("5.00", L9="0.01", part="shipping")
    ),
    "more tax in the books than was paid": (
        "never-too-much",
        lambda: Story().ordered(L1="4.13").paid("8.98").booked(tax="4.13").booked(item="1.00", tax="3.85")
    ),
    "one claim paid twice": ("never-too-much", lambda: Story().ordered().paid("1.00").paid("1.00")),
    "a decided refund that nobody executes": (
        "executed-once", lambda: Story().ordered().decided().came_to_rest(Row(status="PendingApproval"))
    ),
    "less than the OMS asked for": (
        "executed-once",
        lambda: Story().ordered().asked("5.00").started("R1", "4.00").act_ended().read().came_to_rest(Row())
    ),
    "a refund that gives way to nobody": (
        "executed-once",
        lambda: Story().ordered().asked("5.00")
        .came_to_rest(Row(return_id=None, status="InformationOnly", amount=Decimal(0))),
    ),
    "a refund where somebody outside has asked for one of another order": (
        "executed-once",
        lambda: Story().ordered().shown("O2").by_hand("adjustOrder").started("R1", "5.00").act_ended(),
    ),
    "a refund for which somebody outside was told no": (
        "executed-once",
        lambda: Story().ordered().shown().by_hand("adjustOrder", status=400).started("R1", "5.00").act_ended(),
    ),
    "a refund that somebody outside never got to ask for": (
        "executed-once",
        lambda: Story().ordered().shown().by_hand("adjustOrder", status=None).started("R1", "5.00").act_ended(),
    ),
    "a refund for which the OMS has called, and not its staff": (
        "executed-once",
        lambda: Story().ordered().shown().called("oms", "connector", "adjustOrder", 204, "7").started("R1", "5.00")
        .act_ended(),
    ),
    "a refund where somebody outside has only taken the order": (
        "executed-once",
        lambda: Story().ordered().shown().by_hand("markExported").started("R1", "5.00").act_ended(),
    ),
    "a refund where somebody outside has only answered a buyer": (
        "executed-once",
        lambda: Story().ordered().claimed().read(ref="OrderAdjustments(7)")
        .by_hand("approveBuyerRequestOfOrderAdjustment").started("R2", "5.00").act_ended(),
    ),
    "a yes where somebody outside has only asked for a refund": (
        "executed-once",
        lambda: Story().ordered().shown().by_hand("adjustOrder").moved(SUCCESS, "APPROVE_REFUND").act_ended(),
    ),
    "a yes where somebody outside said no": (
        "executed-once",
        lambda: Story().ordered().by_hand("rejectBuyerRequestOfOrderAdjustment").moved(SUCCESS, "APPROVE_REFUND")
        .act_ended(),
    ),
    "a yes to another claim than somebody outside meant": (
        "executed-once",
        lambda: Story().ordered().claimed().read(claim="R2", ref="OrderAdjustments(7)")
        .by_hand("approveBuyerRequestOfOrderAdjustment").moved(SUCCESS, "APPROVE_REFUND").act_ended(),
    ),
    "goods accepted where somebody outside has only said yes to the request": (
        "executed-once",
        lambda: Story().ordered().claimed().read(ref="OrderItemAdjustments(7)")
        .by_hand("approveBuyerRequestOfOrderItemAdjustment").moved(SUCCESS, "APPROVE_RECEIVED_PACKAGE").act_ended(),
    ),
    "a refund of another order, of whose number somebody outside has made more digits": (
        "executed-once",
        lambda: Story().ordered().shown("O2").by_hand("adjustOrder", "007").started("R1", "5.00").act_ended(),
    ),
    "a connector that does not settle after what somebody outside asked for": (
        "catches-up", lambda: Story().ordered().shown().by_hand("adjustOrder").unsettled().idle(minutes=90)
    ),
    "a connector that does not settle, long after it had done what somebody outside asked for": (
        "catches-up",
        lambda: Story().ordered().shown().by_hand("adjustOrder").came_to_rest().claimed().read().unsettled()
        .idle(minutes=90),
    ),
    "more than the OMS asked for": (
        "executed-once", lambda: Story().ordered().asked("5.00").started("R1", "5.03").act_ended()
    ),
    "a deadline that acts a second late": (
        "lapse-once", lambda: Story().lapsed(at=START + DAY + timedelta(seconds=1))
    ),
    "a deadline that acts twice": ("lapse-once", lambda: Story().lapsed().lapsed()),
    "an OMS that never hears of a lapse": (
        "lapse-once",
        lambda: Story().ordered().lapsed().moved(COMPLETE, "PAYOUT", "system").paid("39.98").mailed("order refund")
        .came_to_rest(Row(status="NewRma")),
    ),
    "an order that never arrives": (
        "everything-arrives", lambda: Story().ordered(status="DELIVERED").idle(minutes=30, seconds=1)
    ),
    "a claim on an order that was held, which does not come with it": (
        "everything-arrives",
        lambda: Story().ordered().claimed().idle(days=1).tell("order_status_changed", status="AWAITING_SHIPMENT")
        .tell("order_read", who="oms", total=Decimal("39.98"), made_of={}).idle(minutes=31)
    ),
    "an order that is held and never arrives": (
        "everything-arrives",
        lambda: Story().ordered().tell("order_status_changed", status="AWAITING_SHIPMENT").idle(minutes=31)
    ),
    "a claim that trouble in another shop keeps away": (
        "everything-arrives", lambda: Story().claimed().struck("S2").read(claim="R2").idle(minutes=31)
    ),
    "a claim that trouble keeps away for too long": (
        "everything-arrives", lambda: Story().claimed().struck("S1").idle(minutes=46)
    ),
    "a claim that is overlooked when the trouble is over": (
        "everything-arrives",
        lambda: Story().claimed().struck("S1").idle(minutes=15)
        .called_for("S1", LOOK).called_for("S1", "searchCancellations_202309").came_to_rest()
    ),
    "a claim in two cases": (
        "everything-arrives", lambda: Story().claimed().read().read(ref="A2", adjustment_id="C2")
    ),
    "a claim's units in two open adjustments": (
        "everything-arrives",
        lambda: Story().read("PendingApproval", line_item_ids=("L1", "L2"))
        .read("PendingApproval", ref="A2", line_item_ids=("L2",)).act_ended()
    ),
    "an order that is offered for ever": (
        "everything-arrives", lambda: Story().called(*MARKED).called(*MARKED).called(*MARKED)
    ),
    "an order that is offered to whom has marked it": (
        "everything-arrives",
        lambda: Story().ordered().tell("order_read", who="oms", total=Decimal("39.98"), again=True)
    ),
    "an order that is not offered again, though its mark was taken back": (
        "everything-arrives", lambda: Story().called(*MARKED).called(*UNMARKED).idle(minutes=16)
    ),
    "an order whose marks are all gone when one is taken back": (
        "everything-arrives",
        lambda: Story().called(*MARKED).called(*MARKED).called(*UNMARKED).called(*MARKED).called(*MARKED),
    ),
    "a claim that is over and open at the OMS": (
        "nothing-stays-open",
        lambda: Story().read("ProcessedNotAcknowledged").moved(CANCELLED, "WITHDRAW", "buyer").act_ended()
        .came_to_rest(Row(status="RejectionCompleted"))
    ),
    "a claim that is over and can be answered": (
        "nothing-stays-open",
        lambda: Story().moved(CANCELLED, "WITHDRAW", "buyer").act_ended()
        .came_to_rest(Row(status="RejectionCompleted", can=("approve", "reject")))
    ),
    "an error though nothing has failed": (
        "nothing-stays-open", lambda: Story().ordered().came_to_rest(Row(status="Error", error="too late"))
    ),
    "an error in other words": (
        "nothing-stays-open",
        lambda: Story().ordered().refused("too late", "R1").came_to_rest(Row(status="Error", error="no"))
    ),
    "an error though it was done, and only the answer got lost": (
        "nothing-stays-open",
        lambda: Story().moved(SUCCESS, "APPROVE_REFUND").lost("approve", "R1").decided()
        .came_to_rest(Row(error="no answer"))
    ),
    "an error though the refund was made, and only the answer got lost": (
        "nothing-stays-open",
        lambda: Story().ordered().asked("5.00").started("R2", "5.00").lost("createReturn")
        .came_to_rest(Row(return_id=None, error="no answer"))
    ),
    "an error though it was done, where the second answer got lost as well": (
        "nothing-stays-open",
        lambda: Story().ordered().asked("5.00").started("R2", "5.00")
        .lost("createReturn", key="K").lost("createReturn", key="K")
        .came_to_rest(Row(return_id=None, error="no answer"))
    ),
    "an error in words that a seat has for what it tried": (
        "nothing-stays-open",
        lambda: Story().moved(SUCCESS, "APPROVE_REFUND").lost("approve", "R1")
        .called("stage", "oms", "approve", refusal="no", seq=0).decided().came_to_rest(Row(error="no"))
    ),
    "a book that is ahead of the money": (
        "never-ahead", lambda: Story().ordered().paid("5.00").booked(item="5.01")
    ),
    "a connector's book that is ahead of the money": (
        "never-ahead", lambda: Story().ordered().paid("5.00").ledger_of_the_connector("5.01")
    ),
    "a connector that does not settle": (
        "catches-up", lambda: Story().ordered().moved(CANCELLED, "WITHDRAW", "buyer").unsettled().idle(minutes=46)
    ),
    "a connector that does not settle after trouble": (
        "catches-up", lambda: Story().struck("S1").unsettled().idle(minutes=76)
    ),
    "what is overdue at rest and never came to it": (
        "executed-once", lambda: Story().ordered().decided().idle(minutes=46)
    ),
    "a mail that lies in no mailbox": (
        "one-mail", lambda: a_whole_refund().found_in_the_mailbox(0).came_to_rest(Row(), ledger=[BALANCED])
    ),
    "a mail that lies in the mailbox twice": (
        "one-mail", lambda: a_whole_refund().found_in_the_mailbox(2).came_to_rest(Row(), ledger=[BALANCED])
    ),
}  # fmt: skip
NOTICED |= {
    "a decision that lies about until the deadline": ("in-time", lambda: Story().ordered().decided("reject").lapsed()),
    "a decision about a claim that was read as withdrawn": (
        "no-needless-call",
        lambda: Story().asked_back().decided().moved(CANCELLED, "WITHDRAW", "buyer").looked_at("S1")
        .called_for("S1", "approveReturn", "R1"),
    ),
    "another shop's credentials for a claim": (
        "no-needless-call", lambda: Story().asked_back("S1").called_for("S2", "approveReturn", "R1")
    ),
    "a refund of the seller's past a request that was read as waiting": (
        "no-needless-call",
        lambda: Story().asked_back(deadline=START).looked_at("S1")
        .called_for("S1", "createReturn", order="O1", code=25001011),
    ),
    "an order called off that has long been delivered": (
        "no-needless-call",
        lambda: Story().ordered(status="DELIVERED").idle(minutes=20)
        .called_for("S1", "cancelOrder_202309", order="O1", code=25001045),
    ),
    "a decision that comes again before the marketplace wants to hear of it": (
        "no-needless-call",
        lambda: Story().asked_back().called_for("S1", "approveReturn", "R1", wait=timedelta(minutes=10)).idle(minutes=9)
        .called_for("S1", "approveReturn", "R1"),
    ),
    "a decision that comes again though a look since its answer got lost has shown it done": (
        "no-needless-call",
        lambda: Story().asked_back().decided().looked_at("S1")
        .called_for("S1", "approveReturn", "R1", fault="cut_after").struck("S1")
        .moved(COMPLETE, "APPROVE_REFUND").idle(minutes=15).looked_at("S1")
        .called_for("S1", "approveReturn", "R1"),
    ),
    "an answer after its time, as it was read": (
        "no-needless-call",
        lambda: Story().asked_back(deadline=START + TEN).looked_at("S1").idle(minutes=20)
        .moved(SUCCESS, "LAPSE", "system").called_for("S1", "approveReturn", "R1"),
    ),
    "another shop's token": ("no-needless-call", lambda: Story().called_for("S2", LOOK, code=101000)),
    "a shop that is not looked at while another is in trouble": (
        "shops-apart",
        lambda: Story().looked_at("S1", "S2").struck("S1").idle(minutes=15).looked_at("S1").idle(minutes=15)
        .looked_at("S1"),
    ),
}  # fmt: skip
IN_ORDER: dict[str, Callable[[], Story]] = {
    "an error in the words in which a seat has refused by itself": lambda: (
        Story().ordered().called("stage", "oms", "refund", refusal="too much").came_to_rest(Row(error="too much"))
    ),
    "an error of a refund that did not get there, beside one that did": lambda: (
        Story().ordered().asked("5.00").started("R2", "5.00")
        .lost("createReturn", key="K").lost("createReturn", key="L")
        .came_to_rest(Row(return_id=None, error="no answer"))
    ),
    "an error where nobody answered, and nothing was done": lambda: (
        Story().decided().lost("approve", "R1").came_to_rest(Row(error="no answer"))
    ),
    "a decision that is carried out within the call": (
        lambda: Story().ordered().asked_back().moved(SUCCESS, "APPROVE_REFUND").decided().act_ended()
    ),
    "a decision that is carried out after a death": (
        lambda: Story().ordered().decided().died().moved(SUCCESS, "APPROVE_REFUND").act_ended().came_to_rest()
    ),
    "an answer after its time as it was read, which somebody waits for again": (
        lambda: Story().asked_back(deadline=START + TEN).looked_at("S1").idle(minutes=20)
        .moved(PENDING, "DEADLINE_SET", "system", seller_deadline=START + DAY).called_for("S1", "approveReturn", "R1")
    ),
    "an answer in its time, and one whose time nobody has read": (
        lambda: Story().asked_back(deadline=START + TEN).called_for("S1", "approveReturn", "R1").idle(minutes=20)
        .called_for("S1", "approveReturn", "R1")
    ),
    "an answer that trouble holds up until its time is over": (
        lambda: Story().asked_back(deadline=START + TEN).looked_at("S1").idle(minutes=20)
        .moved(SUCCESS, "LAPSE", "system").struck("S1").called_for("S1", "approveReturn", "R1")
    ),
    "a decision about a claim that has ended since it was read": (
        lambda: Story().asked_back().looked_at("S1").moved(CANCELLED, "WITHDRAW", "buyer")
        .called_for("S1", LOOK, narrow=True).called_for("S1", "approveReturn", "R1")
    ),
    "an order called off that was handed over within the round": (
        lambda: Story().ordered(status="IN_TRANSIT").idle(minutes=10)
        .called_for("S1", "cancelOrder_202309", order="O1", code=25001045)
    ),
    "a decision that comes again after a look which trouble has met": (
        lambda: Story().asked_back().decided().moved(COMPLETE, "APPROVE_REFUND").looked_at("S1").struck("S1")
        .called_for("S1", "approveReturn", "R1").idle(minutes=15).called_for("S1", "approveReturn", "R1")
    ),
    "a decision that comes again after a death that may have forgotten the look": (
        lambda: Story().asked_back().decided().moved(COMPLETE, "APPROVE_REFUND").looked_at("S1").died()
        .called_for("S1", "approveReturn", "R1")
    ),
    "a shop that is not looked at while it is in trouble itself": (
        lambda: Story().looked_at("S1", "S2").struck("S1").struck("S2").idle(minutes=15).looked_at("S1")
        .idle(minutes=15).looked_at("S1")
    ),
    "an error that a person sees": (
        lambda: Story().ordered().decided().refused("too late", "R1")
        .came_to_rest(Row(status="Error", error="too late (25011012)"))
    ),
    "less where Seller Center has left no more": (
        lambda: Story().ordered().asked("39.98").started("R9", "30.00", by="seller_center").started("R1", "9.98")
        .act_ended().read().read(claim="R9", ref="A9", adjustment_id="C9").came_to_rest(Row())
    ),
    "less where Seller Center had left no more, as nobody had read yet": (
        lambda: Story().ordered().started("R9", "30.00", by="seller_center").asked("39.98").started("R1", "9.98")
        .act_ended().read().read(claim="R9", ref="A9", adjustment_id="C9").came_to_rest(Row())
    ),
    "less where a buyer had got it, as nobody had read yet": (
        lambda: Story().ordered().moved(SUCCESS, "AUTO_REFUND", "system", refund_total=Decimal("39.98")).asked("5.00")
        .act_ended().read().came_to_rest(Row(status="InformationOnly", amount=Decimal(0), return_id=None))
    ),
    "a cent per unit of another part": lambda: Story().ordered(L1="4.13").paid("5.15").booked(item="1.00", tax="4.15"),
    "a coin a unit for each part that an order divides": (
        lambda: Story().ordered(L1="4.13", stated={"shipping_tax": Decimal("0.30")}).asked("5.00").started("R1", "5.04")
        .act_ended()
    ),
    "an order that another program has fetched, too": lambda: Story().called(*MARKED).called(*MARKED),
    "an order that is offered to whom has marked it, as a late answer has it": (
        lambda: Story().ordered().struck("S1").tell("order_read", who="oms", total=Decimal("39.98"), again=True)
    ),
    "an order whose mark was taken back less than a pull ago": (
        lambda: Story().called(*MARKED).called(*UNMARKED).idle(minutes=15)
    ),
    "an order that is offered again and marked, when its mark was taken back": (
        lambda: Story().called(*MARKED).called(*UNMARKED).called(*MARKED).idle(minutes=16)
    ),
    "an order of which a mark was taken back, for all that anybody was told, and set again": (
        lambda: (
            Story()
            .called(*MARKED)
            .called(*MARKED)
            .called("oms", "connector", "unmarkExported", None, "7", failure="ConnectionError")
            .called(*MARKED)
        )
    ),
    "an order of which a mark was taken back, and set again": (
        lambda: Story().called(*MARKED).called(*MARKED).called(*UNMARKED).called(*MARKED)
    ),
    "an order that is held back": lambda: Story().ordered().idle(days=1),
    "an order that is held back, and what was called off of it": lambda: Story().ordered().claimed().idle(days=1),
    "a claim that comes before the order that is held": (
        lambda: Story().ordered().claimed().read().tell("order_status_changed", status="AWAITING_SHIPMENT")
        .tell("order_read", who="oms", total=Decimal("39.98"), made_of={}).idle(minutes=31)
    ),
    "an order that arrives": (
        lambda: Story().ordered(status="DELIVERED").idle(minutes=30)
        .tell("order_read", who="oms", total=Decimal("39.98"), made_of={}).idle(minutes=1)
    ),
    "a claim that trouble keeps away": lambda: Story().claimed().struck("S1").idle(minutes=45),
    "a claim that nobody has looked for since the trouble": (
        lambda: Story().called_for("S1", LOOK).called_for("S1", "searchCancellations_202309").claimed().struck("S1")
        .idle(minutes=15).called_for("S1", LOOK).came_to_rest()
    ),
    "a claim that nobody has looked for since the connector was down": (
        lambda: Story().claimed().idle(minutes=5).called_for("S1", LOOK).called_for("S1", "searchCancellations_202309")
        .died().came_to_rest()
    ),
    "a claim that waits for the seller's consent": (
        lambda: Story().claimed().struck("S1", until_authorized=True).idle(days=1)
    ),
    "a claim in a new adjustment after the old one failed": (
        lambda: Story().claimed().read("PendingApproval", amount=Decimal(5)).read("Error")
        .read("PendingApproval", ref="A2", amount=Decimal(5))
    ),
    "a claim's units in an adjustment for each line": (
        lambda: Story().read("PendingApproval", line_item_ids=("L1",))
        .read("PendingApproval", ref="A2", line_item_ids=("L2",))
    ),
    "an error after no answer at all": (
        lambda: Story().ordered().called("connector", "marketplace", "approveReturn", 503, "R1")
        .came_to_rest(Row(status="Error", error="no answer"))
    ),
    "a book that follows the money": lambda: Story().ordered().paid("5.00").booked(item="5.00"),
    "a connector that has the time to settle": (
        lambda: Story().struck("S1").unsettled().idle(minutes=75)
    ),
    "a refund that waits for a buyer's claim": (
        lambda: Story().ordered().claimed().read().asked("5.00").unsettled().idle(minutes=90)
    ),
    "books that tell of items only": lambda: Story().ordered(L1="4.13").paid("39.98").booked(item="39.98", tax="0.00"),
    "a refund that gives way to what a buyer gets": (
        lambda: Story().ordered().asked("5.00").moved(SUCCESS, "LAPSE", "system", refund_total=Decimal("39.98"))
        .act_ended().came_to_rest(Row(return_id=None, status="InformationOnly", amount=Decimal(0)))
    ),
    "a rupiah of rounding per unit": (
        lambda: Story().ordered("9000").asked("5000").started("R1", "5002", currency="IDR").act_ended()
    ),
    "a cent of rounding per unit": lambda: Story().ordered().asked("5.00").started("R1", "5.02").act_ended(),
    "a move of an outsider's": (
        lambda: Story().ordered().moved(SUCCESS, "APPROVE_REFUND")
        .called("outside", "marketplace", "approveReturn", 200, "R1").act_ended()
    ),
    "what another OMS may have decided": (
        lambda: Story().ordered().by_hand("approveBuyerRequestOfOrderAdjustment").moved(SUCCESS, "APPROVE_REFUND")
        .act_ended()
    ),
    "a no of somebody outside's": (
        lambda: Story().ordered().claimed().read(ref="OrderItemAdjustments(7)")
        .by_hand("rejectBuyerRequestOfOrderItemAdjustment").moved(REJECTED, "REJECT_REFUND").mailed("refund rejected")
        .act_ended()
    ),
    "a refund for which somebody outside has asked": (
        lambda: Story().ordered().shown().by_hand("adjustOrder").started("R1", "5.00").act_ended()
    ),
    "goods that somebody outside has accepted": (
        lambda: Story().ordered().claimed().read(ref="OrderItemAdjustments(7)")
        .by_hand("approveReturnOfOrderItemAdjustment").moved(SUCCESS, "APPROVE_RECEIVED_PACKAGE").act_ended()
    ),
    "a refund for which somebody outside has asked, and heard nothing": (
        lambda: Story().ordered().shown().by_hand("adjustOrder", status=None, failure="ConnectionError")
        .started("R1", "5.00").act_ended()
    ),
    "a refund of an order that the OMS has not been shown yet": (
        lambda: Story().ordered().by_hand("adjustOrderItem").started("R1", "5.00").shown(number="6").act_ended()
    ),
    "a refund of somebody outside's that waits for a buyer's claim": (
        lambda: Story().ordered().shown().by_hand("adjustOrder").claimed().read().unsettled().idle(minutes=90)
    ),
    "what somebody outside has asked for just before everything should be settled": (
        lambda: Story().ordered().shown().idle(minutes=44).by_hand("adjustOrder").unsettled().idle(minutes=2)
    ),
    "a default answer that the connector owns up to": (
        lambda: Story(by_default=lambda order_id: order_id == "O1").ordered().moved(SUCCESS, "APPROVE_REFUND")
        .act_ended()
    ),
    "a default answer before the OMS could say the contrary": (
        lambda: Story(by_default=lambda order_id: order_id == "O1").ordered().decided("reject", accepted=False)
        .moved(SUCCESS, "APPROVE_REFUND").act_ended()
    ),
    "no line on a kept decision whose hour was over by then": (
        lambda: Story().ordered().claimed().read().decided(accepted=False).moved(SUCCESS, "LAPSE", "system")
        .idle(minutes=5).forgotten().decided().forgotten().came_to_rest(Row(status="PendingApproval"))
    ),
    "a kept decision that is given again after it was carried out": (
        lambda: Story().ordered().decided(accepted=False).moved(SUCCESS, "APPROVE_REFUND").decided().act_ended()
        .came_to_rest(Row(status="PendingApproval"))
    ),
    "a decision that somebody else forestalled": (
        lambda: Story().ordered().decided().moved(CANCELLED, "WITHDRAW", "buyer").act_ended()
        .came_to_rest(Row(status="RejectionCompleted"))
    ),
    "a refund after arbitration for the buyer": (
        lambda: Story().ordered().rejected().moved(SUCCESS, "SUPPORT_BUYER", "operator").paid("39.98")
    ),
    "a refund that the seller grants after all": (
        lambda: Story().ordered().rejected().moved(SUCCESS, "APPROVE_REFUND", "seller_center").paid("39.98")
    ),
    "a deadline that was met": (
        lambda: Story().moved("X", "OPEN", deadline=START + DAY).moved(CANCELLED, "WITHDRAW", "buyer", deadline=None)
        .idle(days=2)
    ),
    "a decision for which Seller Center was too fast": (
        lambda: Story().ordered().claimed().moved("AWAITING_BUYER_RESPONSE", "OFFER_PARTIAL_REFUND", "seller_center")
        .decided("reject").lapsed()
    ),
    "an error where somebody else was faster": (
        lambda: Story().ordered().moved(SUCCESS, "SUPPORT_BUYER", "operator").decided("reject")
        .came_to_rest(Row(error="the case has ended"))
    ),
    "a decision that the marketplace refused": (
        lambda: Story().ordered().decided("reject").called("connector", "marketplace", "rejectReturn", 200, "R1")
        .lapsed()
    ),
}  # fmt: skip


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


@pytest.mark.parametrize(("told", "late"), [(timedelta(minutes=15), True), (timedelta(minutes=14), False)])
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


UNREAD = frozenset(Capability) - {Capability.STAFF_SEES}
SAID: dict[str, Callable[[], Story]] = {
    # what is said of a sum      where
    "39.98 USD called off": lambda: Story().ordered().called_off("39.98").act_ended(),
    "what the OMS decided: partial of 5.00 USD": (
        lambda: Story().ordered().asked_back().decided("partial", amount=FIVE)
        .moved("AWAITING_BUYER_RESPONSE", "OFFER_PARTIAL_REFUND", offer=Decimal("6.00")).act_ended()
    ),
    "OFFER_PARTIAL_REFUND of 6.00 EUR": (
        lambda: Story().ordered(currency="EUR").asked_back().decided("partial", amount=FIVE, currency="EUR")
        .moved("AWAITING_BUYER_RESPONSE", "OFFER_PARTIAL_REFUND", offer=Decimal("6.00"), currency="EUR").act_ended()
    ),
    "the decision (partial of 5.00 USD) carried out, as it had been taken before the connector died": (
        lambda: Story().ordered().asked_back().decided("partial", amount=FIVE, currency="").died().came_to_rest()
    ),
    "0.00 USD refunded at the marketplace; the staff see nothing of it": (
        lambda: Story().ordered().asked("5.00").died().came_to_rest()
    ),
    "one refund of 5.00 USD: R1 was executed, though its answer was lost; it is looked up, or sent again with the same "
    "idempotency_key": (
        lambda: Story(frozenset()).ordered().started("R1", "5.00").lost("createReturn").started("R2", "5.00")
        .called_for("S1", "createReturn", order="O1")
    ),
    "marketplace 5.00 USD, connector 0.00 USD, OMS 5.00 USD": (
        lambda: Story(UNREAD).ordered(status="DELIVERED").lapsed().moved(COMPLETE, "LAPSE", "system").paid("5.00")
        .came_to_rest(ledger=[ledger_row("5.00", "0.00", "5.00")])
    ),
    "parts that add up to 5.00 USD": (
        lambda: Story().claimed().read("NewRma", amount=FIVE, made_of={"item": Decimal("4.00")})
    ),
    "whole multiples of 0.01 USD": lambda: Story().claimed().read("NewRma", amount=Decimal("5.001")),
    "2.00 USD of item": (
        lambda: Story().claimed(parts={"L1": {"item": Decimal("2.00"), "tax": Decimal("3.00")}})
        .read("NewRma", amount=FIVE, made_of={"item": Decimal("3.00"), "tax": Decimal("2.00")}).act_ended()
    ),
    "39.00 USD": (
        lambda: Story().ordered().asked_back().decided(question="request")
        .moved(SUCCESS, "DIRECT_REFUND", refund_total=Decimal("39.00")).act_ended()
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SAID)
def test_a_sum_is_said_with_its_currency(what: str) -> None:
    found = [finding.document() for finding in SAID[what]().auditor.broken()]
    sums = [text for one in found for text in one["witness"]["money"].values()]
    assert what in [*sums, *(one[where] for one in found for where in ("expected", "seen"))]


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
@pytest.mark.parametrize("error", [None, "no answer"])
def test_of_a_connector_that_does_not_say_whether_it_has_settled_what_failed_before_the_staff_is_not_owed(
    owed: Callable[[Story], Story], error: str | None
) -> None:
    story = owed(Story().ordered().lost("approve", "R1").struck("S1").silent())
    story.before_the_staff(Row(status="Error", error=error) if error else Row(status="NewRma")).idle(minutes=76)
    assert story.broken() == ([] if error else ["catches-up", "executed-once"])


def test_what_no_occasion_has_tried_is_not_put_to_the_test() -> None:
    finding = Story().verdict("one-mail")
    assert (finding.verdict, finding.occasions, finding.why) == (Verdict.NOT_TRIED, 0, None)
    assert finding.document()["verdict"] == "not put to the test"


def test_the_document_has_each_invariant_under_its_slug_and_its_number() -> None:
    text = (Path(__file__).parents[3] / "docs" / "invariants.md").read_text(encoding="utf-8")
    written = re.findall(r"^### ([a-z-]+)\nNumber (\d+)\. ", text, re.MULTILINE)
    assert {(kind.slug, str(number)) for number, kind in INVARIANTS.items()} <= set(written)


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
