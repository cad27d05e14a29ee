"""Returns: asked for, answered, shipped, inspected, disputed, paid. Every change goes through `ReturnLifecycle.act`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from mock_tiktok import errors
from mock_tiktok.domain.money import ZERO, Amount, coin, split
from mock_tiktok.domain.orders import ClaimLine, LineItem, Order
from mock_tiktok.domain.phrases import ACT_WORDS, AWAITED, SILENCE_WORDS
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.rules import BUYER_ARRANGES, RUNS, NotAllowed, after, deadline, deadline_after, running
from mock_tiktok.domain.state_machines import Table, claim_table
from mock_tiktok.domain.words import Action, By, Claim, Dispute, Money, OrderStatus, Parcel, ReturnType
from mock_tiktok.errors import ApiError
from mock_tiktok.state.agenda import BUYER, COURIER, MARKETPLACE, RANK_DEADLINE, RANK_PEOPLE, RANK_STEP
from mock_tiktok.state.people import next_act, plan_named
from mock_tiktok.state.platform import Platform
from mock_tiktok.state.store import Store
from mock_tiktok.usecases.automatic import Decided, decided
from mock_tiktok.usecases.decisions import reason_kind
from mock_tiktok.usecases.effects import Effects
from mock_tiktok.usecases.orders import OrderLifecycle

LAPSE: Final = "lapse"
AUTO_DECISION: Final = "auto decision"
LABEL: Final = "label"
PAYOUT: Final = "payout"
QUICK: Final = "quick refund"
PERSON: Final = "person"
_OF_STEPS: Final = {LABEL: Action.LABEL, QUICK: Action.QUICK_REFUND, PAYOUT: Action.PAYOUT}
KINDS: Final = (LAPSE, AUTO_DECISION, *_OF_STEPS, PERSON)
_PICTURE: Final = (200, 200)  # the size of one that is taken by a plan
# what by a plan is the seller's doing, at once
_BY_SELLER: Final = (Action.LABEL, Action.APPROVE_RECEIVED_PACKAGE, Action.REJECT_RECEIVED_PACKAGE)
TOGETHER: Final = (Action.SHIP, Action.ARRIVE)  # what happens to combined returns, which share a parcel, at once


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the agenda is to hold of one kind; without a time nothing."""

    kind: str
    at: datetime | None = None
    rank: int = 0
    who: str = ""
    what: str = ""


Refusing = Callable[[Return, Action], ApiError]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a return is asked for: what it follows, what it goes with, and how the goods go back."""

    previous_return_id: str | None = None
    combined_id: str | None = None
    is_quick_refund: bool = False
    shipment_type: str | None = None
    handover_method: str | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What a buyer says of the parcel: the units in it (none: all), its number, and what sending it has cost them.

    The warehouse will find the damaged ones so.
    """

    line_item_ids: tuple[str, ...] = ()
    tracking_number: str | None = None
    cost: Decimal = ZERO
    damaged_ids: tuple[str, ...] = ()


PLAIN: Final = Manner()


class ReturnLifecycle:
    """Everything that happens to a shop's returns."""

    def __init__(self, platform: Platform, store: Store, orders: OrderLifecycle) -> None:
        self._store = store
        self._orders = orders
        self._platform = platform
        self._effects = Effects(platform, store)

    def open(
        self,
        order: Order,
        return_type: ReturnType,
        reason: str,
        lines: Sequence[LineItem],
        amounts: Sequence[Amount],
        *,
        by: By,
        claim: Claim = Claim.REQUESTED,
        images: Sequence[str] = (),
        manner: Manner = PLAIN,
    ) -> Return:
        """Write a new request down. A buyer's begins as REQUESTED; a seller's own is granted or approved already."""
        now = self._platform.now
        goods = return_type is ReturnType.RETURN_AND_REFUND
        platform = goods and manner.shipment_type != BUYER_ARRANGES
        item = Return(
            return_id=self._platform.new_id("return"),
            shop_id=self._store.shop_id,
            order_id=order.id,
            number=self._platform.count("return number"),
            return_type=return_type,
            role=by.role,
            reason=reason,
            reason_text=self._store.profile.reasons.text(reason),
            lines=tuple(
                ClaimLine(self._platform.new_id("return line"), line.id, amount)
                for line, amount in zip(lines, amounts, strict=True)
            ),
            amount=Amount.sum(order.currency, amounts),
            created_at=now,
            updated_at=now,
            claim=claim,
            parcel=Parcel.AWAITED if claim is Claim.APPROVED else Parcel.NONE,
            money=Money.OWED if claim is Claim.GRANTED else Money.NONE,
            sent_to=str(self._store.profile.numbers["return.warehouse_address"].value) if goods else None,
            shipment_type=manner.shipment_type or ("PLATFORM" if goods else None),
            handover_method=manner.handover_method or ("DROP_OFF" if platform else None),
            previous_return_id=manner.previous_return_id,
            combined_id=manner.combined_id,
            is_quick_refund=manner.is_quick_refund and goods,
        )
        item = self._with_deadline(None, item)
        self._keep(None, item)
        self._effects.asked(item, by, images)
        return item

    def act(
        self,
        item: Return,
        action: Action,
        by: By,
        *,
        total: Decimal | None = None,
        offer: Decimal | None = None,
        reason: str | None = None,
        note: str = "",
        images: Sequence[str] = (),
        sending: Sending | None = None,
        refusing: Refusing | None = None,
    ) -> Return:
        """Have `action` happen to the return. Whoever is refused hears it in the words of `refusing`.

        `total` is a new refund total (a won dispute for less); `offer` is what a seller offers instead.
        """
        moved = self.check_now(item, action, by, refusing)
        moved = self._with_details(moved, action, offer=offer, reason=reason, sending=sending or Sending())
        if action is Action.ACCEPT_OFFER:
            moved = replace(self.with_total(moved, moved.offer), buyer_keeps_item=True)
        if total is not None:
            moved = self.with_total(moved, total)
        moved = self._with_deadline(item, replace(moved, updated_at=self._platform.now))
        planned = self._planned(item, moved)
        if moved.claim is Claim.REPLACED:
            moved = replace(moved, replacement_order_id=self._orders.send_again(moved.order_id, line_ids(moved)).id)
        self._store.put_return(moved)
        self._schedule(moved, planned)
        self._effects.happened(item, moved, action, by, reason=reason, note=note, images=images)
        if moved.is_final and not item.is_final:
            self._orders.claim_ended(moved.order_id)
        return self._store.get_return(moved.return_id)

    def set_deadline(self, item: Return, due: datetime) -> Return:
        """Have the deadline that runs fall at another hour, for this request alone."""
        if item.deadline is None:
            raise errors.NOT_POSSIBLE(status=item.status, action="another deadline")
        moved = replace(item, deadline=replace(item.deadline, due=due), updated_at=self._platform.now)
        self._keep(item, moved)
        self._effects.deadline_set(moved)
        return moved

    def change(
        self,
        item: Return,
        return_type: ReturnType,
        reason: str,
        lines: Sequence[LineItem],
        amounts: Sequence[Amount],
        by: By,
    ) -> Return:
        """Have another request take the place of one that is changed; return the new one."""
        changes, before = 0, item
        while before.previous_return_id:
            changes, before = changes + 1, self._store.get_return(before.previous_return_id)
        if changes >= self._store.profile.count("request.edits"):
            raise errors.EDITS_USED_UP(count=changes)
        manner = Manner(item.return_id, is_quick_refund=item.is_quick_refund)
        if return_type is item.return_type:
            manner = replace(manner, shipment_type=item.shipment_type, handover_method=item.handover_method)
        old = self.act(item, Action.EDIT, by)
        order = self._store.order(item.order_id)
        new = self.open(order, return_type, reason, lines, amounts, by=by, manner=manner)
        self._store.put_return(replace(old, next_return_id=new.return_id))
        return new

    def _change_of_mind(self, item: Return) -> None:
        """Have a buyer who would keep the goods send them back, or the other way round."""
        order, goods = self._store.order(item.order_id), item.return_type is ReturnType.RETURN_AND_REFUND
        return_type = ReturnType.REFUND if goods else ReturnType.RETURN_AND_REFUND
        reason = self._store.profile.reasons.first("buyer", return_type, order.status)
        if reason is None:
            return  # nothing to change it into, as the order stands
        lines = order.claimed(item.lines)
        amounts = self._store.amounts(order, lines, [line.refundable for line in lines])
        self.change(item, return_type, reason, lines, amounts, By.BUYER)

    def label(self, item: Return, kind: str, tracking_number: str | None, provider_id: str | None) -> Return:
        """Have the seller's label take the place of the platform's; what it does not say stays as it was."""
        if item.parcel is Parcel.AWAITED and item.shipment_type != BUYER_ARRANGES:
            item = self.act(item, Action.LABEL, By.SELLER)
        if provider_id:
            names = self._store.profile.numbers["courier.names"].value
            item = replace(item, provider_id=provider_id, provider_name=names[provider_id])
        labelled = replace(
            item,
            label_type=kind,
            tracking_number=tracking_number or item.tracking_number,
            shipping_payer="seller",
            seller_labelled=True,
            updated_at=self._platform.now,
        )
        self._keep(item, labelled)
        return labelled

    def check(self, item: Return, action: Action, refusing: Refusing | None = None) -> Return:
        """Return what the tables make of the action; raise, in the words of `refusing`, where one refuses."""
        try:
            return after(item, action, self.table(item.return_type))
        except NotAllowed:
            if refusing:
                raise refusing(item, action) from None
            raise errors.NOT_POSSIBLE(status=item.status, action=action) from None

    def check_now(self, item: Return, action: Action, by: By, refusing: Refusing | None = None) -> Return:
        """Return what comes of somebody's action; raise where it is refused, also for the hour and what was before."""
        moved = self.check(item, action, refusing)
        self._in_time(item, action, by)
        return self._disputable(moved) if action is Action.DISPUTE else moved

    def run(self, kind: str, return_id: str) -> tuple[str, bool]:
        """Do what was due; return the words for it and whether anything changed."""
        item = self._store.get_return(return_id)
        if kind == LAPSE:
            return self._lapse(item), True
        if kind == PERSON:
            action = next_act(plan_named(self._store.order(item.order_id).plan), item)
            if action is None:
                return "nothing to do", False
            try:
                self._by_plan(item, action)
            except ApiError as refused:
                return f"{ACT_WORDS[action]}: refused, {refused.message}", False
            return ACT_WORDS[action], True
        action, total = _OF_STEPS.get(kind), None
        if kind == AUTO_DECISION:
            action, total = self._decided(item) or (None, None)
        assert action is not None, "what was decided is planned again at every change"
        moved = self.act(item, action, By.SYSTEM, total=total)
        return self._step_words(action, moved), True

    def _by_plan(self, item: Return, action: Action) -> None:
        """Have happen what the buyer's plan says comes next."""
        plan, ids = plan_named(self._store.order(item.order_id).plan), line_ids(item)
        if action is Action.EDIT:
            self._change_of_mind(item)
        elif action is Action.LABEL:
            self.label(item, "SHIPPING_LABEL", f"{item.tracking_number}-S", None)
        elif action is Action.APPROVE_RECEIVED_PACKAGE:
            _, most = self._store.profile.numbers["inspection.deduction"].value
            kept = (item.amount.total * Decimal(str(most))).quantize(coin(item.amount.currency), ROUND_DOWN)
            self.act(item, action, By.SELLER_CENTER, total=item.amount.total - kept)
        elif action is Action.REJECT_RECEIVED_PACKAGE:
            reason = self._store.profile.reasons.first("reject", reason_kind(item, action))
            images = [self._store.upload(f"{item.return_id} {number}".encode(), _PICTURE) for number in range(2)]
            self.act(item, action, By.SELLER_CENTER, reason=reason, images=images)
        elif action is Action.SHIP:
            sent = ids[:-1] if plan.sends_part and len(ids) > 1 and not item.combined_id else ()
            damaged = (sent or ids)[-1:] if plan.damages else ()
            label = Decimal(self._store.profile.numbers["return.label_cost"].value)
            cost = label if item.shipment_type == BUYER_ARRANGES else ZERO  # as much as the platform's
            self.do(item, action, By.BUYER, sending=Sending(sent, cost=cost, damaged_ids=damaged))
        else:
            self.do(item, action, By.SYSTEM if action is Action.ARRIVE else By.BUYER)

    def do(self, item: Return, action: Action, by: By, **more: Any) -> Return:
        """Have a buyer, a courier or the operator act; what goes with the return in one parcel goes along."""
        others = self._store.returns_of.get(item.order_id, ()) if action in TOGETHER and item.combined_id else ()
        beside = [one for one in map(self._store.get_return, others) if one.combined_id == item.combined_id]
        moved = self.act(item, action, by, **more)
        for other in beside:
            if other.return_id != item.return_id and (other.claim, other.parcel) == (item.claim, item.parcel):
                self.act(other, action, by, **more)
        return moved

    def with_total(self, item: Return, total: Decimal | None) -> Return:
        """Return the return with another refund total, shared out over its units."""
        if total is None or total == item.amount.total:
            return item
        shares = split(total, [line.amount.total for line in item.lines], item.amount.currency)
        return self._with_shares(item, shares)

    def _with_shares(self, item: Return, shares: Sequence[Decimal]) -> Return:
        order = self._store.order(item.order_id)
        amounts = self._store.amounts(order, order.claimed(item.lines), shares)
        parts = tuple(replace(part, amount=amount) for part, amount in zip(item.lines, amounts, strict=True))
        return replace(item, lines=parts, amount=Amount.sum(order.currency, amounts))

    # the steps of an act

    def table(self, return_type: ReturnType) -> Table[Claim, Action]:
        """Return the claim's table for that kind of request, in this market."""
        return claim_table(
            return_type, won_replacement_is_paid=self._store.profile.says("replacement.dispute_won", "refund")
        )

    def _in_time(self, item: Return, action: Action, by: By) -> None:
        """A deadline is exclusive: whoever comes at it or later is too late, though the platform has yet to act."""
        limit = item.deadline
        if limit is None or not limit.missed(self._platform.now) or action.is_lapse:
            return
        sides = {By.SELLER: {By.SELLER, By.SELLER_CENTER}, By.BUYER: {By.BUYER}, By.OPERATOR: {By.OPERATOR}}
        if by in sides.get(limit.whom, set()):
            raise errors.TOO_LATE(what=action.value.lower().replace("_", " "))

    def _with_details(
        self, item: Return, action: Action, *, offer: Decimal | None, reason: str | None, sending: Sending
    ) -> Return:
        if action is Action.OFFER_PARTIAL_REFUND:
            return replace(item, offer=offer, buyer_rejected_offer=False, offers_made=item.offers_made + 1)
        if action in (Action.DECLINE_OFFER, Action.OFFER_EXPIRED):
            return replace(item, buyer_rejected_offer=True)
        if action is Action.DIRECT_REFUND or (action is Action.AUTO_REFUND and item.sent_to):
            return replace(item, buyer_keeps_item=True)
        if action is Action.LABEL:
            numbers = self._store.profile.numbers
            cost, payer = Decimal(numbers["return.label_cost"].value), str(numbers["return.label_payer"].value)
            labelled = replace(self._on_its_way(item), label_type=str(numbers["return.label_type"].value))
            return replace(labelled, shipping_cost=cost, shipping_payer=payer)
        if action is Action.SHIP:
            own = item.shipment_type == BUYER_ARRANGES
            item = replace(item, sent_line_ids=sending.line_item_ids, damaged_line_ids=sending.damaged_ids)
            item = replace(item, shipped_at=self._platform.now)
            if own:
                number = sending.tracking_number or item.tracking_number  # the seller's label has one
                item = replace(item, shipping_cost=sending.cost, tracking_number=number)
            return self._on_its_way(item)
        if action is Action.ARRIVE:
            return replace(item, arrived_at=self._platform.now)
        if action.value.startswith("REJECT_"):
            return replace(item, reject_reason=reason)
        return item

    def _on_its_way(self, item: Return) -> Return:
        if item.tracking_number:
            return item
        number = self._platform.steady_id("8", 14, f"return {item.combined_id or item.return_id}")
        provider_id, provider_name = self._store.profile.courier
        number = self._store.profile.text("courier.tracking") + number
        return replace(item, tracking_number=number, provider_id=provider_id, provider_name=provider_name)

    def _disputable(self, item: Return) -> Return:
        """Return the return as it goes to the operator: over what is still refundable and in nobody else's hands."""
        order = self._store.order(item.order_id)
        claimed = order.claimed(item.lines)
        if any(self._store.held_by(line.id) not in (None, item.return_id) for line in claimed):
            raise errors.ALREADY_OPEN()
        if item.return_type is ReturnType.REPLACEMENT:
            self._store.check_replaceable(claimed)
        most = self._store.profile.count("dispute.max_closed_per_product")
        for line in claimed:
            closed = sum(other.disputes_closed for other in self._store.returns_about(line, order.id))
            if closed >= most:
                raise errors.DISPUTES_USED_UP(count=closed)
        left = [min(part.amount.total, line.refundable) for part, line in zip(item.lines, claimed, strict=True)]
        if item.return_type is not ReturnType.REPLACEMENT and not any(left):
            raise errors.ALREADY_CLOSED()
        return self._with_shares(item, left)

    def _with_deadline(self, old: Return | None, item: Return) -> Return:
        what = None if self._decided(item) else running(item)
        if what == "dispute.seller_evidence" and old and old.dispute is Dispute.IN_PROGRESS:
            return item  # evidence, then decision: neither is begun anew
        return replace(item, deadline=deadline_after(old, item, what, self._platform.now, self._due(item)))

    def _due(self, item: Return) -> Callable[[str, datetime], datetime]:
        profile, unshipped = self._store.profile, "refund_only.not_shipped"
        waits = self._store.order(item.order_id).status is OrderStatus.AWAITING_COLLECTION and profile.has(unshipped)
        other = {"refund_only.seller_response": unshipped} if waits else {}
        return lambda what, start: profile.due(other.get(what, what), start, amount=item.amount.total)

    def _lapse(self, item: Return) -> str:
        """Let a deadline pass: the table decides what that means."""
        now, limit = self._platform.now, item.deadline
        assert limit is not None
        self._effects.lapsed(item, limit)
        action = RUNS[limit.what].lapse
        plan = plan_named(self._store.order(item.order_id).plan)
        if action is Action.SUPPORT_BUYER and plan.handed_back and not item.disputes_closed:
            action = Action.HAND_BACK  # so the buyer's plan has it, of the first dispute
        if action is None:
            later = replace(item, deadline=deadline("dispute.decision", now, self._due(item)), updated_at=now)
            self._keep(item, later)
            self._effects.evidence_over(later)
            return "time for evidence over"
        granted = action is Action.SUPPORT_BUYER and plan.granted_half
        half = (item.amount.total / 2).quantize(coin(item.amount.currency), ROUND_DOWN)
        moved = self.act(item, action, By.SYSTEM, total=half if granted else None)
        return f"silence: {SILENCE_WORDS[action, moved.claim]}"

    def _step_words(self, action: Action, item: Return) -> str:
        if action is Action.PAYOUT:
            return f"refund paid {item.amount.total} {item.amount.currency}"
        return ACT_WORDS[action]

    def _keep(self, old: Return | None, item: Return) -> None:
        planned = self._planned(old, item)
        self._store.put_return(item)
        self._schedule(item, planned)

    def _planned(self, old: Return | None, item: Return) -> list[_Entry]:
        """Return what keeps the agenda in step with the return's state, before anything is changed."""
        profile, now, planned = self._store.profile, self._platform.now, []
        if old is None or old.deadline != item.deadline:
            limit = item.deadline
            what = f"deadline: {AWAITED[limit.what]}" if limit else ""
            planned.append(_Entry(LAPSE, limit.due if limit else None, RANK_DEADLINE, MARKETPLACE, what))
        before, wanted = self._steps(old), self._steps(item)
        planned += [_Entry(kind) for kind in before if kind not in wanted]
        for kind, (wait, what) in wanted.items():
            if kind not in before:
                planned.append(_Entry(kind, profile.due(wait, now) if wait else now, RANK_STEP, MARKETPLACE, what))
        return [*planned, self._person(item)]

    def _schedule(self, item: Return, planned: Iterable[_Entry]) -> None:
        agenda, ids = self._platform.agenda, {"shop_id": item.shop_id, "return_id": item.return_id}
        for one in planned:
            if one.at is None:
                agenda.drop(one.kind, item.return_id)
            else:
                agenda.put(one.kind, item.return_id, at=one.at, rank=one.rank, who=one.who, what=one.what, **ids)

    def _steps(self, item: Return | None) -> dict[str, tuple[str | None, str]]:
        """Return what the platform does next by itself: the kind, the profile's wait if there is one, the words."""
        if item is None:
            return {}
        steps: dict[str, tuple[str | None, str]] = {}
        if (by_itself := self._decided(item)) is not None:
            steps[AUTO_DECISION] = (None, ACT_WORDS[by_itself[0]])
        if item.claim is Claim.APPROVED and item.parcel is Parcel.AWAITED and item.shipment_type != BUYER_ARRANGES:
            steps[LABEL] = ("return.label_delay", ACT_WORDS[Action.LABEL])
        if item.is_quick_refund and item.claim is Claim.APPROVED and item.parcel in (Parcel.SHIPPED, Parcel.ARRIVED):
            steps[QUICK] = (None, ACT_WORDS[Action.QUICK_REFUND])
        if item.money is Money.OWED:
            steps[PAYOUT] = ("payout.processing", self._step_words(Action.PAYOUT, item))
        return steps

    def _decided(self, item: Return) -> Decided | None:
        if item.claim is not Claim.REQUESTED:
            return None
        lines = self._store.order(item.order_id).claimed(item.lines)
        return decided(item, lines, self._store.profile)

    def _person(self, item: Return) -> _Entry:
        action = next_act(plan_named(self._store.order(item.order_id).plan), item)
        if action is None:
            return _Entry(PERSON)
        profile, now, words = self._store.profile, self._platform.now, ACT_WORDS[action]
        if action in _BY_SELLER:
            return _Entry(PERSON, now, RANK_PEOPLE, MARKETPLACE, f"{words} in Seller Center")
        if action is Action.ARRIVE:
            return _Entry(PERSON, now + profile.wait("courier.return_transit"), RANK_PEOPLE, COURIER, words)
        return _Entry(PERSON, now + profile.wait("buyer.hesitation"), RANK_PEOPLE, BUYER, words)


def line_ids(item: Return) -> tuple[str, ...]:
    """Return the order's units that a return is about."""
    return tuple(line.line_item_id for line in item.lines)
