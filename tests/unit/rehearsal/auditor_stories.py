"""Stories for the auditor: what is noticed and by which rule, what may be, and what says sums."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Final

from rehearsal.seats.port import Capability
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
    TO_BE_SENT,
    UNMARKED,
    Row,
    Story,
    a_whole_refund,
    ledger_row,
)

TEN: Final = timedelta(minutes=10)
FIVE: Final = Decimal("5.00")
BALANCED: Final = ledger_row("39.98", "39.98", "39.98")

# The rule that objects, and to what.
NOTICED: Final[dict[str, tuple[str, Callable[[], Story]]]] = {
    "more than was paid for a unit": ("never-too-much", lambda: Story().ordered().paid("20.00", {"L1": "20.00"})),
    "more tax than was paid for a unit": (
        "never-too-much",
        lambda: Story().ordered(L1="10.00", L2="1.00").paid("5.00", L1="4.00").paid("8.00", claim="R2", L1="6.04"),
    ),
    "more shipping than was paid for the order": (
        "never-too-much", lambda: Story().ordered(L1="0.00", part="shipping").paid("5.00", L9="0.01", part="shipping")
    ),
    "an answer taken on and lost, of which trouble has made another yes when it was said again": (
        "executed-once",
        lambda: Story().ordered().claimed().read()
        .called("oms", "connector", "approveBuyerRequestOfOrderAdjustment", 204, "7")
        .called("oms", "connector", "approveBuyerRequestOfOrderAdjustment", 409, "7", heard=204).decided()
        .came_to_rest(),
    ),
    "an answer whose yes got lost, of which trouble has made another yes when it was said again": (
        "executed-once",
        lambda: Story().ordered().claimed().read()
        .called("oms", "connector", "approveBuyerRequestOfOrderAdjustment", 204, "7", failure="ConnectionError")
        .decided(accepted=False)
        .called("oms", "connector", "approveBuyerRequestOfOrderAdjustment", 409, "7", heard=204).decided()
        .came_to_rest(),
    ),
    "a refund whose call died, of which trouble has made a yes when it was said again": (
        "executed-once",
        lambda: Story().ordered().called("oms", "connector", "adjustOrder", None, "7", failure="ConnectionError")
        .called("oms", "connector", "adjustOrder", 409, "7", heard=204).asked("5.00").came_to_rest(),
    ),
    "a refund taken on and lost, after a mark that was refused and of which trouble has made a yes": (
        "executed-once",
        lambda: Story().ordered().called("oms", "connector", "markExported", 404, "7", heard=204).asked("5.00")
        .came_to_rest(),
    ),
    "a refund taken on and lost, after one that was refused and of which trouble has made a yes": (
        "executed-once",
        lambda: Story().ordered().called("oms", "connector", "adjustOrder", 400, "7", heard=204).asked("5.00")
        .called("oms", "connector", "adjustOrder", 204, "7").asked("6.00", adjustment_id="C2").came_to_rest(),
    ),
    "more tax in the books than was paid": (
        "never-too-much",
        lambda: Story().ordered(L1="4.13").paid("8.98").booked(tax="4.13").booked(item="1.00", tax="3.85")
    ),
    "more tax in the books than was paid for a line": (
        "never-too-much",
        lambda: Story().ordered(L1="2.00", L2="2.00").paid("24.00")
        .booked(["L1"], tax="2.00").booked(["L2"], item="10.00").booked(["L1"], item="10.00", tax="1.82")
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
    "less than the OMS asked for, by more than the fee that stays with the platform": (
        "executed-once",
        lambda: Story().ordered("20.30", stays={"L1": Decimal("0.30")}).asked("20.30").started("R1", "19.80")
        .act_ended().came_to_rest(Row(status="PostProcessingComplete")),
    ),
    "less than the sum that the OMS asked for, which had no fee in it": (
        "executed-once",
        lambda: Story().ordered("25.00", stays={"L1": Decimal(5)}).asked("20.00").started("R1", "15.00")
        .act_ended().came_to_rest(Row(status="PostProcessingComplete")),
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
        lambda: Story().asked_back()
        .called_for("S1", "approveReturn", "R1", code=36009002, wait=timedelta(minutes=10)).idle(minutes=9)
        .called_for("S1", "approveReturn", "R1"),
    ),
    "an answer that comes again after the yes to it": (
        "no-needless-call",
        lambda: Story().asked_back().decided().moved(SUCCESS, "APPROVE_REFUND").called_for("S1", "approveReturn", "R1")
        .called_for("S1", "approveReturn", "R1", code=25011012),
    ),
    "a refund that comes again under another key, although all has been begun": (
        "no-needless-call",
        lambda: Story().ordered().asked("39.98").started("R1", "39.98")
        .called_for("S1", "createReturn", order="O1", key="K")
        .called_for("S1", "createReturn", order="O1", key="K-2", code=25001011),
    ),
    "an answer that comes again in another version, although the yes to it was heard, if slowly": (
        "no-needless-call",
        lambda: Story().asked_back().decided("reject").moved(REJECTED, "REJECT_REFUND")
        .called_for("S1", "rejectReturn_202309", "R1", fault="delay")
        .called_for("S1", "rejectReturn_202602", "R1", code=25011012),
    ),
    "a refund that comes again under its own key, although the yes to it was heard": (
        "no-needless-call",
        lambda: Story().ordered().asked("39.98").started("R1", "39.98")
        .called_for("S1", "createReturn", order="O1", key="K").called_for("S1", "createReturn", order="O1", key="K"),
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
    "a no to what was read as approved": (
        "no-needless-call",
        lambda: Story().asked_back().moved(TO_BE_SENT, "APPROVE_RETURN").looked_at("S1").turned_away("REJECT_RETURN"),
    ),
    "another shop's token": ("no-needless-call", lambda: Story().called_for("S2", LOOK, code=101000)),
    "a shop that is not looked at while another is in trouble": (
        "shops-apart",
        lambda: Story().looked_at("S1", "S2").struck("S1").idle(minutes=15).looked_at("S1").idle(minutes=15)
        .looked_at("S1"),
    ),
}  # fmt: skip

# What no rule objects to.
IN_ORDER: Final[dict[str, Callable[[], Story]]] = {
    "an error in the words in which a seat has refused by itself": lambda: (
        Story().ordered().called("stage", "oms", "refund", refusal="too much").came_to_rest(Row(error="too much"))
    ),
    "an error of a refund that did not get there, beside one that did": lambda: (
        Story().ordered().asked("5.00").started("R2", "5.00")
        .lost("createReturn", key="K").lost("createReturn", key="L")
        .came_to_rest(Row(return_id=None, error="no answer"))
    ),
    "goods for which the OMS reckoned with a fee that stays with the platform": lambda: (
        Story().ordered("20.30", stays={"L1": Decimal("0.30")}).asked("20.30").started("R1", "20.00").act_ended()
        .came_to_rest(Row(status="PostProcessingComplete"))
    ),
    "a no to what has been approved since anybody looked": lambda: (
        Story().asked_back().looked_at("S1").moved(TO_BE_SENT, "APPROVE_RETURN").turned_away("REJECT_RETURN")
    ),
    "a no that is turned away while it is asked for": lambda: (
        Story().asked_back().looked_at("S1").turned_away("REJECT_RETURN")
    ),
    "an answer about goods that were not read as sent": lambda: (
        Story().asked_back().moved(TO_BE_SENT, "APPROVE_RETURN").looked_at("S1").turned_away("APPROVE_RECEIVED_PACKAGE")
    ),
    "a no to what was read as approved, and is asked anew": lambda: (
        Story().asked_back().moved(TO_BE_SENT, "APPROVE_RETURN").looked_at("S1").moved(PENDING, "HAND_BACK", "operator")
        .turned_away("REJECT_RETURN")
    ),
    "an error where nobody answered, and nothing was done": lambda: (
        Story().decided().lost("approve", "R1").came_to_rest(Row(error="no answer"))
    ),
    "a decision that is carried out within the call": (
        lambda: Story().ordered().asked_back().moved(SUCCESS, "APPROVE_REFUND").decided().act_ended()
    ),
    "an answer in the seller's place, and another one of theirs in the call after it": (
        lambda: Story(by_default=lambda order_id: True).ordered().asked_back().moved(SUCCESS, "APPROVE_REFUND")
        .called("stage", "oms", "reject", 204, "R1").decided("reject").act_ended()
    ),
    "an answer in the seller's place while somebody outside asks, and another one of theirs after it": (
        lambda: Story(by_default=lambda order_id: True).ordered().asked_back().moved(SUCCESS, "APPROVE_REFUND")
        .called("stage", "oms", "reject", 204, "R1").called("outside", "connector", "getOrders", seq=1)
        .called("connector", "oms", "hint", seq=1).decided("reject").act_ended()
    ),
    "an answer in the seller's place, after a call of an earlier act and before that of another answer": (
        lambda: Story(by_default=lambda order_id: True).ordered().asked_back()
        .called("oms", "connector", "markExported", 204, "7", seq=1).act_ended().moved(SUCCESS, "APPROVE_REFUND")
        .called("stage", "oms", "reject", 204, "R1").decided("reject").act_ended()
    ),
    "an answer in the seller's place, after a refund was asked for and before that of another answer": (
        lambda: Story(by_default=lambda order_id: True).ordered().asked_back()
        .called("stage", "oms", "refund", 204, "O1", seq=1).asked("1.00").moved(SUCCESS, "APPROVE_REFUND")
        .called("stage", "oms", "reject", 204, "R1").decided("reject").act_ended()
    ),
    "an answer in the seller's place within a call that may not have arrived": (
        lambda: Story(by_default=lambda order_id: True).ordered().asked_back().moved(SUCCESS, "APPROVE_REFUND")
        .called("stage", "oms", "reject", None, "R1", seq=1, failure="ConnectionError")
        .decided("reject", accepted=False).act_ended()
    ),
    "a decision that is carried out after a death": (
        lambda: Story().ordered().decided().died().moved(SUCCESS, "APPROVE_REFUND").act_ended().came_to_rest()
    ),
    "an answer after its time as it was read, which somebody waits for again": (
        lambda: Story().asked_back(deadline=START + TEN).looked_at("S1").idle(minutes=20)
        .moved(PENDING, "DEADLINE_SET", "system", seller_deadline=START + DAY).called_for("S1", "approveReturn", "R1")
    ),
    "an answer in its time, and one whose time nobody has read": (
        lambda: Story().asked_back(deadline=START + TEN).called_for("S1", "approveReturn", "R1", code=25001028)
        .idle(minutes=20).called_for("S1", "approveReturn", "R1")
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
        .called_for("S1", "approveReturn", "R1", code=25001028).idle(minutes=15).called_for("S1", "approveReturn", "R1")
    ),
    "an answer that comes again, as the yes to it got lost": (
        lambda: Story().asked_back().decided().moved(SUCCESS, "APPROVE_REFUND")
        .called_for("S1", "approveReturn", "R1", fault="cut_after", failure="ConnectionError").struck("S1")
        .called_for("S1", "approveReturn", "R1", code=25011012)
    ),
    "an answer that comes again after a death that may have forgotten the yes": (
        lambda: Story().asked_back().decided().moved(SUCCESS, "APPROVE_REFUND").called_for("S1", "approveReturn", "R1")
        .died().called_for("S1", "approveReturn", "R1", code=25011012)
    ),
    "an answer that the staff have given once more since the yes to it": (
        lambda: Story().asked_back().decided().moved(SUCCESS, "APPROVE_REFUND").called_for("S1", "approveReturn", "R1")
        .decided().called_for("S1", "approveReturn", "R1", code=25011012)
    ),
    "an answer to what was asked since the yes": (
        lambda: Story().asked_back().decided().moved(SUCCESS, "APPROVE_RETURN").called_for("S1", "approveReturn", "R1")
        .moved("BUYER_SHIPPED_ITEM", "SHIP", "buyer").called_for("S1", "approveReturn", "R1", code=25011012)
    ),
    "a second refund that is in the way of the first": (
        lambda: Story().ordered().asked("10.00").asked("9.00", adjustment_id="C2").started("R1", "10.00")
        .called_for("S1", "createReturn", order="O1", key="K")
        .called_for("S1", "createReturn", order="O1", key="L", code=25001011)
    ),
    "a refund that somebody outside has asked for, and that goes out after another one": (
        lambda: Story().ordered().shown().asked("10.00").by_hand("adjustOrder").started("R1", "10.00")
        .called_for("S1", "createReturn", order="O1", key="K")
        .called_for("S1", "createReturn", order="O1", key="L", code=36009002)
    ),
    "an answer that somebody outside may have given once more": (
        lambda: Story().asked_back().decided().moved(SUCCESS, "APPROVE_REFUND").called_for("S1", "approveReturn", "R1")
        .by_hand("approveBuyerRequestOfOrderAdjustment").called_for("S1", "approveReturn", "R1", code=25011012)
    ),
    "a refund of which nobody knows whether it was made, after the yes to another one": (
        lambda: Story().ordered().asked("10.00").asked("9.00", adjustment_id="C2").started("R1", "10.00")
        .lost("createReturn", key="K").started("R2", "9.00").called_for("S1", "createReturn", order="O1", key="L")
        .called_for("S1", "createReturn", order="O1", key="K")
    ),
    "a refund whose yes a death may have forgotten, after the yes to another one": (
        lambda: Story().ordered().asked("10.00").asked("9.00", adjustment_id="C2").started("R1", "10.00")
        .called_for("S1", "createReturn", order="O1", key="K").died().started("R2", "9.00")
        .called_for("S1", "createReturn", order="O1", key="L").called_for("S1", "createReturn", order="O1", key="K")
    ),
    "a second refund that is smaller than what the first may be off by": (
        lambda: Story().ordered().asked("10.00").asked("0.01", adjustment_id="C2").started("R1", "10.00")
        .called_for("S1", "createReturn", order="O1", key="K")
        .called_for("S1", "createReturn", order="O1", key="L", code=36009002)
    ),
    "a second part that is called off, as the first came to more than was asked": (
        lambda: Story().ordered().asked("10.00").asked("2.50", adjustment_id="C2").called_off("13.00")
        .called_for("S1", "cancelOrder", order="O1", key="K")
        .called_for("S1", "cancelOrder", order="O1", key="L", code=36009002)
    ),
    "a refund that comes again, as the first came to nothing": (
        lambda: Story().ordered().asked("10.00").started("R1", "10.00")
        .called_for("S1", "createReturn", order="O1", key="K").moved(CANCELLED, "FAIL", "system")
        .called_for("S1", "createReturn", order="O1", key="L", code=36009002)
    ),
    "what the staff have found of goods before the yes to their coming was out": (
        lambda: Story().asked_back().decided().decided(question="goods").moved("AWAITING_BUYER_SHIP", "APPROVE_RETURN")
        .called_for("S1", "approveReturn", "R1").called_for("S1", "approveReturn", "R1", code=36009002)
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
    "a refund that the connector has refused, of which trouble makes a yes": (
        lambda: Story().ordered().called("oms", "connector", "adjustOrder", 400, "7", heard=204).asked("5.00")
        .idle(minutes=44).came_to_rest()
    ),
    "the rest of a refund, once the buyer's request that it has waited for has come to nothing": (
        lambda: Story().ordered().claimed(return_id="R9").asked("39.98").started("R1", "19.99")
        .called_for("S1", "createReturn", order="O1", key="K")
        .tell("return_status_changed", return_id="R9", now=REJECTED, action="REJECT_REFUND", by="system")
        .started("R2", "19.99").called_for("S1", "createReturn", order="O1", key="K-2")
    ),
    "a coin of tax that the books have on another line, and more that they have on none": (
        lambda: Story().ordered(L1="2.00", L2="2.00").paid("24.00")
        .booked(["L1"], tax="2.02").booked(tax="1.00").booked(["L2"], tax="0.98", item="1.00")
    ),
    "a refund that has never reached the connector, whatever the OMS has heard": (
        lambda: Story().ordered().called("oms", "connector", "adjustOrder", None, "7", heard=204).asked("5.00")
        .idle(minutes=44).came_to_rest()
    ),
    "an answer for which the connector had no time, of which trouble makes a yes": (
        lambda: Story().ordered().claimed().read()
        .called("oms", "connector", "approveBuyerRequestOfOrderAdjustment", 503, "7", heard=204).decided()
        .idle(minutes=44).came_to_rest()
    ),
    "an answer on two lines, of which one is taken on and trouble makes a yes of the no to the other": (
        lambda: Story().ordered().claimed().read()
        .called("oms", "connector", "approveBuyerRequestOfOrderItemAdjustment", 409, "7", heard=204)
        .called("oms", "connector", "approveBuyerRequestOfOrderItemAdjustment", 204, "8").decided()
        .idle(minutes=44).came_to_rest()
    ),
    "an answer that the connector has refused, of which trouble makes a yes": (
        lambda: Story().ordered().claimed().read()
        .called("oms", "connector", "approveBuyerRequestOfOrderAdjustment", 409, "7", heard=204).decided()
        .idle(minutes=44).came_to_rest()
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

UNREAD: Final = frozenset(Capability) - {Capability.STAFF_SEES}

# Findings that say a sum, where no other test has one.
SAID: Final[dict[str, Callable[[], Story]]] = {
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
