"""The people of the scenarios, and how each of them is called.

Everybody speaks to one `Stage` and to nothing else, so the same people play in process and over the control API.
"""

from typing import Any

from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.buyer import Buyer, Unseen
from rehearsal.gherkin.errors import Miswritten, NotJudged
from rehearsal.gherkin.refusals import Bought, Told, known_market
from rehearsal.gherkin.staff import Clock, Courier, Operator, Seller, SellerCenter, Watcher
from rehearsal.gherkin.timeline import Entry
from rehearsal.gherkin.which import ORDINALS


class Shops:
    """The seller's shops, in the order in which they opened. One is there from the beginning."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def opens(
        self, nth: str, place: str | None, *, shared: bool = False, sandbox: bool = False, authorized: bool = True
    ) -> None:
        """Open the next shop, in its own market or in that of the first; the connector is let in at once or not.

        It may share the first one's authorization.
        """
        shops = self.stage.world()["shops"]
        if ORDINALS[nth] != (many := len(shops)):
            raise Miswritten(f"the {nth} shop cannot be the next: {many} opened so far")
        with known_market(place, beside_others=shared):
            self.stage.add_shop(
                profile=place,
                seller=shops[0]["seller"] if shared else None,
                sandbox=sandbox or None,
                authorized=authorized and None,
            )

    def id_of(self, nth: str | None) -> str | None:
        """Return the id of the shop that is meant; of none, nothing."""
        if nth is None:
            return None
        shops = self.stage.world()["shops"]
        if ORDINALS[nth] >= len(shops):
            raise Miswritten(f'there is no {nth} shop so far; "there is a {nth} shop" comes first')
        return str(shops[ORDINALS[nth]]["shop_id"])

    def lets_in_again(self, nth: str) -> None:
        """Let the connector into a shop, be it again."""
        self.stage.authorize_shop(str(self.id_of(nth)))


class ConnectorProcess:
    """The connector as a process that can die."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.down = False

    def dies(self) -> None:
        """End it without a farewell."""
        if self.down:
            raise Miswritten('the connector has been killed already; "the connector starts again" comes first')
        self.stage.kill_connector()
        self.down = True

    def is_due(self, after: str, nth: int, times: int) -> None:
        """Have it die after each `nth` commit, or call that changes something, and start again at once."""
        self.stage.kill_connector(after=after, nth=nth, times=times)

    def starts(self) -> None:
        """Start it again on the database that it left."""
        try:
            self.stage.start_connector()
        except Problem as refusal:
            if self.down or refusal.status != 409:
                raise
            raise Miswritten('the connector runs; "the connector is killed" comes first') from refusal
        self.down = False


class Trouble:
    """What goes wrong on purpose. The first `over_all` faults are planned in every scenario of the run."""

    def __init__(self, stage: Stage, over_all: int) -> None:
        self.stage = stage
        self._over_all = over_all

    def comes(self, kind: str, **fault: Any) -> None:
        """Plan a fault: `to`, `operation`, `times`, `until` and the like, as `plan_fault` takes them."""
        self.stage.plan_fault(kind=kind, **fault)

    def is_over(self) -> None:
        """End all of it."""
        self.stage.lift_faults()

    @property
    def planned(self) -> list[Json]:
        """The faults of this scenario, or where it has none those of the whole run, each with what it hit."""
        faults = list(self.stage.faults()["faults"])
        return faults[self._over_all :] or faults


class Cast:
    """Everybody on one stage. A buyer comes on when first called by name. `entries` tell what anybody has done.

    So many faults are planned `over_all` scenarios of the run.
    """

    def __init__(self, stage: Stage, entries: list[Entry], over_all: int = 0) -> None:
        self.stage = stage = Told(stage, self._bought, entries)
        self.clock = Clock(stage)
        self.courier = Courier(stage)
        self.operator = Operator(stage)
        self.seller = Seller(stage)
        self.seller_center = SellerCenter(stage)
        self.watcher = Watcher(stage)
        self.connector = ConnectorProcess(stage)
        self.trouble = Trouble(stage, over_all)
        self.shops = Shops(stage)
        self._buyers: dict[str, Buyer] = {}

    def buyer(self, name: str) -> Buyer:
        """Return the buyer of that name, who comes on when first called."""
        return self._buyers.setdefault(name, Buyer(self.stage, name, self._with_orders))

    def _bought(self) -> list[Bought]:
        return [
            Bought(buyer.name, order, [claim for claim in buyer.claims if claim.order is order])
            for buyer in self._buyers.values()
            for order in buyer.orders
        ]

    def _with_orders(self) -> list[Buyer]:
        return [buyer for buyer in self._buyers.values() if buyer.orders]

    def begin_anew(self) -> None:
        """Refuse to begin the world anew once somebody has ordered: the order would be forgotten."""
        if self.names():
            raise Miswritten("this step begins the world anew; it stands before anybody orders something")
        self.connector.down = False

    def names(self) -> dict[str, str]:
        """Return whose each order is."""
        return {order.id: buyer.name for buyer in self._buyers.values() for order in buyer.orders}

    def told_no(self, who: str) -> Problem:
        """Return the refusal that a buyer, "the seller" or "Seller Center" got last."""
        person: Any = {"the seller": self.seller, "Seller Center": self.seller_center}.get(who) or self.buyer(who)
        refusal: Problem | None = person.refusal
        if refusal is None and person is self.seller and self.seller.not_judged:
            raise NotJudged(self.seller.not_judged)
        if refusal is None:
            raise Unseen(f"{who} was not refused anything")
        return refusal
