"""Whatever people do, and in whatever order: nothing breaks, nobody is paid twice, and the books agree in the end."""

import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_oms import Refused
from mock_tiktok import Discounts, OrderLine, OrderView, ReturnView
from mock_tiktok.domain.words import APPROVALS, REJECTIONS
from mock_tiktok.errors import ApiError
from rehearsal.seats.port import AdjustmentRow
from rehearsal.world.world import World

SOME = st.integers(min_value=0, max_value=9)
RETURN_TYPES = st.sampled_from(["REFUND", "RETURN_AND_REFUND"])
GRADES = st.sampled_from(["AS_SOLD", "USED", "DAMAGED", "WRONG_ITEM", "MISSING_PARTS"])
AMOUNTS = st.sampled_from([None, "0.01", "0.37", "2.50", "3.33", "9.99", "11.00"])
PARTS = st.sampled_from([None, None, "item", "tax", "shipping"])
PROFILES = st.sampled_from(["us-2025-08", "us-2026-03-partial-by-rule", "uk-2026-04", "id-2025-11", "vn-2026-01"])
WITHOUT_DECIMALS = ("id-2025-11", "vn-2026-01")
SUMS: list[dict[str, str]] = [
    {},
    {"tax": "1.00"},
    {"shipping_fee": "5.00"},
    {"shipping_fee": "5.00", "tax": "2.53", "shipping_fee_tax": "0.31"},
]
MANNERS = st.sampled_from([(), (), ("careless",), ("by-number",), ("no-sums",), ("untimely",), ("second-thoughts",)])
FAULTS = st.sampled_from(["cut_before", "cut_after", "truncate", "duplicate"])
CALLS = st.sampled_from(
    [
        "approveReturn", "rejectReturn", "createReturn", "cancelOrder", "approveCancellation", "rejectCancellation",
        "searchReturns", "searchCancellations", "getOrderList",
    ]
)  # fmt: skip
STATUSES = ("DELIVERED", "IN_TRANSIT", "AWAITING_SHIPMENT", "DELIVERED", "AWAITING_SHIPMENT", "UNPAID")
WAITS = st.sampled_from([timedelta(0), timedelta(minutes=7), timedelta(minutes=15), timedelta(hours=1)])


class Life(RuleBasedStateMachine):
    """A shop, its buyers and its staff, all doing as they please; what cannot be is refused and changes nothing."""

    @initialize(seed=st.integers(min_value=1, max_value=5), profile=PROFILES, manners=MANNERS, webhooks=st.booleans())
    def begin(self, seed: int, profile: str, manners: tuple[str, ...], webhooks: bool) -> None:
        self.world = World(seed=seed, profile=profile, oms_manners=manners, webhooks=webhooks)
        self.coins = Decimal(100) if profile in WITHOUT_DECIMALS else Decimal(1)
        self.orders: list[str] = []
        self.wishes: list[str] = []  # to have an order called off
        self.buy(0, SUMS[1], 0)

    def attempt(self, act: Callable[[], object]) -> None:
        with contextlib.suppress(ApiError, Refused):  # the invariant says that nothing came of it
            act()

    def returns(self, *words: str) -> list[ReturnView]:
        return [view for view in self.world.marketplace.return_views() if view.shown_status in words]

    def waiting(self) -> list[AdjustmentRow]:
        return [row for row in self.world.oms.adjustments() if row.status in ("NewRma", "ReadyForReturn")]

    @rule(which=SOME, beside=st.sampled_from(SUMS), status=SOME)
    def buy(self, which: int, beside: Mapping[str, str], status: int) -> None:
        mug, lamp = self.sum("9.99"), self.sum("33.33")
        lines = [OrderLine("MUG", 1 + which % 3, mug, 1), OrderLine("LAMP", 1, lamp, 1 + which % 2)]
        sums: dict[str, Any] = {name: self.sum(amount) for name, amount in beside.items()}
        if which % 3 == 2:
            sums["discounts"] = Discounts(seller=self.sum("1.00"), platform=self.sum("0.50"))
        order = self.world.marketplace.place_order(
            lines=lines[: 1 + which % 2], status=STATUSES[status % len(STATUSES)], **sums
        )
        self.orders.append(order.order_id)

    def sum(self, amount: str) -> Decimal:
        """Return a sum in the market's money."""
        return Decimal(amount) * self.coins

    def order_of(self, which: int) -> OrderView:
        return self.world.marketplace.order_view(self.orders[which % len(self.orders)])

    @rule(which=SOME, kind=RETURN_TYPES, units=SOME)
    def ask(self, which: int, kind: str, units: int) -> None:
        order = self.world.marketplace.order_view(self.orders[which % len(self.orders)])
        lines = [line.id for line in order.line_items][: 1 + units % 3]
        self.attempt(
            lambda: self.world.marketplace.request_return(order.order_id, return_type=kind, line_item_ids=lines)
        )

    @rule(which=SOME)
    def ask_to_cancel(self, which: int) -> None:
        order_id = self.orders[which % len(self.orders)]
        self.attempt(lambda: self.wishes.append(self.world.marketplace.request_cancellation(order_id).cancel_id))

    @precondition(lambda self: self.returns("Return Label Generated"))
    @rule()
    def send_back(self) -> None:
        return_id = self.returns("Return Label Generated")[0].return_id
        self.world.marketplace.ship_return(return_id)
        self.world.marketplace.arrive_return(return_id)

    @precondition(lambda self: self.returns("Return Rejected", "Refund Rejected"))
    @rule(buyer_is_right=st.booleans())
    def dispute(self, buyer_is_right: bool) -> None:
        return_id = self.returns("Return Rejected", "Refund Rejected")[0].return_id
        self.attempt(lambda: self.world.marketplace.dispute(return_id))
        outcome = "SUPPORT_BUYER" if buyer_is_right else "SUPPORT_SELLER"
        self.attempt(lambda: self.world.marketplace.arbitrate(return_id, outcome=outcome))

    @precondition(lambda self: self.world.marketplace.return_views())
    @rule(which=SOME)
    def withdraw(self, which: int) -> None:
        views = self.world.marketplace.return_views()
        self.attempt(lambda: self.world.marketplace.withdraw(views[which % len(views)].return_id))

    @precondition(lambda self: self.returns("Offer Sent to Buyer"))
    @rule(accept=st.booleans())
    def answer_the_offer(self, accept: bool) -> None:
        return_id = self.returns("Offer Sent to Buyer")[0].return_id
        marketplace = self.world.marketplace
        (marketplace.accept_offer if accept else marketplace.decline_offer)(return_id)

    @precondition(lambda self: self.waiting())
    @rule(which=SOME, part=st.booleans())
    def approve(self, which: int, part: bool) -> None:
        row = self.waiting()[which % len(self.waiting())]
        amount = self.sum("2.50") if part else None
        self.attempt(lambda: self.world.oms.approve(row.id, amount=amount))

    @precondition(lambda self: self.waiting())
    @rule(which=SOME, words=st.booleans())
    def reject(self, which: int, words: bool) -> None:
        row = self.waiting()[which % len(self.waiting())]
        self.attempt(lambda: self.world.oms.reject(row.id, comment="Not so" if words else None))

    @precondition(lambda self: self.world.marketplace.return_views())
    @rule(which=SOME, decision=st.sampled_from([*APPROVALS, *REJECTIONS]))
    def decide_in_seller_center(self, which: int, decision: str) -> None:
        views = self.world.marketplace.return_views()
        claim, amount = views[which % len(views)].return_id, None
        if decision == "OFFER_PARTIAL_REFUND":
            amount = self.sum("2.50")
        decide = self.world.marketplace.seller_center_decision
        self.attempt(lambda: decide(claim, decision=decision, amount=amount))

    @precondition(lambda self: self.returns("Buyer Shipped"))
    @rule(grade=GRADES, accept=st.booleans())
    def inspect(self, grade: str, accept: bool) -> None:
        return_id = self.returns("Buyer Shipped")[0].return_id
        self.attempt(lambda: self.world.oms.inspect(return_id, grade=grade, accept=accept))

    @rule(which=SOME, amount=AMOUNTS, units=SOME, part=PARTS)
    def refund(self, which: int, amount: str | None, units: int, part: str | None) -> None:
        order = self.order_of(which)
        lines = [line.id for line in order.line_items][units % 3 : units % 3 + units // 3]
        self.attempt(
            lambda: self.world.oms.refund(
                order_id=order.order_id,
                amount=None if amount is None else self.sum(amount),
                line_item_ids=lines or None,
                part=part,
            )
        )

    @rule(which=SOME, amount=AMOUNTS, units=SOME)
    def refund_in_seller_center(self, which: int, amount: str | None, units: int) -> None:
        order = self.order_of(which)
        lines = [line.id for line in order.line_items][: units % 3]
        sum_: dict[str, Any] = {} if amount is None else {"amount": self.sum(amount)}
        self.attempt(
            lambda: self.world.marketplace.seller_center_refund(order.order_id, line_item_ids=lines or None, **sum_)
        )

    @rule(which=SOME, units=SOME)
    def call_off_in_seller_center(self, which: int, units: int) -> None:
        order = self.order_of(which)
        lines = [line.id for line in order.line_items][: units % 3]
        self.attempt(lambda: self.world.marketplace.seller_center_cancel(order.order_id, line_item_ids=lines or None))

    @precondition(lambda self: self.wishes)
    @rule(which=SOME, decision=st.sampled_from(["APPROVE", "REJECT"]))
    def answer_a_wish_in_seller_center(self, which: int, decision: str) -> None:
        wish = self.wishes[which % len(self.wishes)]
        self.attempt(lambda: self.world.marketplace.seller_center_answer(wish, decision=decision))

    @rule(which=SOME)
    def pay(self, which: int) -> None:
        self.attempt(lambda: self.world.marketplace.pay_order(self.order_of(which).order_id))

    @rule(which=SOME)
    def change_address(self, which: int) -> None:
        self.attempt(lambda: self.world.marketplace.change_address(self.order_of(which).order_id))

    @rule(which=SOME)
    def ship(self, which: int) -> None:
        self.attempt(lambda: self.world.marketplace.ship_order(self.order_of(which).order_id))

    @rule()
    def the_connector_dies_and_comes_back(self) -> None:
        self.world.connector.kill()
        self.world.connector.start()

    @rule(kind=FAULTS, operation=CALLS)
    def a_call_goes_wrong(self, kind: str, operation: str) -> None:
        self.world.trouble.plan(**{"kind": kind, "from": "connector", "operation": operation, "times": 1})

    @rule(time=WAITS)
    def time_passes(self, time: timedelta) -> None:
        self.world.advance(by=time)

    @invariant()
    def the_auditor_is_content(self) -> None:
        if hasattr(self, "world"):
            assert [finding.document() for finding in self.world.auditor.broken()] == []

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.advance(by=timedelta(hours=2))
            self.the_auditor_is_content()
            assert [row for row in self.world.books() if not row.agree] == []
            self.world.close()


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=60, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
