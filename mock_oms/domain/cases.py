"""A case: everything the OMS knows of one return, one cancellation or one refund of its own.

The connector speaks of adjustments, one per order item; staff think in cases. A case gathers the adjustments of one
RMA number (a rejected return whose dispute the buyer wins gets new ones), the refunds the seller asked for, and an
answer that could not be delivered yet. Pure values: a change is a new case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from mock_oms.domain.grades import Grade
from mock_oms.domain.money import ZERO, made_of, unit_of, written
from mock_oms.domain.statuses import FAILED, HANDED_OVER, PROMISED, UNSENT, Question, Verdict, loudest, meaning


class Kind(StrEnum):
    """What a case is about."""

    REFUND = "REFUND"
    RETURN = "RETURN"
    CANCELLATION = "CANCELLATION"


class Level(StrEnum):
    """Which of the connector's two sets an adjustment is in; each has ids of its own."""

    ORDER = "OrderAdjustments"
    ITEM = "OrderItemAdjustments"


AdjustmentKey = tuple[Level, int]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One adjustment as last read from the connector. What only some connectors tell is None where it is not told."""

    key: AdjustmentKey
    order_ref: str
    item_ref: str | None
    kind: Kind
    status: str
    amount: Decimal
    quantity: int | None
    created_at: datetime | None
    rma_number: str | None
    site_id: str | None
    seller_id: str | None
    tracking: str | None
    comment: str | None
    unit_ids: tuple[str, ...] = ()
    unit_amounts: Mapping[str, Decimal] = field(default_factory=dict)  # what of the amount falls on which unit
    parts: Mapping[str, Decimal] = field(default_factory=dict)  # what the amount is made up of
    tax_on_shipping: Decimal | None = None  # as far as it is told apart
    site_status: str | None = None
    carrier: str | None = None
    reason: str | None = None  # ChannelAdvisor's
    site_reason_key: str | None = None
    site_reason_text: str | None = None
    pictures: int | None = None  # with which the buyer has asked
    videos: int | None = None
    restock: bool = False
    refunded_at: datetime | None = None
    deadline: datetime | None = None
    shipped_back_at: datetime | None = None
    error: str | None = None
    created_by: str | None = None  # ChannelAdvisor's sources: who has made it, and who moved it last
    updated_by: str | None = None
    decided_by: str | None = None
    type: str | None = None  # ChannelAdvisor's: Refund or Cancellation
    profile: str | None = None  # ChannelAdvisor's number of the account that the shop is in
    arbitration_status: str | None = None  # the marketplace's own; empty where it has none, None where nobody tells it
    by_seller: bool = False  # whether the seller started it through the connector
    replaces: bool = False  # the same goods are asked for once more, and no money
    updated_at: datetime | None = field(default=None, compare=False)

    @property
    def terminal(self) -> bool:
        return meaning(self.status).terminal

    @property
    def made_of(self) -> dict[str, Decimal]:
        """What the amount is made up of, as a buyer would say it."""
        return made_of(self.parts, self.amount)

    @property
    def offerable(self) -> bool:
        """Whether a part of what it asks for could be offered."""
        return self.kind is not Kind.CANCELLATION and not self.replaces and bool(self.amount)

    @property
    def site_reason(self) -> str | None:
        """Why it was asked for, in words where there are any."""
        return self.site_reason_text or self.site_reason_key

    @property
    def request_id(self) -> str | None:
        """The marketplace's number of what it belongs to; all lines of that are answered alike."""
        return self.site_id or self.rma_number

    @property
    def return_id(self) -> str | None:
        return None if self.kind is Kind.CANCELLATION else self.rma_number or self.site_id

    @property
    def cancel_id(self) -> str | None:
        return self.site_id or self.rma_number if self.kind is Kind.CANCELLATION else None


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer of the seller's staff to what a case asks."""

    question: Question
    verdict: Verdict
    amount: Decimal | None = None  # what is offered, where it is less than what was asked for
    instead: bool = False  # the money, and not what is to be replaced
    grade: Grade | None = None
    grades: Mapping[str, Grade] = field(default_factory=dict)  # by unit, where they were looked at one by one
    reason: str | None = None
    comment: str | None = None
    shares: Mapping[AdjustmentKey, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision the connector has not taken yet. `left` is None while the adjustment itself is still unknown.

    Where it has `begun` with a line, its first word was said with that one, if the connector has taken it.
    """

    decision: Decision
    left: tuple[AdjustmentKey, ...] | None
    begun: AdjustmentKey | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when the connector has not taken what a case has to tell it, and what came back the last time."""

    since: datetime
    words: str
    again: bool = False  # it has been tried again in vain


class PartState(StrEnum):
    """How far a refund of the seller's own has come before the connector shows an adjustment for it."""

    TO_SEND = "to send"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RefundPart:
    """One `Adjust` call of a refund the seller starts."""

    seller_id: str  # goes along as SellerAdjustmentID, unless it is nameless: the only thing by which it is found again
    item_ref: str | None  # None: the whole order
    amount: Decimal
    units: Mapping[str, Decimal]  # what of it falls on which unit
    body: Mapping[str, object]
    parts: Mapping[str, Decimal] = field(default_factory=dict)  # what the amount is made up of, where it is stated
    state: PartState = PartState.TO_SEND
    tried: bool = False  # it may have arrived though no answer came back
    words: str | None = None

    @property
    def nameless(self) -> bool:
        return "SellerAdjustmentID" not in self.body

    @property
    def recorded(self) -> bool:
        """Whether it went back elsewhere, and the connector is only to take note of it."""
        return bool(self.body.get("PreventSiteProcessing"))


@dataclass(frozen=True, slots=True)
class Case:
    """One return, cancellation or refund. `number` is the OMS's own and never changes."""

    number: str
    kind: Kind
    order_ref: str | None
    order_id: str
    opened_at: datetime
    currency: str = ""  # of the order; unknown while only a parcel has told of it
    return_id: str | None = None
    cancel_id: str | None = None
    adjustments: Mapping[AdjustmentKey, Adjustment] = field(default_factory=dict)
    parts: tuple[RefundPart, ...] = ()
    kept: KeptDecision | None = None
    silence: Silence | None = None  # means something only while the case is unsent
    note: str | None = None  # what went wrong with an answer, in the connector's words
    half: Decision | None = None  # the answer that only some of the lines have taken
    offers: int = 0
    tried_by_policy: frozenset[AdjustmentKey] = frozenset()

    def current(self) -> list[Adjustment]:
        """Return the adjustments that speak for the case: a later one replaces what ended before it without money."""
        every = list(self.adjustments.values())
        return [old for old in every if not (_can_be_replaced(old) and any(_replaces(new, old) for new in every))]

    def unread(self) -> list[RefundPart]:
        """Return the refunds asked for that the connector has not shown yet."""
        seen = {adjustment.seller_id for adjustment in self.adjustments.values()}
        return [part for part in self.parts if part.seller_id not in seen]

    def taken_on(self) -> list[RefundPart]:
        """Return the refunds asked for that have not been refused."""
        return [part for part in self.parts if part.state is not PartState.REFUSED]

    def asked_part_by_part(self) -> dict[str, Decimal]:
        """Return what the refund that was asked for is made of; nothing where not each sum of it was stated."""
        if not all(part.parts for part in self.parts):
            return {}
        stated = [made_of(part.parts, part.amount) for part in self.parts]
        return {name: sum((one[name] for one in stated), ZERO) for name in stated[0]}

    @property
    def status(self) -> str:
        """The connector's word for where the case stands."""
        statuses = [adjustment.status for adjustment in self.current()]
        return loudest(statuses + [_PART_STATUS[part.state] for part in self.unread()] or [UNSENT])

    @property
    def amount(self) -> Decimal:
        """What the case is about, in money."""
        whole = sum((a.amount for a in self.current()), ZERO) + sum((part.amount for part in self.unread()), ZERO)
        return written(whole, self.currency)

    @property
    def terminal(self) -> bool:
        return meaning(self.status).terminal

    @property
    def asks(self) -> Question | None:
        """What the case waits to be told, if anything."""
        return meaning(self.status).asks

    @property
    def replaces(self) -> bool:
        """Whether the same goods are asked for once more, and no money."""
        return any(a.replaces for a in self.current())

    def asking(self, question: Question) -> list[Adjustment]:
        """Return the adjustments that wait for the answer to that question."""
        return [adjustment for adjustment in self.current() if meaning(adjustment.status).asks is question]

    def half_answered(self, question: Question) -> list[Adjustment]:
        """Return the adjustments whose answer counts for nothing yet, as another of the same request still asks."""
        asking = {a.request_id for a in self.asking(question)}
        pending = {PROMISED[question, verdict] for verdict in Verdict}
        return [a for a in self.current() if a.status in pending and a.request_id in asking]

    def answerable(self, question: Question) -> list[Adjustment]:
        """Return the adjustments whose answer can still be given or changed."""
        keys = {a.key for a in (*self.half_answered(question), *self.asking(question))}
        return [a for a in self.current() if a.key in keys]

    def overdue(self, now: datetime) -> bool:
        """Whether the goods have been on their way for so long that they can be judged without having come."""
        since = [adjustment.shipped_back_at for adjustment in self.asking(Question.GOODS)]
        return bool(since) and all(shipped is not None and now >= shipped + OVERDUE_AFTER for shipped in since)

    @property
    def sent_back(self) -> bool:
        """Whether the buyer has sent the goods that are asked about, as far as the connector knows."""
        return all(a.site_status != NOT_SHIPPED_BACK for a in self.asking(Question.GOODS))

    @property
    def pictures(self) -> int | None:
        """With how many pictures the buyer has asked."""
        return next((a.pictures for a in self.current() if a.pictures is not None), None)

    @property
    def videos(self) -> int | None:
        """With how many videos the buyer has asked."""
        return next((a.videos for a in self.current() if a.videos is not None), None)

    @property
    def least_offer(self) -> Decimal:
        """The least that can be offered: the smallest sum there is for each line that money is asked for."""
        return unit_of(self.currency) * sum(1 for a in self.answerable(Question.REQUEST) if a.amount)

    @property
    def deadline(self) -> datetime | None:
        """The marketplace's deadline for what is open."""
        return min((a.deadline for a in self.current() if a.deadline and not a.terminal), default=None)

    @property
    def error(self) -> str | None:
        """What went wrong, for a person to read."""
        words = [a.error or a.comment or "failed" for a in [*self._failed_before(), *self.current()] if _failed(a)]
        words += [a.error for a in self.current() if a.error and a.status != FAILED]
        words += [part.words for part in self.unread() if part.words]
        words += [self.note] if self.note else []
        if self.silence and self.unsent:
            words.append(UNHEARD.format(since=self.silence.since, words=self.silence.words))
        return "; ".join(dict.fromkeys(words)) or None

    def _failed_before(self) -> list[Adjustment]:
        """Return what ended in an error and was asked anew, until the seller's next answer has made up for it.

        While that waits the error tells what to mend; after a lapse, or an act of others, why it came to that.
        """
        current = self.current()
        if self.asks is None and all(a.decided_by in (None, *_SELLERS) for a in current):
            return []
        keys = {a.key for a in current}
        return [a for a in self.adjustments.values() if _failed(a) and a.key not in keys]

    @property
    def troubled(self) -> bool:
        """Whether a person had better look at it."""
        return self.status == FAILED or bool(self.note or self._failed_before() or (self.silence and self.unsent))

    @property
    def failures(self) -> int:
        """How often the marketplace has refused an answer to what the case asks."""
        return max(Counter(a.item_ref for a in self.adjustments.values() if _failed(a)).values(), default=0)

    @property
    def withdrawn(self) -> bool:
        """Whether the buyer took the request back, as far as the connector tells."""
        return any("CANCEL" in (a.site_status or "") for a in self.current() if a.terminal)

    @property
    def unsent(self) -> bool:
        """Whether something of it still has to be told to the connector."""
        return self.kept is not None or any(part.state is PartState.TO_SEND for part in self.unread())

    def unheard(self, now: datetime, words: str) -> Case:
        """Return the case knowing that the connector has just not taken what it was told, and what came back."""
        before = self.silence
        return replace(self, silence=replace(before, words=words, again=True) if before else Silence(now, words))

    def reading(self, read: Adjustment) -> Case:
        """Return the case with what was just read of one of its adjustments."""
        tried = self.tried_by_policy
        if meaning(read.status).asks is None:
            tried = tried - {read.key}  # should it ask again, it is answered again
        return replace(
            self,
            kind=read.kind if self.parts or not self.adjustments else self.kind,
            order_ref=read.order_ref,
            return_id=self.return_id or read.return_id,
            cancel_id=self.cancel_id or read.cancel_id,
            adjustments={**self.adjustments, read.key: read},
            tried_by_policy=tried,
        )

    def with_status(self, key: AdjustmentKey, status: str) -> Case:
        """Return the case with one adjustment moved to a status the connector has promised."""
        return replace(self, adjustments={**self.adjustments, key: replace(self.adjustments[key], status=status)})

    def with_part(self, part: RefundPart) -> Case:
        """Return the case with one of its refund parts as it stands now."""
        return replace(self, parts=tuple(part if old.seller_id == part.seller_id else old for old in self.parts))


NOT_SHIPPED_BACK: Final = "AWAITING_BUYER_SHIP"
OVERDUE_AFTER: Final = timedelta(days=10)  # U13: S7, S40
UNHEARD: Final = "Kept since {since:%Y-%m-%d %H:%M} UTC and tried again at every pull: {words}"
_SELLERS: Final = ("oms", "default")  # who may have decided as the seller, in the connector's words
_PART_STATUS: Final = {PartState.TO_SEND: UNSENT, PartState.ACCEPTED: HANDED_OVER, PartState.REFUSED: FAILED}


def _failed(adjustment: Adjustment) -> bool:
    return adjustment.status == FAILED


def _can_be_replaced(old: Adjustment) -> bool:
    return old.terminal and not meaning(old.status).committed


def _replaces(new: Adjustment, old: Adjustment) -> bool:
    if new.created_at is None or old.created_at is None:
        return False
    (level, number), (old_level, old_number) = new.key, old.key
    # Several of one request may be made within one second; what a call of ours has made stands side by side.
    of_one = new.request_id is not None and new.request_id == old.request_id and not (new.by_seller or new.seller_id)
    later_number = of_one and level == old_level and number > old_number
    if new.created_at < old.created_at or (new.created_at == old.created_at and not later_number):
        return False
    return new.item_ref == old.item_ref or new.item_ref is None or old.item_ref is None
