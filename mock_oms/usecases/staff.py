"""The OMS: what the seller's staff can order and see, what the warehouse reports, and what it does by itself.

`Oms` is the composition root of the package. It meets the connector over HTTP only. A staff decision calls the
connector within the call: where the connector says no, `Refused` is raised and nothing has changed; where it does not
answer, the decision is kept, tried again at the next pull, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn, TypeVar

import requests
from flask import Flask

from mock_oms.adapters.channeladvisor import ChannelAdvisor
from mock_oms.domain.cases import Adjustment, Case, Decision, KeptDecision, Kind
from mock_oms.domain.grades import UNGRADED, Grade
from mock_oms.domain.ledger import Entry
from mock_oms.domain.money import ZERO, in_cents, split_for_each
from mock_oms.domain.orders import Order
from mock_oms.domain.policy import ANSWERS, Policy, offers_part
from mock_oms.domain.reasons import is_reason
from mock_oms.domain.refunds import Left, left_of
from mock_oms.domain.statuses import Question, Verdict, meaning
from mock_oms.errors import HALF_ANSWERED, Refused, refusal
from mock_oms.pages.app import create_app
from mock_oms.state.agenda import AgendaEntry, Clock, Due, Fired, Grid
from mock_oms.state.events import Event, Listener
from mock_oms.state.store import Parcel, Records
from mock_oms.usecases.decision_delivery import Decisions, can_come
from mock_oms.usecases.poller import Pull, counting_offers
from mock_oms.usecases.refunds import Refunds

WHO: Final = "oms"
# Of UTF-8. Certainty: assumed; the channel was seen to take 500 bytes and to refuse 560 characters.
COMMENT_BYTES: Final = 500
PULL_EVERY: Final = timedelta(minutes=15)  # certainty: assumed
POLICY_TRIES_AGAIN: Final = 1  # certainty: assumed. A policy that answered for ever would never be seen to fail

Word = TypeVar("Word", Grade, Policy)


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """One case, as it is listed: a return, a cancellation, or a refund the seller started."""

    id: str
    kind: str
    return_id: str | None
    cancel_id: str | None
    order_id: str
    status: str
    amount: Decimal
    deadline: datetime | None
    error: str | None
    can: tuple[str, ...]  # what staff can do with it now: approve, reject, inspect


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an order to the OMS. `kept`: the connector has not taken it yet; it will be tried again."""

    row: AdjustmentRow
    kept: bool


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
    ) -> None:
        self._clock = clock
        self.policy = _word(Policy, policy, "policy")
        self._grid = Grid(clock.now(), pull_every)
        self._listeners: list[Listener] = []
        self.records = Records()
        api = ChannelAdvisor(
            clock=clock,
            http=http,
            application_id=application_id,
            shared_secret=shared_secret,
            refresh_token=refresh_token,
            url=connector_url,
        )
        self._decisions = Decisions(api=api, clock=clock)
        self._refunds = Refunds(api=api, clock=clock, seed=seed)
        self._pull = Pull(
            api=api,
            records=self.records,
            decisions=self._decisions,
            refunds=self._refunds,
            tell=self._tell,
            decide=self._by_policy,
        )
        self.app: Flask = create_app(self)

    # what it does by itself
    def next_due(self) -> Due | None:
        """Return the next pull."""
        return self._grid.due()

    def run_due(self, now: datetime) -> Fired:
        """Do the one pull that is due at or before `now`."""
        if self._grid.next > now:
            raise LookupError(f"Nothing is due before {self._grid.next}.")
        self._grid = self._grid.after()
        tally = self._pull.run(now)
        cases = [self.records.cases[number] for number in tally.cases]
        only = cases[0] if len(cases) == 1 else None
        currency = self._currency(cases[0].order_id) if cases else ""
        return Fired(
            at=now,
            who=WHO,
            what=tally.words(currency),
            changed=tally.changed,
            return_id=only.return_id if only else None,
            order_id=only.order_id if only else None,
        )

    def agenda(self) -> list[AgendaEntry]:
        """Return the next pull, and what it is going to deliver."""
        due = self._grid.next
        kept = [self.records.cases[number] for number in self.records.unsent]
        return [
            AgendaEntry(due, WHO, "pull", None),
            *(AgendaEntry(due, WHO, _to_deliver(case), case.return_id) for case in kept),
        ]

    def waiting(self) -> int:
        """Return how many cases hold something the connector has not taken yet."""
        return len(self.records.unsent)

    # what staff see
    @property
    def now(self) -> datetime:
        return self._clock.now()

    def adjustments(self) -> list[AdjustmentRow]:
        """Return all cases, oldest first."""
        return [self._row(case) for case in self.records.cases.values()]

    def ledger(self) -> dict[str, Decimal]:
        """Return what the OMS has booked as refunded, by the marketplace's order id."""
        return self.records.ledger.sums()

    def entries(self, order_id: str) -> list[Entry]:
        """Return one order's entries in the ledger."""
        return self.records.ledger.entries(order_id)

    def refundable(self, order_id: str) -> Left:
        """Return what is left to refund of an order."""
        return left_of(self._order(order_id), self.records.cases_of_order(order_id))

    def subscribe(self, listener: Listener) -> None:
        """Tell `listener` of every event from now on."""
        self._listeners.append(listener)

    # what staff decide
    def approve(self, adjustment_id: str, *, amount: Decimal | None = None) -> Answer:
        """Say yes to whatever the case asks; `amount` below the total makes it an offer of a part."""
        case, question = self._asked(adjustment_id)
        if amount is None:
            return self._give(case, self._plain(case, question, Verdict.APPROVE))
        amount = _sum(amount, "amount")
        if question is Question.GOODS:
            raise Refused(409, "No part of it", "Goods that came back are accepted or refused whole.", "amount")
        if case.kind is Kind.CANCELLATION and amount != case.amount:
            raise Refused(409, "No part of it", "A cancellation is approved or rejected whole.", "amount")
        if amount > case.amount:
            raise Refused(422, "Too much", f"The request is about {case.amount}, not {amount}.", "amount")
        if amount == case.amount:
            return self._give(case, self._plain(case, question, Verdict.APPROVE))
        if amount < case.least_offer:
            detail = (
                f"Each line that money is asked for must get some: the least that can be offered is {case.least_offer}."
            )
            raise Refused(422, "Too little", detail, "amount")
        return self._give(case, self._offer(case, amount))

    def reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> Answer:
        """Say no to whatever the case asks."""
        reason, comment = _a_reason(reason), _a_comment(comment)
        case, question = self._asked(adjustment_id)
        decision = self._plain(case, question, Verdict.REJECT)
        return self._give(case, replace(decision, reason=reason, comment=comment))

    def inspect(self, return_id: str, *, grade: str, accept: bool) -> Answer:
        """Grade goods that came back, and accept or refuse them. It may come before the adjustment is known."""
        graded = _word(Grade, grade, "grade")
        if not isinstance(accept, bool):
            raise Refused(422, "Bad value", "accept is true or false.", "accept")
        case, parcel = self.records.case_of_return(return_id), self.records.parcels.get(return_id)
        if case is None and parcel is None:
            raise Refused(404, "Unknown return", f"The OMS knows no return {return_id}.", "return_id")
        if parcel is None:
            raise Refused(409, "Not here yet", f"The parcel of return {return_id} has not arrived.")
        decision = Decision(Question.GOODS, Verdict.APPROVE if accept else Verdict.REJECT, grade=graded)
        if case is None:
            case = self._case_of_parcel(parcel)
        elif case.kept is not None:
            raise Refused(409, "Decided already", f"A decision on {case.number} is kept until the connector answers.")
        elif case.asks is Question.GOODS:
            return self._give(case, decision)
        elif parcel.grade is not None or not can_come(case):
            _nothing_waits(case)
        kept = self.records.keep(replace(case, kept=KeptDecision(decision, left=None)))
        self.records.judge(kept, graded)
        self._pull.tell_decision(kept, decision, accepted=False)
        return Answer(self._row(kept), kept=True)

    def refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: Decimal | None = None,
        reason: str | None = None,
    ) -> Answer:
        """Give money back that nobody asked for: of a whole order or of some of its units, all or a part of it."""
        order = self._order(order_id)
        amount = None if amount is None else _sum(amount, "amount")
        reason = _a_reason(reason)
        units = None if line_item_ids is None else _units(order, line_item_ids)
        number = self.records.new_number()
        left = self.refundable(order_id)
        case = Case(
            number=number,
            kind=Kind.REFUND,
            order_ref=order.ref,
            order_id=order_id,
            opened_at=self._clock.now(),
            parts=self._refunds.make_up(number, order, units, amount=amount, reason=reason, left=left),
        )
        case = self.records.keep(self._refunds.ask(case))
        self._pull.tell_refund(case)
        return Answer(self._row(case), kept=case.unsent)

    # what the warehouse reports
    def receive_parcel(
        self, *, return_id: str, order_id: str, line_item_ids: Sequence[str], tracking_number: str | None = None
    ) -> None:
        """Note that goods came back. The same parcel twice is one parcel."""
        if return_id in self.records.parcels:
            return
        now = self._clock.now()
        parcel = Parcel(return_id, order_id, tuple(line_item_ids), tracking_number, now)
        self.records.parcels[return_id] = parcel
        data = {
            "return_id": return_id,
            "order_id": order_id,
            "line_item_ids": parcel.line_item_ids,
            "tracking_number": tracking_number,
        }
        self._announce(Event(now, "parcel_received", data))

    # inside
    def _asked(self, adjustment_id: str) -> tuple[Case, Question]:
        """Return a case and what it asks now; refuse where it asks nothing or cannot be answered yet."""
        case = self.records.cases.get(adjustment_id)
        if case is None:
            raise Refused(404, "Unknown adjustment", f"The OMS knows no adjustment {adjustment_id}.", "adjustment_id")
        if case.kept is not None:
            raise Refused(409, "Decided already", f"A decision on {case.number} is kept until the connector answers.")
        if case.asks is None:
            _nothing_waits(case)
        if case.asks is Question.GOODS and self.records.parcel_of(case) is None:
            raise Refused(409, "Not here yet", f"The parcel of return {case.return_id} has not arrived.")
        return case, case.asks

    def _can(self, case: Case) -> tuple[str, ...]:
        """Say what of `approve`, `reject` and `inspect` would not be refused for where the case stands."""
        parcel = self.records.parcel_of(case)
        if case.kept is not None:
            return ()
        if case.asks is Question.REQUEST:
            return ("approve", "reject")
        if case.asks is Question.GOODS:
            return ("approve", "reject", "inspect") if parcel else ()
        return ("inspect",) if parcel and parcel.grade is None and can_come(case) else ()

    def _row(self, case: Case) -> AdjustmentRow:
        return AdjustmentRow(
            id=case.number,
            kind=str(case.kind),
            return_id=case.return_id,
            cancel_id=case.cancel_id,
            order_id=case.order_id,
            status=case.status,
            amount=case.amount,
            deadline=case.deadline,
            error=case.error,
            can=self._can(case),
        )

    def _plain(self, case: Case, question: Question, verdict: Verdict) -> Decision:
        parcel = self.records.parcel_of(case)
        grade = None
        if question is Question.GOODS:
            grade = (parcel.grade if parcel else None) or UNGRADED[verdict is Verdict.APPROVE]
        return Decision(question, verdict, grade=grade)

    def _offer(self, case: Case, amount: Decimal) -> Decision:
        """Return the offer of a part, shared out over the lines by what is left of each, where that suffices."""
        asked: list[Adjustment] = [a for a in case.answerable(Question.REQUEST) if a.amount]
        weights = [a.amount for a in asked]
        order = self.records.orders.get(case.order_id)
        if order is not None and all(a.unit_ids for a in asked):
            others = [other for other in self.records.cases_of_order(case.order_id) if other.number != case.number]
            left = left_of(order, others).units
            rests = [min(a.amount, sum((left.get(unit, ZERO) for unit in a.unit_ids), ZERO)) for a in asked]
            weights = rests if all(rests) and sum(rests) >= amount else weights
        shares = dict(zip([a.key for a in asked], split_for_each(amount, weights), strict=True))
        return Decision(Question.REQUEST, Verdict.APPROVE, amount=amount, shares=shares)

    def _give(self, case: Case, decision: Decision) -> Answer:
        """Give a decision that somebody stands waiting for."""
        outcome = self._decisions.give(case, decision)
        if outcome.rejected is not None:
            refused = refusal(outcome.rejected)
            if outcome.taken:  # the case says what has been left behind, and asks on
                note = self.records.keep(outcome.case).note or refused.detail
                refused = Refused(409, HALF_ANSWERED, note, refused.field)
            raise refused from outcome.rejected
        case = self.records.keep(counting_offers(outcome.case, decision, outcome))
        self.records.judge(case, decision.grade)
        self._pull.tell_decision(case, decision, accepted=not outcome.kept)
        return Answer(self._row(case), kept=outcome.kept)

    def _by_policy(self, case: Case) -> Decision | None:
        """Return what the policy answers to a case now, if anything; what failed twice is left to a person."""
        if case.failures > POLICY_TRIES_AGAIN:
            return None
        question = case.asks
        verdict = ANSWERS.get((self.policy, question)) if question else None
        if question is None or verdict is None:
            return None
        if question is Question.GOODS and self.records.parcel_of(case) is None:
            return None
        if offers_part(self.policy, case):
            return self._offer(case, in_cents(case.amount / 2))
        return self._plain(case, question, verdict)

    def _case_of_parcel(self, parcel: Parcel) -> Case:
        order = self.records.orders.get(parcel.order_id)
        return Case(
            number=self.records.new_number(),
            kind=Kind.RETURN,
            order_ref=order.ref if order else None,
            order_id=parcel.order_id,
            opened_at=self._clock.now(),
            return_id=parcel.return_id,
        )

    def _order(self, order_id: str) -> Order:
        order = self.records.orders.get(order_id)
        if order is None:
            raise Refused(404, "Unknown order", f"Order {order_id} has not reached the OMS yet.", "order_id")
        return order

    def _currency(self, order_id: str) -> str:
        order = self.records.orders.get(order_id)
        return order.currency if order else ""

    def _tell(self, name: str, case: Case, data: dict[str, object]) -> None:
        ids = {
            "adjustment_id": case.number,
            "return_id": case.return_id,
            "cancel_id": case.cancel_id,
            "order_id": case.order_id,
        }
        self._announce(Event(self._clock.now(), name, {**ids, **data}))

    def _announce(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)


def _to_deliver(case: Case) -> str:
    again = " once more" if case.silence else ""
    return f"deliver what was kept of {case.number}{again}"


def _nothing_waits(case: Case) -> NoReturn:
    means = meaning(case.status)
    state = "It is over" if means.terminal else "Nothing waits for an answer"
    raise Refused(409, "No decision waits", f"{state}: {case.number} is {case.status} ({means.words.lower()}).")


def _word(words: type[Word], value: str, field: str) -> Word:
    try:
        return words(value)
    except ValueError:
        choice = ", ".join(words)
        raise Refused(422, "Bad value", f"{field} is one of {choice}, not {value!r}.", field) from None


def _sum(value: Decimal, field: str) -> Decimal:
    try:
        amount = Decimal(value)
        good = amount.is_finite() and amount > ZERO and amount == in_cents(amount)
    except (InvalidOperation, ValueError, TypeError):
        good = False
    if not good:
        raise Refused(422, "Bad value", f"{field} is a sum above zero in whole cents, not {value}.", field)
    return in_cents(amount)


def _a_reason(reason: str | None) -> str | None:
    if not reason:
        return None
    if not isinstance(reason, str) or not is_reason(reason):
        detail = f"reason is a ChannelAdvisor reason or a key of the marketplace's own, not {reason!r}."
        raise Refused(422, "Bad value", detail, "reason")
    return reason


def _a_comment(comment: str | None) -> str | None:
    if not comment:
        return None
    if not isinstance(comment, str) or len(comment.encode()) > COMMENT_BYTES:
        raise Refused(422, "Bad value", f"comment is a text of at most {COMMENT_BYTES} bytes.", "comment")
    return comment


def _units(order: Order, line_item_ids: Sequence[str]) -> list[str]:
    unknown = [unit for unit in line_item_ids if order.line_of(unit) is None]
    if unknown:
        detail = f"Order {order.order_id} has no line item {', '.join(map(str, unknown))}."
        raise Refused(422, "Bad value", detail, "line_item_ids")
    if not line_item_ids or len(set(line_item_ids)) != len(line_item_ids):
        raise Refused(422, "Bad value", "line_item_ids names each unit once, and at least one.", "line_item_ids")
    return list(line_item_ids)
