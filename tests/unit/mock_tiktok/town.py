"""A marketplace with one shop and a clock that a test turns."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from mock_tiktok import Event, Fired, Marketplace, OrderLine, OrderView, ReturnView
from mock_tiktok.usecases.decision_eligibility import Verdict, verdicts
from mock_tiktok.usecases.shop import Shop
from tests.clock import HandClock

PARCEL_REASON = "reverse_reject_return_parcel_reason_5"
REFUND_REASON = "reverse_reject_refund_request_unclear_evidence"
RETURN_REASON = "seller_reject_apply_item_is_correct"
SELLER_REASON = "ecom_order_delivered_refund_reason_not_match_description_seller"


def pass_time(market: Marketplace, clock: HandClock, until: datetime) -> list[Fired]:
    """Let time pass up to and including that moment, everything at its own hour; return what happened."""
    fired = []
    while (due := market.next_due()) and due.at <= until:
        assert due.at >= clock.at, "something is due in the past"
        clock.at = due.at
        fired.append(market.run_due(due.at))
    clock.at = until
    return fired


class Town:
    """One marketplace, one shop, everything it says, and how time passes in it."""

    def __init__(self, profile: str | Path = "us-2025-08", *, seed: int = 1) -> None:
        self.clock = HandClock()
        self.market = Marketplace(clock=self.clock, seed=seed, profile=profile)
        self.news: list[Event] = []
        self.market.subscribe(self.news.append)
        self.shop: Shop = self.market.shop(self.market.add_shop().shop_id)

    def passes(self, **duration: float) -> list[Fired]:
        """Let time pass, everything at its own hour; return what happened."""
        return self.until(self.clock.at + timedelta(**duration))

    def until(self, moment: datetime) -> list[Fired]:
        """Let time pass up to and including the moment."""
        return pass_time(self.market, self.clock, moment)

    def order(self, *prices: str, status: str = "DELIVERED", **more: Decimal | str | None) -> OrderView:
        """Have somebody buy one unit for each price."""
        lines = [OrderLine(f"SKU-{n}", 1, Decimal(price)) for n, price in enumerate(prices or ("39.98",))]
        return self.market.place_order(lines=lines, status=status, **more)  # type: ignore[arg-type]  # by name

    def request(self, order: OrderView | None = None, *, kind: str = "REFUND", line: int | None = None) -> str:
        """Have a buyer ask, for one line or all; return the return's id."""
        bought = order or self.order()
        ids = None if line is None else [bought.line_items[line].id]
        return self.market.request_return(bought.order_id, return_type=kind, line_item_ids=ids).return_id

    def rejected(self, order: OrderView | None = None) -> str:
        """Have a refund asked for and rejected; return the return's id."""
        return_id = self.request(order)
        self.shop.reject_return(return_id, "REJECT_REFUND", REFUND_REASON)
        return return_id

    def cancellation(self) -> tuple[str, str]:
        """Have a buyer ask to cancel an order that waits for shipment; return the order's id and the cancellation's."""
        order_id = self.order(status="AWAITING_SHIPMENT").order_id
        return order_id, self.market.request_cancellation(order_id).cancel_id

    def on_its_way(self, order: OrderView | None = None) -> str:
        """Have a return asked for, approved, labelled and shipped; return its id."""
        return_id = self.request(order, kind="RETURN_AND_REFUND")
        self.passes(minutes=5)
        self.market.ship_return(return_id)
        return return_id

    def goods_back(self, order: OrderView | None = None) -> str:
        """Have the goods of a return arrive; return its id."""
        return_id = self.on_its_way(order)
        self.market.arrive_return(return_id)
        return return_id

    def market_says(self, return_id: str, decisions: Sequence[str]) -> Iterable[Verdict]:
        """Return what Decision Eligibility says."""
        return verdicts(self.shop, return_id, decisions)

    def status(self, return_id: str) -> str:
        return self.market.return_view(return_id).return_status

    def shown(self, return_id: str) -> str:
        return self.market.return_view(return_id).shown_status

    def view(self, return_id: str) -> ReturnView:
        return self.market.return_view(return_id)

    def mails(self) -> list[str]:
        return [mail.kind for mail in self.market.mailbox()]

    def events(self, name: str) -> list[Event]:
        return [event for event in self.news if event.name == name]
