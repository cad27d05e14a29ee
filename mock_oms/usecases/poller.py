"""One pull: everything the OMS does by itself, in a fixed order.

Orders not yet exported, adjustments created since the last pull, every open adjustment again; then what could not be
delivered before, then what the policy decides. The first failure ends the pull; the next one starts over, and nothing
is lost by that: an order is exported only when it is kept, and the watermark moves only when everything was read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from mock_oms.adapters.channeladvisor import ChannelAdvisor
from mock_oms.domain.cases import Adjustment, AdjustmentKey, Case, Decision, Level, PartState
from mock_oms.domain.ledger import Entry
from mock_oms.domain.statuses import PAID
from mock_oms.errors import ConnectorError, Rejected
from mock_oms.state.store import Records
from mock_oms.usecases.decision_delivery import Decisions, Outcome
from mock_oms.usecases.refunds import Refunds

# Certainty: assumed. Adjustments carry no date of change, and the connector's clock is not ours.
OVERLAP: Final = timedelta(hours=1)


@dataclass
class Tally:
    """What a pull has changed."""

    orders: int = 0
    adjustments: int = 0
    decisions: int = 0
    refunds: int = 0
    booked: Decimal = Decimal("0.00")
    in_vain: list[str] = field(default_factory=list)  # cases whose telling has begun to be in vain
    failure: str | None = None
    cases: dict[str, None] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        news = (self.orders, self.adjustments, self.decisions, self.refunds, self.in_vain, self.failure)
        return any(news)

    def words(self, currency: str) -> str:
        """Say what happened."""
        news = [
            _count(self.orders, "new order"),
            _count(self.adjustments, "adjustment"),
            _count(self.decisions, "decision"),
            _count(self.refunds, "refund asked for", "refunds asked for"),
            f"booked {self.booked} {currency}".strip() if self.booked else "",
            f"{', '.join(self.in_vain)} told the connector again in vain" if self.in_vain else "",
            self.failure or "",
        ]
        return "pull: " + (", ".join(item for item in news if item) or "nothing new")


class Pull:
    """Pulls. `tell` passes on an event; `decide` is the policy: what to answer to a case, if anything."""

    def __init__(
        self,
        *,
        api: ChannelAdvisor,
        records: Records,
        decisions: Decisions,
        refunds: Refunds,
        tell: Callable[[str, Case, dict[str, object]], None],
        decide: Callable[[Case], Decision | None],
    ) -> None:
        self._api = api
        self._records = records
        self._decisions = decisions
        self._refunds = refunds
        self._tell = tell
        self._decide = decide
        self._since: datetime | None = None

    def run(self, now: datetime) -> Tally:
        """Do one pull."""
        tally = Tally()
        try:
            self._pull_orders(tally)
            fresh = self._pull_new_adjustments(now, tally)
            for read in self._api.adjustments_again(self._records.open.keys() - fresh):
                self._take_in(read, now, tally)
        except ConnectorError as error:
            tally.failure = str(error)
            return tally
        self._send_what_is_left(now, tally)
        self._follow_policy(now, tally)
        return tally

    def _pull_orders(self, tally: Tally) -> None:
        for order in self._api.new_orders():
            tally.orders += self._records.keep_order(order)
            try:
                self._api.mark_exported(order.ref)
            except Rejected as rejected:  # one order the connector will not let go must not hold up all the rest
                tally.failure = f"order {order.order_id} cannot be exported: {rejected.words}"

    def _pull_new_adjustments(self, now: datetime, tally: Tally) -> set[AdjustmentKey]:
        since = None if self._since is None else self._since - OVERLAP
        read = [adjustment for level in Level for adjustment in self._api.adjustments_since(level, since)]
        for adjustment in read:
            self._take_in(adjustment, now, tally)
        self._since = now
        return {adjustment.key for adjustment in read}

    def _take_in(self, read: Adjustment, now: datetime, tally: Tally) -> None:
        """Take an adjustment into its case, and book it when it is done."""
        records = self._records
        case = records.case_for(read) or self._open_case(read, now)
        if case.adjustments.get(read.key) != read:
            was_unsent = case.unsent
            case = records.keep(case.reading(read))
            if was_unsent and not case.unsent:  # the refund had arrived after all; only its answer was lost
                self.tell_refund(case)
            tally.adjustments += 1
            tally.cases[case.number] = None
        if read.status == PAID:
            entry = Entry(case.order_id, case.number, read.key, read.amount, now)
            if records.ledger.book(entry):
                tally.booked += read.amount
                self._tell("booked", case, {"amount": read.amount})

    def _open_case(self, read: Adjustment, now: datetime) -> Case:
        order = self._records.order_by_ref(read.order_ref)
        if order is None:  # never exported to us, yet adjusted
            order = self._api.order(read.order_ref)
            self._records.keep_order(order)
        return Case(
            number=self._records.new_number(),
            kind=read.kind,
            order_ref=order.ref,
            order_id=order.order_id,
            opened_at=now,
        )

    def _send_what_is_left(self, now: datetime, tally: Tally) -> None:
        for number in list(self._records.unsent):
            case = self._records.cases[number]
            if case.kept is not None:
                outcome = self._decisions.give_again(case)
                if outcome.kept and outcome.case.silence and not outcome.taken:
                    self._told_in_vain(outcome.case, tally)
                else:
                    self.settle(outcome, case.kept.decision, tally)
            else:
                before = case
                case, found = self._refunds.ask_again(case)
                if [part.state for part in case.parts] == [part.state for part in before.parts]:
                    self._told_in_vain(case, tally)
                else:
                    self._records.keep(case)
                    tally.refunds += 1
                    tally.cases[number] = None
                    if not case.unsent and any(part.state is PartState.ACCEPTED for part in case.parts):
                        self.tell_refund(case)
                for read in found:
                    self._take_in(read, now, tally)

    def _told_in_vain(self, case: Case, tally: Tally) -> None:
        """Keep what came back from a further attempt; the first one in vain is news, the others are not."""
        before, silence = self._records.cases[case.number].silence, case.silence
        if silence is None:
            return
        self._records.keep(replace(case, silence=replace(silence, again=True)))
        if before is None or not before.again:
            tally.in_vain.append(case.number)
            tally.cases[case.number] = None

    def _follow_policy(self, now: datetime, tally: Tally) -> None:
        for case in self._records.open_cases():
            decision = None if case.kept else self._decide(case)
            if decision is None:
                continue
            asking = frozenset(adjustment.key for adjustment in case.asking(decision.question))
            if asking <= case.tried_by_policy:
                continue
            case = self._records.keep(replace(case, tried_by_policy=case.tried_by_policy | asking))
            self.settle(self._decisions.give(case, decision), decision, tally)

    def settle(self, outcome: Outcome, decision: Decision, tally: Tally) -> Case:
        """Keep what came of a decision that nobody stands waiting for, and tell of it."""
        before = self._records.cases[outcome.case.number]
        case = outcome.case
        if outcome.rejected is not None:
            case = replace(case, kept=None)
        if case == before and not outcome.taken:
            return case
        case = self._records.keep(counting_offers(case, decision, outcome))
        tally.decisions += 1
        tally.cases[case.number] = None
        if outcome.rejected is None and (outcome.taken or outcome.kept):
            self._records.judge(case, decision.grade)
            self.tell_decision(case, decision, accepted=not outcome.kept)
        return case

    def tell_decision(self, case: Case, decision: Decision, *, accepted: bool) -> None:
        self._tell(
            "decision_given",
            case,
            {
                "decision": "partial" if decision.amount is not None else str(decision.verdict),
                "question": str(decision.question),
                "amount": case.amount if decision.amount is None else decision.amount,
                "grade": decision.grade,
                "accepted": accepted,
            },
        )

    def tell_refund(self, case: Case) -> None:
        units = [unit for part in case.parts if part.item_ref is not None for unit in part.units]
        self._tell(
            "refund_requested",
            case,
            {"line_item_ids": units or None, "amount": case.amount, "accepted": not case.unsent},
        )


def counting_offers(case: Case, decision: Decision, outcome: Outcome) -> Case:
    """Return the case knowing of an offer that has been made."""
    made = decision.amount is not None and outcome.taken > 0 and outcome.rejected is None and not outcome.kept
    return replace(case, offers=case.offers + 1) if made else case


def _count(number: int, one: str, many: str | None = None) -> str:
    if not number:
        return ""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"
