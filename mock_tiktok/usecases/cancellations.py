"""Cancellations: the buyer asks or the seller calls off, before the goods are on their way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.mail import ORDER_CANCELLED
from mock_tiktok.domain.money import Amount, nothing
from mock_tiktok.domain.orders import ClaimLine, LineItem, Order
from mock_tiktok.domain.phrases import AWAITED, CANCEL_RECORDS, CANCEL_WORDS
from mock_tiktok.domain.returns import Record
from mock_tiktok.domain.rules import RUNS, deadline
from mock_tiktok.domain.state_machines import CANCELLATION, ORDER, Step
from mock_tiktok.domain.words import Action, By, CancelStatus, CancelType, OrderStatus
from mock_tiktok.errors import LINES_NOT_POSSIBLE, NOT_POSSIBLE, PACKAGE_CLAIMED
from mock_tiktok.state.agenda import MARKETPLACE, RANK_DEADLINE, RANK_STEP
from mock_tiktok.state.platform import Platform
from mock_tiktok.state.store import Store
from mock_tiktok.usecases import refusals
from mock_tiktok.usecases.effects import DEADLINE_SET, Effects
from mock_tiktok.usecases.orders import OrderLifecycle, cancelled

CANCEL_LAPSE: Final = "cancellation lapse"
CANCEL_PAYOUT: Final = "cancellation payout"
KINDS: Final = (CANCEL_LAPSE, CANCEL_PAYOUT)
_RESPONSE: Final = "cancel.seller_response"
_NEVER_PAID: Final = "system_cancel_unpaid_time_out"


class CancellationLifecycle:
    """Everything that happens to a shop's cancellations."""

    def __init__(self, platform: Platform, store: Store, orders: OrderLifecycle) -> None:
        self._store = store
        self._orders = orders
        self._platform = platform
        self._effects = Effects(platform, store)

    def ask(self, order_id: str, reason: str) -> Cancellation:
        """The buyer wants the whole order called off: at once inside the first hour, else the seller is asked."""
        order, now = self._store.order(order_id), self._platform.now
        lines = self._store.units(order)
        profile, early = self._store.profile, order.status is OrderStatus.ON_HOLD or order.paid_at is None
        at_once = early or now < profile.due("cancel.remorse", order.paid_at or now)
        late = now >= order.hours.ship_by and profile.says("cancel.after_sla", "approve_now")
        item = self._new(order, lines, reason, By.BUYER, CancelType.CANCEL if at_once else CancelType.BUYER_CANCEL)
        item = replace(item, deadline=deadline(_RESPONSE, now, profile.due))
        self._begin(item, By.BUYER)
        self._store.put_order(replace(order, cancel_asked_at=now, updated_at=now))
        if at_once or late:
            return self.act(item, Action.APPROVE_CANCELLATION, By.SYSTEM)
        return item

    def call_off(self, order_id: str, reason: str, lines: Sequence[LineItem], by: By) -> Cancellation:
        """The seller calls off an order, or some of its units."""
        order = self._store.order(order_id)
        item = self._new(order, lines, reason, by, CancelType.CANCEL)
        self._begin(item, by)
        return self.act(item, Action.APPROVE_CANCELLATION, by)

    def never_paid(self, order_id: str) -> tuple[str, bool]:
        """Call off an order that nobody has paid; return the words for it, and that something has changed."""
        order = self._store.order(order_id)
        self.call_off(order_id, _NEVER_PAID, self._store.units(order), By.SYSTEM)
        return "order cancelled, never paid", True

    def check_ask(self, order: Order) -> None:
        """Raise what the platform says where the buyer can no longer have the order called off."""
        refusals.check_request(self._store.profile, order, "CANCEL", "BUYER")
        earlier = map(self._store.get_cancellation, self._store.cancellations_of.get(order.id, ()))
        self._store.check_asked(earlier)

    def check_units(self, order: Order, lines: Sequence[LineItem], reason: str) -> None:
        """Raise what the platform says where the seller cannot call off just these units."""
        whole = {line.id for line in order.lines if not line.cancelled}
        if {line.id for line in lines} == whole:
            return
        profile = self._store.profile
        if not profile.says("cancel.partial", True):
            raise LINES_NOT_POSSIBLE(why="this market cancels whole orders only")
        if not profile.says("cancel.partial_reason", reason):
            raise LINES_NOT_POSSIBLE(why="single lines are cancelled only when they are out of stock")

    def act(
        self, item: Cancellation, action: Action, by: By, *, reason: str | None = None, comment: str | None = None
    ) -> Cancellation:
        """Have `action` happen to the cancellation."""
        self.check(item, action)
        now = self._platform.now
        status = CANCELLATION.after(item.status, action)
        assert status is not None
        decided_by = by if item.status is CancelStatus.PENDING else item.decided_by
        moved = replace(
            item,
            status=status,
            updated_at=now,
            deadline=None,
            decided_by=decided_by,
            reject_reason=reason,
            comment=comment,
        )
        self._schedule(moved)
        self._store.put_cancellation(moved)
        self._record(moved, action.value, by, CANCEL_RECORDS[action], comment or "")
        self._publish(item, moved, action, by, reason)
        if status is CancelStatus.SUCCESS:
            self._take_out(moved)
        elif status is CancelStatus.CANCELLED:
            self._forget_question(moved)
        if action is Action.PAYOUT:
            self._effects.pay(moved)
            self._effects.mail(moved, ORDER_CANCELLED)
        if not moved.is_open:
            self._orders.claim_ended(moved.order_id)
        return moved

    def set_deadline(self, item: Cancellation, due: datetime) -> Cancellation:
        """Have the seller's deadline fall at another hour, for this request alone."""
        if item.deadline is None:
            raise NOT_POSSIBLE(status=item.status, action="another deadline")
        moved = replace(item, deadline=replace(item.deadline, due=due), updated_at=self._platform.now)
        self._schedule(moved)
        self._store.put_cancellation(moved)
        self._publish(item, moved, DEADLINE_SET, By.SYSTEM, None)
        return moved

    def check(self, item: Cancellation, action: Action) -> None:
        """Raise what the platform says where the cancellation does not take that action, or no longer."""
        late = item.deadline and item.deadline.missed(self._platform.now) and not action.is_lapse
        if late or CANCELLATION.after(item.status, action) is None:
            raise refusals.of_cancellation(item, action)

    def check_decision(self, item: Cancellation, action: Action) -> None:
        """Raise what the platform says where the seller cannot decide so."""
        self.check(item, action)
        refusals.check_decision(self._store.order(item.order_id), action)

    def check_shipping(self, order_id: str) -> None:
        """Raise what the platform says to shipping what a buyer asked to cancel, where the market has it so (C7)."""
        if self._store.profile.says("cancel.shipping_answers", "bar_shipping") and self._waiting(order_id):
            raise PACKAGE_CLAIMED()

    def shipped(self, order_id: str) -> None:
        """The seller has shipped: that decides what the buyer asked, where the market has it so (C7)."""
        if self._store.profile.says("cancel.shipping_answers", "reject"):
            for item in self._waiting(order_id):
                self.act(item, Action.REJECT_BY_SHIPPING, By.SELLER)

    def _waiting(self, order_id: str) -> list[Cancellation]:
        items = map(self._store.get_cancellation, self._store.cancellations_of.get(order_id, ()))
        return [item for item in items if item.status is CancelStatus.PENDING]

    def run(self, kind: str, cancel_id: str) -> tuple[str, bool]:
        """Do what was due; return the words for it and whether anything changed."""
        item = self._store.get_cancellation(cancel_id)
        if kind == CANCEL_PAYOUT:
            self.act(item, Action.PAYOUT, By.SYSTEM)
            return _paid(item), True
        limit = item.deadline
        assert limit is not None
        self._effects.lapsed(item, limit)
        lapse = RUNS[limit.what].lapse
        assert lapse is not None
        self.act(item, lapse, By.SYSTEM)
        return "silence: cancellation approved", True

    def _new(
        self, order: Order, lines: Sequence[LineItem], reason: str, by: By, cancel_type: CancelType
    ) -> Cancellation:
        now = self._platform.now
        none = nothing(order.currency)
        totals = [line.refundable if order.paid_at else none for line in lines]
        amounts = self._store.amounts(order, lines, totals)
        return Cancellation(
            cancel_id=self._platform.new_id("cancellation"),
            shop_id=self._store.shop_id,
            order_id=order.id,
            number=self._platform.count("cancellation number"),
            cancel_type=cancel_type,
            status=CancelStatus.PENDING,
            role=by.role,
            reason=reason,
            reason_text=self._store.profile.reasons.text(reason),
            lines=tuple(
                ClaimLine(self._platform.new_id("cancellation line"), line.id, amount)
                for line, amount in zip(lines, amounts, strict=True)
            ),
            amount=Amount.sum(order.currency, amounts),
            created_at=now,
            updated_at=now,
        )

    def _begin(self, item: Cancellation, by: By) -> None:
        self._schedule(item)
        self._store.put_cancellation(item)
        self._record(item, "REQUEST", by, "Cancellation requested")
        due = item.deadline.due if item.deadline else None
        self._effects.requested(
            "cancellation_requested", item, by, {"cancel_type": item.cancel_type.value}, {"deadline": due}
        )

    def _take_out(self, item: Cancellation) -> None:
        """Take the units out of the order; when none is left the order is cancelled."""
        order = self._store.order(item.order_id)
        left = cancelled(order, [line.line_item_id for line in item.lines], item.reason_text, item.role)
        now = self._platform.now
        if all(line.cancelled for line in left.lines) and ORDER.after(left.status, Step.CANCEL):
            stamp = {"cancelled_at": now, "cancel_reason": item.reason_text, "cancelled_by": item.role}
            self._orders.step(left, Step.CANCEL, **stamp)
        else:
            self._store.put_order(replace(left, updated_at=now))

    def _forget_question(self, item: Cancellation) -> None:
        order = self._store.order(item.order_id)
        self._store.put_order(replace(order, cancel_asked_at=None, updated_at=self._platform.now))

    def _schedule(self, item: Cancellation) -> None:
        """Bring the agenda in step with the cancellation's state."""
        paid_at = self._store.profile.due("payout.processing", self._platform.now)
        for kind in KINDS:
            self._platform.agenda.drop(kind, item.cancel_id)
        if item.deadline:
            self._put(CANCEL_LAPSE, item, item.deadline.due, RANK_DEADLINE, f"deadline: {AWAITED[item.deadline.what]}")
        if item.status is CancelStatus.SUCCESS:
            self._put(CANCEL_PAYOUT, item, paid_at, RANK_STEP, _paid(item))

    def _put(self, kind: str, item: Cancellation, at: datetime, rank: int, what: str) -> None:
        agenda, shop_id = self._platform.agenda, item.shop_id
        agenda.put(kind, item.cancel_id, at=at, rank=rank, who=MARKETPLACE, what=what, shop_id=shop_id)

    def _record(self, item: Cancellation, event: str, by: By, description: str, note: str = "") -> None:
        shown = CANCEL_WORDS[item.status]
        self._store.add_record(
            item.cancel_id, Record(item.updated_at, event, by.role, by, description, shown, note=note)
        )

    def _publish(self, old: Cancellation, new: Cancellation, action: Action | str, by: By, reason: str | None) -> None:
        self._effects.publish(
            new.updated_at,
            "cancellation_status_changed",
            cancel_id=new.cancel_id,
            order_id=new.order_id,
            was=old.status.value,
            now=new.status.value,
            action=action.spoken if isinstance(action, Action) else action,
            by=by.value,
            reason=reason,
            currency=new.amount.currency,
            refund_total=new.amount.total,
            words_to_buyer=new.comment,
            deadline=new.deadline.due if new.deadline else None,
        )


def _paid(item: Cancellation) -> str:
    return f"cancellation paid {item.amount.total} {item.amount.currency}"
