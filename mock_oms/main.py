"""Where the parts of the OMS meet: what its staff order and see, what the warehouse reports, what it does by itself.

`Oms` alone knows all rooms. It meets the connector over HTTP only, and all that it keeps is its `state`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Final

import requests
from flask import Flask

from mock_oms.adapters.channeladvisor import Application, ChannelAdvisor
from mock_oms.adapters.patience import patient
from mock_oms.adapters.rows import text_of
from mock_oms.adapters.webhook import webhook_app
from mock_oms.domain.cases import Case
from mock_oms.domain.manners import Manner
from mock_oms.domain.policy import Policy
from mock_oms.pages.app import Office, create_app
from mock_oms.state.agenda import AgendaEntry, Clock, Due, Fired, Grid
from mock_oms.state.store import Store
from mock_oms.usecases.decision_delivery import DecisionDelivery
from mock_oms.usecases.effects import Effects
from mock_oms.usecases.poller import Poller
from mock_oms.usecases.refunds import Refunds
from mock_oms.usecases.staff import Staff
from mock_oms.usecases.validation import a_word, the_manners
from mock_oms.usecases.views import Views
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
        manners: Iterable[str] = (),
        second: Application | None = None,
        state: Store | None = None,
        webhook_secret: str = "",
    ) -> None:
        self.state: Final = state or Store(Grid(clock.now(), pull_every))
        store, chosen, habits = self.state, a_word(Policy, policy, "policy"), the_manners(manners)
        call = partial(ChannelAdvisor, clock=clock, store=store, http=patient(http), url=connector_url, manners=habits)
        self._application = Application(application_id, shared_secret, refresh_token)
        api = call(application=self.application)
        beside = call(application=lambda: second) if second and Manner.SECOND_APPLICATION in habits else None
        effects, views, delivery = Effects(clock), Views(store, clock), DecisionDelivery(api, clock, habits)
        staff = Staff(store=store, delivery=delivery, effects=effects, views=views, policy=chosen, manners=habits)
        warehouse = Warehouse(store=store, clock=clock, staff=staff, effects=effects, views=views)
        refunds = Refunds(api=api, clock=clock, seed=seed, store=store, effects=effects, views=views, manners=habits)
        self._poller = Poller(
            api=api,
            store=store,
            delivery=delivery,
            refunds=refunds,
            effects=effects,
            decide=staff.by_policy,
            manners=habits,
            beside=beside,
        )
        self._office = Office(clock, store, views, staff, warehouse, refunds)
        # what the connector may tell it: that it might look at once; nothing where it has no secret for that
        self.webhook: Final = webhook_app(webhook_secret, self._hinted) if webhook_secret else None
        # what can be seen
        self.subscribe: Final = effects.subscribe
        self.adjustments: Final = views.rows
        self.refundable: Final = views.refundable
        # what staff and warehouse do; each raises Refused where it cannot be done
        self.approve: Final = staff.approve
        self.reject: Final = staff.reject
        self.inspect: Final = warehouse.inspect
        self.refund: Final = refunds.refund
        self.receive_parcel: Final = warehouse.receive_parcel

    def application(self) -> Application:
        """Return its credentials at the connector, whenever it asks for a token."""
        return self._application

    def app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Show a page to staff, as a WSGI app: one that is made when the first is asked for."""
        return self._pages(environ, start_response)

    @cached_property
    def _pages(self) -> Flask:
        return create_app(self._office)

    # what it does by itself
    def next_due(self) -> Due | None:
        """Return the next pull: of the grid, or ahead of it where the connector has hinted at something."""
        due, hinted = self.state.grid.due(), self.state.hinted_at
        return due if hinted is None else due._replace(at=min(due.at, hinted))

    def _hinted(self, hint: str, said: dict[str, Any]) -> None:
        self.state.hinted_at = self._office.clock.now()
        if order_id := text_of(said.get("SiteOrderID")):
            self._poller.effects.order_hinted(order_id, hint, text_of(said.get("ProfileID")))
            known, number = self.state.orders.get(order_id), text_of(said.get("ID"))
            if known is not None and number != known.ref:
                words = f"The connector tells of order {order_id} by the number {number}, and lists it as {known.ref}."
                self._poller.effects.answers_unreadable(words)

    def run_due(self, now: datetime) -> Fired:
        """Do the one pull that is due at or before `now`."""
        store = self.state
        if (due := self.next_due()) is None or due.at > now:
            raise LookupError(f"Nothing is due before {store.grid.next}.")
        store.hinted_at = None
        if early := store.grid.next > now:
            store.grid = replace(store.grid, number=store.grid.number + 1)
        else:
            store.grid = store.grid.after(now)
        tally = self._poller.run(now)
        cases = [store.cases[number] for number in tally.cases]
        only = cases[0] if len(cases) == 1 else None
        order = store.orders.get(cases[0].order_id) if cases else None
        return Fired(
            at=now,
            who=WHO,
            what=f"{'early ' if early else ''}{tally.words(order.currency if order else '')}",
            changed=tally.changed,
            return_id=only.return_id if only else None,
            order_id=only.order_id if only else None,
        )

    def agenda(self) -> list[AgendaEntry]:
        """Return the next pull, and what it is going to deliver."""
        due, hinted = self.state.grid.next, self.state.hinted_at
        early = [] if hinted is None else [AgendaEntry(min(due, hinted), WHO, "early pull")]
        kept = [self.state.cases[number] for number in self.state.unsent]
        return [
            *early,
            AgendaEntry(due, WHO, "pull"),
            *(AgendaEntry(due, WHO, _to_deliver(case), case.return_id, case.order_id) for case in kept),
        ]

    def waiting(self) -> int:
        """Return how many cases hold something the connector has not taken yet."""
        return len(self.state.unsent)

    def ledger(self) -> dict[str, Decimal]:
        """Return what the OMS has booked as refunded, by the marketplace's order id."""
        return self.state.ledger.sums()


def _to_deliver(case: Case) -> str:
    again = " once more" if case.silence else ""
    return f"deliver what was kept of {case.number}{again}"
