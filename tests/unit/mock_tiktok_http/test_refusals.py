"""The table of docs/facts/refusals.md walked whole, over HTTP: each decision in each state of each kind of request."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from mock_tiktok import Marketplace
from mock_tiktok.domain.words import Action, By
from mock_tiktok.usecases.decision_eligibility import CANCELLATION_DECISIONS
from rehearsal.report.answers import CALLS, DECISIONS, State, states, to_orders
from tests.clock import HandClock
from tests.unit.mock_tiktok_http.client import Client

RR: Final = "/return_refund/202309"
OF_RETURNS: Final = {one for kind, decisions in DECISIONS.items() if kind != "CANCEL" for one in decisions}
ELIGIBILITY: Final = {action: name for name, action in CANCELLATION_DECISIONS.items()}
NOT_ASKED: Final = "OFFER_PARTIAL_REFUND"  # of what Decision Eligibility can be asked about (S20)
# A parcel on its way is rejected after a minute, so that the hour plays no part in the walk.
PROFILE: Final = """
name: no-hours
extends: us-2025-08
numbers:
  inspection.undelivered_review_after: {value: 1min, source: this test, certainty: assumed}
"""


class Walk:
    """One market, and requests brought to the states in which it is asked what it makes of a decision."""

    def __init__(self, clock: HandClock, profile: Path) -> None:
        self.clock = clock
        self.market = Marketplace(clock=clock, seed=1, profile=profile)
        self.client = Client(self.market, self.market.add_shop(), clock)
        self.shop = self.market.shop(self.client.shop.shop_id)

    def brought_to(self, kind: str, state: State) -> str:
        """Return a request of the kind in that state, by the acts that lead there."""
        if kind == "CANCEL":
            order = self.market.place_order(status="AWAITING_SHIPMENT")
            cancel_id = self.market.request_cancellation(order.order_id).cancel_id
            for action in state.acts:
                self.shop.cancellation_lifecycle.act(self.shop.get_cancellation(cancel_id), action, By.SYSTEM)
            return cancel_id
        return_id = self.market.request_return(self.market.place_order().order_id, return_type=kind).return_id
        for action in state.acts:
            offer = self.shop.get_return(return_id).amount.total / 2 if action is Action.OFFER_PARTIAL_REFUND else None
            self.shop.return_lifecycle.act(self.shop.get_return(return_id), action, By.SYSTEM, offer=offer)
        self.clock.at += timedelta(minutes=1)
        return return_id

    def order(self, status: str) -> str:
        """Return an order in that status."""
        placed = self.market.place_order(status="AWAITING_SHIPMENT" if status == "CANCELLED" else status)
        if status == "CANCELLED":
            self.shop.cancel_order(placed.order_id, "seller_cancel_reason_out_of_stock")
        return placed.order_id

    def answer(self, kind: str, id: str, decision: Action) -> str | int:
        """Send a decision; return the status that the request then has, or the code of the refusal."""
        verb = "approve" if decision.value.startswith(("APPROVE", "OFFER", "DIRECT", "ISSUE")) else "reject"
        body: dict[str, Any] = {} if kind == "CANCEL" else {"decision": decision.value}
        if verb == "reject":
            of = "CANCEL" if kind == "CANCEL" else "PARCEL" if "PACKAGE" in decision else kind
            body["reject_reason"] = self.shop.profile.reasons.offered("reject", of)[0].name
        if decision is Action.OFFER_PARTIAL_REFUND:
            body["partial_refund"] = {"amount": "1.00", "currency": "USD"}
        group = "cancellations" if kind == "CANCEL" else "returns"
        document = self.client.document("POST", f"{RR}/{group}/{id}/{verb}", body=body or None)
        if document["code"]:
            assert document["data"] is None
            return int(document["code"])
        return self.status(kind, id)

    def status(self, kind: str, id: str) -> str:
        found = self.shop.get_cancellation(id) if kind == "CANCEL" else self.shop.get_return(id)
        return found.status.value

    def foretold(self, id: str) -> dict[str, int | None]:
        """Return what Decision Eligibility says, by the decision: nothing, or the code of a refusal."""
        asked = {"return_or_cancel_id": id}
        data = self.client.data("GET", "/return_refund/202601/decision_eligibility", asked)
        return {one["decision"]: one.get("ineligible_code") for one in data["decisions"]}


@pytest.fixture
def walk(clock: HandClock, tmp_path: Path) -> Walk:
    file = tmp_path / "no-hours.yaml"
    file.write_text(PROFILE)
    return Walk(clock, file)


@pytest.mark.parametrize("kind", DECISIONS)
def test_each_decision_in_each_state_is_answered_as_the_table_says(walk: Walk, kind: str) -> None:
    of_others = [] if kind == "CANCEL" else sorted(OF_RETURNS - set(DECISIONS[kind]))
    for state in states(kind):
        table = dict(zip(DECISIONS[kind], state.answers, strict=True)) | dict.fromkeys(of_others, 25020004)
        id = walk.brought_to(kind, state)
        assert walk.status(kind, id) == state.item.status
        foretold = walk.foretold(id)
        taken = [decision for decision, answer in table.items() if isinstance(answer, str)]
        for decision, answer in table.items():
            name = ELIGIBILITY.get(decision, decision.value)
            if name != NOT_ASKED:
                other = 25011014 if answer == 25020012 else answer  # C15
                assert foretold[name] == (None if decision in taken else other), (state, decision)
            if decision not in taken:
                assert walk.answer(kind, id, decision) == answer, (state, decision)
        assert walk.status(kind, id) == state.item.status, "what is refused has changed nothing"
        for number, decision in enumerate(taken):
            fresh = walk.brought_to(kind, state) if number else id
            assert walk.answer(kind, fresh, decision) == table[decision], (state, decision)


def test_the_seller_s_own_calls_are_answered_by_the_order_s_status(walk: Walk) -> None:
    for status, answers in to_orders(walk.shop.profile).items():
        for (_, kind), answer in zip(CALLS, answers, strict=True):
            order_id = walk.order(status)
            reason = next((one.name for one in walk.shop.profile.reasons.offered("seller", kind, status)), "any")
            body = {"order_id": order_id, "cancel_reason": reason}
            if kind != "CANCEL":
                body = {"order_id": order_id, "return_type": kind, "return_reason": reason}
            path = f"{RR}/{'cancellations' if kind == 'CANCEL' else 'returns'}"
            code = walk.client.document("POST", path, body=body)["code"]
            assert (code or "taken") == answer, (status, kind)
