"""All that the OMS keeps, as data: orders, cases, parcels, the ledger, and how far it has read and pulled.

An OMS made anew around the same `Store` goes on where the other one stood. Values are frozen and replaced; nothing here
makes a call or reads a clock.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from mock_oms.domain.cases import Adjustment, AdjustmentKey, Case, Kind, PartState
from mock_oms.domain.grades import Grade
from mock_oms.domain.orders import Order, OrderLine
from mock_oms.errors import Refused
from mock_oms.state.agenda import Grid
from mock_oms.state.ledger import Ledger

FIRST_CASE = 1001


@dataclass(frozen=True, slots=True)
class Parcel:
    """Goods that came back to the warehouse."""

    return_id: str
    order_id: str
    line_item_ids: tuple[str, ...]
    tracking_number: str | None
    arrived_at: datetime
    damaged: tuple[str, ...] = ()  # what whoever looks will find so
    grade: Grade | None = None  # None: nobody has looked at it yet


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What the connector's API is called with, and from when on a new one is asked for."""

    text: str
    renew_at: datetime
    before: str | None = None  # the one that was turned away


class Store:
    """Everything the OMS knows."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.hinted_at: datetime | None = None  # that there is something to read, which no pull has followed
        self.read_until: datetime | None = None  # adjustments created before have been read
        self.tokens: dict[str, AccessToken] = {}  # by application
        self.fields_seen: defaultdict[str, set[str]] = defaultdict(set)  # in the connector's lists, by their address
        self.reported_on: date | None = None  # the day, in UTC, of the last report
        self.recorded: set[str] = set()  # SellerAdjustmentIDs of what was only recorded, and belongs to no case
        self.orders: dict[str, Order] = {}  # by the marketplace's id
        self.marked: set[str] = set()  # as exported, by the connector's ids
        self.marking: set[str] = set()  # of which the connector's answer to the mark has not come
        self.taken_back: set[str] = set()  # of whose marks another program has thought better, once
        self.cases: dict[str, Case] = {}
        self.parcels: dict[str, Parcel] = {}  # by return id
        self.ledger = Ledger()
        self.open: dict[AdjustmentKey, str] = {}  # adjustments still to be read again -> their case
        self.moved: dict[str, None] = {}  # cases that have moved since the policy last looked
        self.unsent: dict[str, None] = {}  # cases of which something has still to be told to the connector
        self.troubled: dict[str, None] = {}  # cases that went wrong, for a person to look at
        self._nameless: dict[AdjustmentKey, str] = {}  # which refund that had no id of ours is which
        self._refs: dict[str, str] = {}  # the connector's order id -> the marketplace's
        self._case_of: dict[tuple[str, object], str] = {}
        self._cases_of_order: dict[str, dict[str, None]] = {}
        self._next = FIRST_CASE

    def keep_order(self, order: Order) -> bool:
        """Keep an order as it was read; return whether it is new or has changed."""
        changed = self.orders.get(order.order_id) != order
        self.orders[order.order_id] = order
        self._refs[order.ref] = order.order_id
        return changed

    def order(self, order_id: str) -> Order:
        """Return an order by the marketplace's id; raise Refused where it has not reached the OMS."""
        order = self.orders.get(order_id)
        if order is None:
            raise Refused(404, "Unknown order", f"Order {order_id} has not reached the OMS yet.", "order_id")
        return order

    def order_by_ref(self, ref: str) -> Order | None:
        order_id = self._refs.get(ref)
        return None if order_id is None else self.orders[order_id]

    def line_of(self, read: Adjustment) -> OrderLine | None:
        """Return the order line that an adjustment says it belongs to; None for one of the whole order."""
        order = self.order_by_ref(read.order_ref)
        lines = order.lines if order is not None else ()
        return next((line for line in lines if line.item_id == read.item_ref), None)

    def new_number(self) -> str:
        """Return the next case number."""
        number = f"C-{self._next}"
        self._next += 1
        return number

    def new_case(self, kind: Kind, order: Order, opened_at: datetime) -> Case:
        """Return a case about an order, with the next number; nobody keeps it yet."""
        return Case(self.new_number(), kind, order.ref, order.order_id, opened_at, order.currency)

    def keep(self, case: Case) -> Case:
        """Keep a case as it stands now, and find it from now on by everything that names it."""
        self.cases[case.number] = case
        self.moved[case.number] = None
        self._cases_of_order.setdefault(case.order_id, {})[case.number] = None
        for adjustment in case.adjustments.values():
            if adjustment.terminal:
                self.open.pop(adjustment.key, None)
            else:
                self.open[adjustment.key] = case.number
            self._case_of["adjustment", adjustment.key] = case.number
            if adjustment.return_id:  # a refund over several packages has several returns
                self._case_of.setdefault(("return", adjustment.return_id), case.number)
        for part in case.parts:
            self._case_of["seller", (case.order_ref, part.seller_id)] = case.number
        if case.return_id:
            self._case_of.setdefault(("return", case.return_id), case.number)
        if case.cancel_id:
            self._case_of.setdefault(("cancel", case.cancel_id), case.number)
        for index, belongs in ((self.unsent, case.unsent), (self.troubled, case.troubled)):
            if belongs:
                index[case.number] = None
            else:
                index.pop(case.number, None)
        return case

    def own_id(self, key: AdjustmentKey) -> str | None:
        """Return the id that was sent with an open adjustment; None where none was."""
        return None if key in self._nameless else self.cases[self.open[key]].adjustments[key].seller_id

    def recognized(self, read: Adjustment) -> Adjustment:
        """Return an adjustment with the id of the refund that it is: where none was sent, the first that it can be."""
        if read.seller_id or not read.by_seller:
            return read
        order_id = self._refs.get(read.order_ref, "")
        unread = (part for case in self.cases_of_order(order_id) for part in case.unread())
        fitting = (p for p in unread if p.nameless and p.item_ref == read.item_ref and p.state is PartState.ACCEPTED)
        known = self._nameless.get(read.key) or next((part.seller_id for part in fitting), None)
        if known is None:
            return read
        self._nameless[read.key] = known
        return replace(read, seller_id=known)

    def case_for(self, adjustment: Adjustment) -> Case | None:
        """Return the case an adjustment belongs to: known already, our own refund, or of the same return."""
        names = (
            ("adjustment", adjustment.key),
            ("seller", adjustment.seller_id and (adjustment.order_ref, adjustment.seller_id)),
            ("return", adjustment.return_id),
            ("cancel", adjustment.cancel_id),
        )
        number = next((self._case_of[name] for name in names if name[1] and name in self._case_of), None)
        return None if number is None else self.cases[number]

    def keep_parcel(self, parcel: Parcel) -> None:
        """Keep a parcel that has arrived; the case it belongs to may be decided now."""
        self.parcels[parcel.return_id] = parcel
        case = self.case_of_return(parcel.return_id)
        if case is not None:
            self.moved[case.number] = None

    def parcel_of(self, case: Case) -> Parcel | None:
        return self.parcels.get(case.return_id) if case.return_id else None

    def judge(self, case: Case, grade: Grade | None) -> None:
        """Note what the goods of a case were found to be."""
        parcel = self.parcel_of(case)
        if parcel is not None and grade is not None:
            self.parcels[parcel.return_id] = replace(parcel, grade=grade)

    def case_of_return(self, return_id: str) -> Case | None:
        number = self._case_of.get(("return", return_id))
        return None if number is None else self.cases[number]

    def cases_of_order(self, order_id: str) -> list[Case]:
        return [self.cases[number] for number in self._cases_of_order.get(order_id, ())]

    def open_cases(self) -> Iterable[Case]:
        """Return the cases with something open, each once, oldest first."""
        return [self.cases[number] for number in dict.fromkeys(self.open.values())]

    def moved_cases(self) -> Iterable[Case]:
        """Return the cases that have moved since this was last asked, oldest first."""
        moved, self.moved = sorted(self.moved, key=lambda number: (len(number), number)), {}
        return [self.cases[number] for number in moved]
