"""Whatever people do in whatever order: what must always hold, holds."""

from collections import Counter
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mock_tiktok import ReturnView
from mock_tiktok.domain.searches import PageRequest, ReturnFilter, Sort
from mock_tiktok.domain.words import APPROVALS, REJECTIONS, ReturnType
from mock_tiktok.errors import ApiError
from tests.unit.mock_tiktok.town import Town

CENTS = st.integers(1, 6_000).map(lambda cents: Decimal(cents).scaleb(-2))
PICK = st.integers(0, 10_000)
ORDER_ACTS = {
    "PAY": "pay_order",
    "CHANGE_ADDRESS": "change_address",
    "CANCEL": "request_cancellation",
    "SHIP": "ship_order",
    "DELIVER": "deliver_order",
}
BUYER_ACTS = {"SHIP": "ship_return", "ARRIVE": "arrive_return"} | {
    act.upper(): act for act in ("withdraw", "accept_offer", "decline_offer", "dispute")
}
FINAL = ("RETURN_OR_REFUND_REQUEST_COMPLETE", "RETURN_OR_REFUND_REQUEST_CANCEL")


class Walk(RuleBasedStateMachine):
    """One shop, a few orders, and everybody doing anything."""

    def __init__(self) -> None:
        super().__init__()
        self.town = Town()
        self.orders: list[str] = []
        self.settled: dict[str, str] = {}

    def _return(self, pick: int) -> ReturnView:
        views = self.town.market.return_views()
        return views[pick % len(views)]

    @rule(
        prices=st.lists(CENTS, min_size=1, max_size=3),
        tax=CENTS,
        status=st.sampled_from(["DELIVERED", "DELIVERED", "IN_TRANSIT", "AWAITING_SHIPMENT", "ON_HOLD", "UNPAID"]),
    )
    def someone_buys(self, prices: list[Decimal], tax: Decimal, status: str) -> None:
        view = self.town.order(*(str(price) for price in prices), status=status, tax=tax)
        self.orders.append(view.order_id)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, kind=st.sampled_from(list(ReturnType)), line=st.integers(0, 3))
    def the_buyer_asks(self, pick: int, kind: str, line: int) -> None:
        order = self.town.market.order_view(self.orders[pick % len(self.orders)])
        ids = [order.line_items[line].id] if line < len(order.line_items) else None
        can = kind in order.can if ids is None else None
        self._try(lambda: self.town.market.request_return(order.order_id, return_type=kind, line_item_ids=ids), can)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, amount=st.none() | CENTS)
    def the_seller_refunds(self, pick: int, amount: Decimal | None) -> None:
        order_id = self.orders[pick % len(self.orders)]
        self._try(lambda: self.town.market.seller_center_refund(order_id, amount=amount))

    @precondition(lambda self: self.town.market.return_views())
    @rule(pick=PICK, decision=st.sampled_from([*APPROVALS, *REJECTIONS]), amount=CENTS)
    def the_seller_decides(self, pick: int, decision: str, amount: Decimal) -> None:
        offer = amount if decision == "OFFER_PARTIAL_REFUND" else None
        act = self.town.market.seller_center_decision
        self._try(lambda: act(self._return(pick).return_id, decision=decision, amount=offer))

    @precondition(lambda self: self.town.market.return_views())
    @rule(pick=PICK, act=st.sampled_from(list(BUYER_ACTS)))
    def the_buyer_acts(self, pick: int, act: str) -> None:
        item = self._return(pick)
        self._try(lambda: getattr(self.town.market, BUYER_ACTS[act])(item.return_id), act in item.can)

    @precondition(lambda self: self.town.market.return_views())
    @rule(pick=PICK, outcome=st.sampled_from(["SUPPORT_BUYER", "SUPPORT_SELLER", "HAND_BACK"]), total=st.none() | CENTS)
    def the_operator_judges(self, pick: int, outcome: str, total: Decimal | None) -> None:
        refund_total = total if outcome == "SUPPORT_BUYER" else None
        act, item = self.town.market.arbitrate, self._return(pick)
        can = outcome in item.can if refund_total is None else None
        self._try(lambda: act(item.return_id, outcome=outcome, refund_total=refund_total), can)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, act=st.sampled_from(list(ORDER_ACTS)))
    def the_order_moves(self, pick: int, act: str) -> None:
        order = self.town.market.order_view(self.orders[pick % len(self.orders)])
        self._try(lambda: getattr(self.town.market, ORDER_ACTS[act])(order.order_id), act in order.can)

    @rule(minutes=st.sampled_from([1, 5, 60, 24 * 60, 48 * 60, 10 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.town.passes(minutes=minutes)

    def _try(self, act: object, can: bool | None = None) -> None:
        before, accepted = len(self._changes()), True
        try:
            act()  # type: ignore[operator]  # a lambda
        except ApiError:
            accepted = False
            assert len(self._changes()) == before, "what is refused must change nothing"
        assert can in (None, accepted), "what can be done is what is accepted"

    def _changes(self) -> list[object]:
        """Return what has happened; that a decision was refused is told, and changes nothing."""
        return [event for event in self.town.news if event.name != "decision_refused"]

    @invariant()
    def nobody_gets_back_more_than_they_paid(self) -> None:
        for order_id in self.orders:
            order = self.town.shop.order(order_id)
            assert order.refunded <= order.paid
            for line in order.lines:
                assert Decimal(0) <= line.refunded <= line.paid
                assert min(line.left) >= 0

    @invariant()
    def the_ledger_is_the_sum_of_what_was_paid(self) -> None:
        paid_out: Counter[str] = Counter()
        for event in self.town.events("money_paid"):
            paid_out[str(event.data["order_id"])] += event.data["amount"]  # type: ignore[operator]  # a Decimal
        for order_id, line in self.town.market.ledger().items():
            assert line.refunded == paid_out[order_id]

    @invariant()
    def settled_stays_settled(self) -> None:
        for view in self.town.market.return_views():
            if view.return_id in self.settled:
                assert view.return_status == self.settled[view.return_id]
            elif view.return_status in FINAL:
                self.settled[view.return_id] = view.return_status

    @invariant()
    def each_decision_has_one_mail(self) -> None:
        mails = Counter((mail.return_id, mail.kind) for mail in self.town.market.mailbox() if mail.return_id)
        assert all(count == 1 for (_, kind), count in mails.items() if kind != "return rejected")
        paid = {event.data["return_id"] for event in self.town.events("money_paid") if "return_id" in event.data}
        assert {return_id for return_id, kind in mails if kind == "order refund"} == paid

    @invariant()
    def what_is_open_has_its_hour(self) -> None:
        store, agenda = self.town.shop.store, self.town.market.platform.agenda
        waiting = {entry.subject for entry in agenda.entries()}
        open_ = {item.return_id for item in store.returns if not item.is_final}
        open_ |= {item.cancel_id for item in store.cancellations if item.is_open}
        open_ |= {order.id for order in store.orders if order.status in ("UNPAID", "ON_HOLD")}
        assert open_ <= waiting

    def teardown(self) -> None:
        """Whatever was begun has ended long before half a year is over."""
        self.town.passes(days=180)
        store = self.town.shop.store
        assert all(item.is_final for item in store.returns)
        assert not any(item.is_open for item in store.cancellations)

    @invariant()
    def nothing_is_due_in_the_past_and_searches_see_everything(self) -> None:
        due = self.town.market.next_due()
        assert due is None or due.at >= self.town.clock.at
        page = self.town.shop.search_returns(ReturnFilter(), Sort("update_time"), PageRequest(50))
        assert page.total == len(self.town.market.return_views())


TestAnyOrder = Walk.TestCase
TestAnyOrder.settings = settings(max_examples=40, stateful_step_count=30, suppress_health_check=list(HealthCheck))
