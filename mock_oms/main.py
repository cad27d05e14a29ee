"""Where the parts of the OMS meet: what its staff order and see, what the warehouse reports, what it does by itself.

`Oms` alone knows all rooms. It meets the connector over HTTP only, and all that it keeps is its `state`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import requests
from flask import Flask

from mock_oms.adapters.channeladvisor import ChannelAdvisor
from mock_oms.domain.cases import Case
from mock_oms.domain.policy import Policy
from mock_oms.domain.refunds import Left
from mock_oms.pages.app import create_app
from mock_oms.state.agenda import AgendaEntry, Clock, Due, Fired, Grid
from mock_oms.state.events import Listener
from mock_oms.state.store import Store
from mock_oms.usecases.decision_delivery import DecisionDelivery
from mock_oms.usecases.effects import Effects
from mock_oms.usecases.poller import Poller
from mock_oms.usecases.refunds import Refunds
from mock_oms.usecases.staff import Staff
from mock_oms.usecases.validation import a_word
from mock_oms.usecases.views import AdjustmentRow, CommandResult, Views
from mock_oms.usecases.warehouse import Warehouse

WHO: Final = "oms"
PULL_EVERY: Final = timedelta(minutes=15)  # certainty: assumed


class Oms:
    """An Order Management System with its warehouse. One writer at a time: whoever serves it sees to that."""

    def __init__(
        self,
        *,
        clock: Clock,
        seed: int,
        http: requests.Session,
        application_id: str,
        shared_secret: str,
        refresh_token: str,
        connector_url: str = "https://api.channeladvisor.com",
        policy: str = "person",
        pull_every: timedelta = PULL_EVERY,
        state: Store | None = None,
    ) -> None:
        self.state: Final = state or Store(Grid(clock.now(), pull_every))
        store, chosen = self.state, a_word(Policy, policy, "policy")
        api = ChannelAdvisor(
            clock=clock,
            store=store,
            http=http,
            application_id=application_id,
            shared_secret=shared_secret,
            refresh_token=refresh_token,
            url=connector_url,
        )
        self._effects = effects = Effects(clock)
        self._views = views = Views(store)
        delivery = DecisionDelivery(api=api, clock=clock)
        self._staff = staff = Staff(store=store, delivery=delivery, effects=effects, views=views, policy=chosen)
        self._warehouse = Warehouse(store=store, clock=clock, staff=staff, effects=effects, views=views)
        self._refunds = Refunds(api=api, clock=clock, seed=seed, store=store, effects=effects, views=views)
        self._poller = Poller(
            api=api, store=store, delivery=delivery, refunds=self._refunds, effects=effects, decide=staff.by_policy
        )
        self.app: Final[Flask] = create_app(
            clock=clock, store=store, views=views, staff=staff, warehouse=self._warehouse, refunds=self._refunds
        )

    # what it does by itself
    def next_due(self) -> Due | None:
        """Return the next pull."""
        return self.state.grid.due()

    def run_due(self, now: datetime) -> Fired:
        """Do the one pull that is due at or before `now`."""
        store = self.state
        if store.grid.next > now:
            raise LookupError(f"Nothing is due before {store.grid.next}.")
        store.grid = store.grid.after()
        tally = self._poller.run(now)
        cases = [store.cases[number] for number in tally.cases]
        only = cases[0] if len(cases) == 1 else None
        order = store.orders.get(cases[0].order_id) if cases else None
        return Fired(
            at=now,
            who=WHO,
            what=tally.words(order.currency if order else ""),
            changed=tally.changed,
            return_id=only.return_id if only else None,
            order_id=only.order_id if only else None,
        )

    def agenda(self) -> list[AgendaEntry]:
        """Return the next pull, and what it is going to deliver."""
        due = self.state.grid.next
        kept = [self.state.cases[number] for number in self.state.unsent]
        return [
            AgendaEntry(due, WHO, "pull", None),
            *(AgendaEntry(due, WHO, _to_deliver(case), case.return_id) for case in kept),
        ]

    def waiting(self) -> int:
        """Return how many cases hold something the connector has not taken yet."""
        return len(self.state.unsent)

    # what can be seen
    def adjustments(self) -> list[AdjustmentRow]:
        """Return all cases, oldest first."""
        return self._views.rows()

    def ledger(self) -> dict[str, Decimal]:
        """Return what the OMS has booked as refunded, by the marketplace's order id."""
        return self.state.ledger.sums()

    def refundable(self, order_id: str) -> Left:
        """Return what is left to refund of an order; raise Refused where it has not reached the OMS."""
        return self._views.refundable(order_id)

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` with every event from now on."""
        self._effects.subscribe(listener)

    # what staff and warehouse do; each raises Refused where it cannot be done
    def approve(self, adjustment_id: str, *, amount: Decimal | None = None) -> CommandResult:
        """Say yes to whatever the case asks; `amount` below the total makes it an offer of a part."""
        return self._staff.approve(adjustment_id, amount=amount)

    def reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> CommandResult:
        """Say no to whatever the case asks."""
        return self._staff.reject(adjustment_id, reason=reason, comment=comment)

    def inspect(self, return_id: str, *, grade: str, accept: bool) -> CommandResult:
        """Grade goods that came back, and accept or refuse them."""
        return self._warehouse.inspect(return_id, grade=grade, accept=accept)

    def refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: Decimal | None = None,
        reason: str | None = None,
    ) -> CommandResult:
        """Give money back that nobody asked for."""
        return self._refunds.start(order_id, line_item_ids, amount=amount, reason=reason)

    def receive_parcel(
        self, *, return_id: str, order_id: str, line_item_ids: Sequence[str], tracking_number: str | None = None
    ) -> None:
        """Note that goods came back."""
        self._warehouse.receive(return_id, order_id, line_item_ids, tracking_number)


def _to_deliver(case: Case) -> str:
    again = " once more" if case.silence else ""
    return f"deliver what was kept of {case.number}{again}"
