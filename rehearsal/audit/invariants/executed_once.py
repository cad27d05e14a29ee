"""What the seller decided is carried out: all of it, once, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rehearsal.audit.decision_ledger import Decision, Mandates, Request
from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import NO_OBJECTION, Adjustment, News, Objection, Sight, Stillness, Watcher
from rehearsal.wire.recorder import Exchange


class ExecutedOnce(Watcher):
    """`executed-once`. A yes where the seller said no is for `no-refund-after-no`.

    `by_default` answers whether the connector says of an order that it has answered in the seller's place, as a shop
    may have asked it to.
    """

    number = 2
    rule = "Every refund the seller decided is executed exactly once, or ends in an error a person can see."
    needs = frozenset({Sight.MARKETPLACE, Sight.OMS})

    def __init__(self, by_default: Callable[[str], bool]) -> None:
        super().__init__()
        self._by_default = by_default
        self._mandates = Mandates()

    def hear(self, news: News) -> Iterable[Objection]:
        """Pair what was decided with what is done."""
        if news.data.get("accepted") and (
            news.name == "refund_requested"
            or (news.name == "decision_given" and news.data.get("decision") in ("approve", "partial"))
        ):
            self.occasions += 1
        self._mandates.hear(news)
        return NO_OBJECTION

    def see(self, exchange: Exchange) -> Iterable[Objection]:
        """Learn who did it."""
        self._mandates.see(exchange)
        return NO_OBJECTION

    def after_act(self, now: object) -> Iterable[Objection]:
        """What has been done was decided, unless the connector answered for the seller and says so."""
        for departure in self._mandates.departures():
            if departure.decision is None and self._by_default(departure.order_id):
                continue
            if not departure.approves_a_rejection:
                yield departure.objection()

    def at_stillness(self, stillness: Stillness) -> Iterable[Objection]:
        """Every decision has been carried out, or is in a person's sight, or is out of date."""
        yield from self.after_act(stillness.at)
        rows = {row.id: row for row in stillness.adjustments}
        for decision in self._mandates.owed():
            row = rows.get(decision.adjustment_id)
            if not _failed(row):
                yield _lost(decision, row)
        unpaid, self._mandates.unpaid = self._mandates.unpaid, {}
        for identity, request in unpaid.items():
            request.failed = _failed(rows.get(identity))
        for identity, request in unpaid.items():
            row = rows.get(identity)
            known = row is not None and self._mandates.started_by_seller(row.return_id or row.cancel_id)
            missing = self._mandates.missing(request.order_id)
            if not request.failed and (missing or not known):
                self._mandates.unpaid[identity] = request
                yield self._unpaid(request, row)

    def _unpaid(self, request: Request, row: Adjustment | None) -> Objection:
        done = self._mandates.carried_out(request.order_id)
        return Objection(
            f"lost {request.adjustment_id}",
            "connector",
            "the refund executed at the marketplace, or an error on the adjustment",
            f"{done} refunded at the marketplace; the OMS sees {_status(row)}",
            Witness(
                events=(request.seq,),
                money={"asked": str(request.amount), "refunded": str(done)},
                about={"order_id": request.order_id, "adjustment_id": request.adjustment_id},
            ),
        )


def _failed(row: Adjustment | None) -> bool:
    return row is not None and (row.status == "Error" or bool(row.error))


def _status(row: Adjustment | None) -> str:
    return row.status if row else "no such adjustment"


def _lost(decision: Decision, row: Adjustment | None) -> Objection:
    return Objection(
        f"lost {decision.claim} {decision.seq}",
        "connector",
        f"the decision ({decision}) carried out at the marketplace, or an error on the adjustment",
        f"the marketplace still asks; the OMS sees {_status(row)}",
        Witness(
            events=(decision.seq,),
            about={
                "order_id": decision.order_id,
                "adjustment_id": decision.adjustment_id,
                "claim": decision.claim,
            },
        ),
    )
