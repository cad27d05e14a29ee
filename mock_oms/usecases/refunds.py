"""Refunds that the seller starts: one `Adjust` call for a whole order, or one for each order line concerned.

Each call carries a SellerAdjustmentID of its own. The connector answers an accepted call with nothing at all, so where
no answer came the refund is looked for by that id before it is asked for again: nobody is paid twice.
"""

import hashlib
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Final

from mock_oms.domain.cases import Adjustment, Case, Kind, PartState, RefundPart
from mock_oms.domain.manners import Manner, Manners
from mock_oms.domain.money import ZERO, split, written
from mock_oms.domain.orders import Order
from mock_oms.domain.reasons import CHANNELADVISOR
from mock_oms.domain.refunds import Left, Part, left_of, refund_lines
from mock_oms.errors import ConnectorError, NotSent, Refused, Rejected, Unreachable, refusal
from mock_oms.state.agenda import Clock
from mock_oms.state.store import Store
from mock_oms.usecases.effects import Effects
from mock_oms.usecases.ports import ConnectorApi
from mock_oms.usecases.validation import a_reason, a_sum, a_word
from mock_oms.usecases.views import CommandResult, Views

PRICE: Final = "ItemAdjustment"
FORCED: Final = {"ForceCalculateOmittedAmounts": True}
NOT_FOUND_AGAIN: Final = (
    "No response came, and it had no id by which to find it again: nobody knows whether it was taken."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """Makes up refunds and gets them to the connector."""

    api: ConnectorApi
    clock: Clock
    seed: int
    store: Store
    effects: Effects
    views: Views
    manners: Manners

    def refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: Decimal | None = None,
        part: str | None = None,
        reason: str | None = None,
        record_only: bool = False,
        restock: bool = False,
    ) -> CommandResult:
        """Give money back that nobody asked for: of a whole order or of some of its units, all or some of it.

        `part`: item, tax or shipping, of which alone it is.
        `record_only`: it went back elsewhere, and nobody is to be paid.
        """
        order = self.store.order(order_id)
        if amount is not None:
            amount = a_sum(amount, order.currency, or_nothing=Manner.BEYOND in self.manners)
        how = {**_reason(a_reason(reason)), **_flag("PreventSiteProcessing", record_only), **_flag("Restock", restock)}
        how |= _flag("RefundOnly", Manner.REFUND_ONLY in self.manners)
        units = None if line_item_ids is None else _units(order, line_item_ids)
        of = None if part is None else a_word(Part, part, "part")
        if of is not None and units is None:
            units = [unit for line in order.lines for unit in line.unit_ids]
        result = self._refund(order, units, amount, how, of)
        if Manner.TWICE in self.manners and Manner.NO_IDS in self.manners:
            with suppress(Refused):  # what is left may be less
                self._refund(order, units, amount, how, of)
        return result

    def _refund(
        self,
        order: Order,
        units: Sequence[str] | None,
        amount: Decimal | None,
        how: Mapping[str, object],
        of: Part | None,
    ) -> CommandResult:
        left = left_of(order, map(self._as_shown, self.store.cases_of_order(order.order_id)))
        if units is not None and Manner.OTHER_UNITS in self.manners:
            units = _others(order, units, left)
        if units is not None and Manner.BY_NUMBER in self.manners:
            units = _untouched(order, units, left)
        recorded, excess = "PreventSiteProcessing" in how, _excess(order, units, amount, left, of)
        if excess and not recorded and Manner.BEYOND not in self.manners:
            raise excess
        by_number = Manner.BY_NUMBER in self.manners
        beyond = Manner.BEYOND in self.manners and (excess or not all(left.units[unit] for unit in units or ()))
        if recorded or excess:
            left = left_of(order, ())
        if excess and units is not None and not refund_lines(order, units, amount=None, left=left, part=of):
            raise excess  # nothing was ever paid for them: not even a careless OMS has a sum to ask for
        named = recorded or not (beyond or by_number)
        case = self.store.new_case(Kind.REFUND, order, self.clock.now())
        parts = self._make_up(case.number, order, units, of, amount=amount, how=how, left=left, named=named)
        case = self._ask(replace(case, parts=parts))
        known = {part.seller_id: one for one in self.store.cases_of_order(order.order_id) for part in one.taken_on()}
        new = tuple(part for part in case.parts if part.nameless or part.seller_id not in known)
        if not new:  # under one id it is decided once
            before = known[case.parts[0].seller_id]
            return CommandResult(self.views.row(before), kept=before.unsent)
        case = self.store.keep(replace(case, parts=new))
        self.effects.refund_requested(case)
        return CommandResult(self.views.row(case), kept=case.unsent)

    def _make_up(
        self,
        number: str,
        order: Order,
        unit_ids: Sequence[str] | None,
        of: Part | None,
        *,
        amount: Decimal | None,
        how: Mapping[str, object],
        left: Left,
        named: bool,
    ) -> tuple[RefundPart, ...]:
        """Return the calls that a refund takes; where units are not `named`, their number alone is said."""
        stream = random.Random(hashlib.sha256(f"{self.seed}|seller adjustment ids|oms".encode()).digest())
        prefix = "O'MS" if Manner.OTHER_WORDS in self.manners else "OMS"
        name = f"{prefix}-{stream.getrandbits(32):08x}" + ("" if Manner.ONE_ID in self.manners else f"-{number}")
        if unit_ids is None:
            whole = left.order if amount is None else amount
            shares = split(whole, list(left.units.values()), order.smallest)
            units = dict(zip(left.units, shares, strict=True))
            said = {} if amount is None and Manner.NO_SUMS in self.manners else {"AdjustmentAmount": whole}
            body = {**said, **self._id(f"{name}-0"), **how}
            return (RefundPart(seller_id=f"{name}-0", item_ref=None, amount=whole, units=units, body=body),)
        refunds = refund_lines(order, unit_ids, amount=amount, left=left, part=of)
        parts = []
        for index, refund in enumerate(refunds, start=1):
            chosen = tuple(refund.units)
            body = {"Quantity": refund.line.quantity_of(chosen), **self._id(f"{name}-{index}"), **how}
            if refund.line.units_known and named:
                body["SiteOrderLineItemIDs"] = list(chosen)
            body.update(refund.parts)
            price = left.of_parts(chosen).get(PRICE, ZERO)
            if price and not refund.parts and Manner.NO_SUMS in self.manners:
                body |= {PRICE: price, **FORCED}
            parts.append(
                RefundPart(
                    seller_id=f"{name}-{index}",
                    item_ref=refund.line.item_id,
                    amount=refund.amount,
                    units=refund.units,
                    body=body,
                    parts=refund.parts,
                )
            )
        return tuple(parts)

    def _id(self, text: str) -> dict[str, object]:
        return {} if Manner.NO_IDS in self.manners else {"SellerAdjustmentID": text}

    def record(self, paid: Adjustment) -> None:
        """Enter once more what has been paid, to be recorded only; whether the connector takes it concerns nobody."""
        name = f"OMS-again-{paid.key[0]}-{paid.key[1]}"
        body: dict[str, object] = {"SellerAdjustmentID": name, "PreventSiteProcessing": True}
        if paid.item_ref is None:
            body["AdjustmentAmount"] = paid.amount
        else:
            body |= {"Quantity": paid.quantity or 1, **paid.parts}
            body |= {"SiteOrderLineItemIDs": list(paid.unit_ids)} if paid.unit_ids else {}
        part = RefundPart(name, paid.item_ref, paid.amount, {}, body)
        self.store.recorded.add(name)
        with suppress(ConnectorError):
            self.api.refund(part, paid.order_ref)

    def _as_shown(self, case: Case) -> Case:
        """Return the case with what the connector shows of its refunds since the last pull: it makes up some itself."""
        for part in case.unread():
            if part.state is PartState.ACCEPTED and not part.nameless:
                with suppress(ConnectorError):
                    told = [read for read in self.api.find_refund(part) if read.unit_ids]
                    case = reduce(Case.reading, told, case)
        return case

    def _ask(self, case: Case) -> Case:
        """Ask for a refund for the first time; raise what the connector says if it takes none of it."""
        for part in case.parts:
            try:
                self.api.refund(part, _ref(case))
            except Rejected as rejected:
                if not any(asked.state is PartState.ACCEPTED for asked in case.parts):
                    raise refusal(rejected) from rejected
                case = case.with_part(replace(part, state=PartState.REFUSED, words=rejected.words))
            except Unreachable as silence:
                return _unheard(case, part, silence, self.clock.now())
            else:
                case = case.with_part(replace(part, state=PartState.ACCEPTED))
        return case

    def ask_again(self, case: Case) -> tuple[Case, list[Adjustment]]:
        """Ask for what has not been taken yet; return also what turned out to have arrived already."""
        found: list[Adjustment] = []
        for part in case.unread():
            if part.state is not PartState.TO_SEND:
                continue
            if part.tried and part.nameless:
                case = case.with_part(replace(part, state=PartState.REFUSED, words=NOT_FOUND_AGAIN))
                continue
            try:
                named = self.api.find_refund(part) if part.tried else []
                arrived = [read for read in named if read.order_ref == case.order_ref]  # others may have the name, too
                if not arrived:
                    self.api.refund(part, _ref(case))
            except Rejected as rejected:
                case = case.with_part(replace(part, state=PartState.REFUSED, words=rejected.words))
            except Unreachable as silence:
                return _unheard(case, part, silence, self.clock.now()), found
            else:
                found += arrived
                case = case.with_part(replace(part, state=PartState.ACCEPTED))
        return case, found


def _unheard(case: Case, part: RefundPart, silence: Unreachable, now: datetime) -> Case:
    """Return the case when there was no answer about a part; the connector may have it, unless it was never asked."""
    tried = part.tried or not isinstance(silence, NotSent)
    return case.with_part(replace(part, tried=tried)).unheard(now, str(silence))


def _ref(case: Case) -> str:
    assert case.order_ref is not None, "a refund is made up from an order that has been read"
    return case.order_ref


def _excess(
    order: Order, unit_ids: Sequence[str] | None, amount: Decimal | None, left: Left, of: Part | None
) -> Refused | None:
    """Return what is to be said against a refund of more than is left to give back."""
    rest = left.order
    if unit_ids is not None:
        lines = refund_lines(order, unit_ids, amount=None, left=left, part=of)
        rest = min(rest, sum((line.amount for line in lines), ZERO))
    if 0 < rest >= (rest if amount is None else amount):
        return None
    asked = "nothing is" if rest <= 0 else f"{written(rest, order.currency)} {order.currency} is"
    detail = f"Of {f'the {of} of ' if of else ''}order {order.order_id}, {asked} left to refund."
    every = [line.unit_parts(order.smallest) for line in order.lines]
    paid = {unit: any(parts.values()) for units in every for unit, parts in units.items()}
    if not any(paid[unit] for unit in unit_ids or paid):
        detail = f"Nothing was paid for that of order {order.order_id}, so there is nothing to refund."
    return Refused(409, "More than is refundable", detail, "amount")


def _others(order: Order, unit_ids: Sequence[str], left: Left) -> list[str]:
    """Return as many units of the same lines, the last ones of which nothing has been given back; else the same."""
    others: list[str] = []
    for line in order.lines:
        chosen = [unit for unit in line.unit_ids if unit in unit_ids]
        free = [unit for unit in line.unit_ids if unit not in left.touched] if line.units_known else []
        others += free[-len(chosen) :] if chosen and len(free) >= len(chosen) else chosen
    return others


def _untouched(order: Order, unit_ids: Sequence[str], left: Left) -> list[str]:
    """Return as many units of the same lines: which a connector means that is told a number, the untouched first."""
    meant: list[str] = []
    for line in order.lines:
        with_rest = [unit for unit in line.unit_ids if left.units[unit]]
        meant += sorted(with_rest, key=left.touched.__contains__)[: sum(unit in unit_ids for unit in line.unit_ids)]
    return meant


def _flag(name: str, on: bool) -> dict[str, object]:
    return {name: True} if on else {}


def _reason(reason: str | None) -> dict[str, object]:
    if reason is None:
        return {}
    return {"Reason" if reason in CHANNELADVISOR else "SiteReason": reason}


def _units(order: Order, line_item_ids: Sequence[str]) -> list[str]:
    unknown = [unit for unit in line_item_ids if order.line_of(unit) is None]
    if unknown:
        detail = f"Order {order.order_id} has no line item {', '.join(map(str, unknown))}."
        raise Refused(422, "Bad value", detail, "line_item_ids")
    if not line_item_ids or len(set(line_item_ids)) != len(line_item_ids):
        raise Refused(422, "Bad value", "line_item_ids names each unit once, and at least one.", "line_item_ids")
    return list(line_item_ids)
