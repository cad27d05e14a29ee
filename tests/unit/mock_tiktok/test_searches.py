"""Searches: filters, both sort orders, pages whose tokens stay good, totals, and a cost that does not grow."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from mock_tiktok.domain.searches import (
    ALWAYS,
    CancellationFilter,
    OrderFilter,
    PageRequest,
    ReturnFilter,
    Sort,
    TimeRange,
)
from mock_tiktok.errors import ApiError
from mock_tiktok.state.index import Query, Shelf
from tests.clock import START
from tests.refused import refused
from tests.unit.mock_tiktok.town import Town

CREATED, UPDATED = Sort("create_time"), Sort("update_time")


def requests(town: Town, count: int) -> list[str]:
    """Have buyers ask, seven seconds apart; return the returns' ids."""
    ids = []
    for number in range(count):
        town.passes(seconds=7 if number else 0)
        ids.append(town.request())
    return ids


def test_a_page_token_keeps_its_place_while_things_move(town: Town) -> None:
    ids = requests(town, 12)
    first = town.shop.search_returns(ReturnFilter(), UPDATED, PageRequest(10))
    town.market.withdraw(ids[0])  # the first moves to the end
    second = town.shop.search_returns(ReturnFilter(), UPDATED, PageRequest(10, first.next_token))
    assert [item.return_id for item in second.items] == [*ids[10:], ids[0]]
    refused(ApiError, town.shop.search_returns, ReturnFilter(), CREATED, PageRequest(10, first.next_token))
    refused(ApiError, town.shop.search_returns, ReturnFilter(), CREATED, PageRequest(10, "rubbish"))
    elsewhere, page = town.market.shop(town.market.add_shop().shop_id), PageRequest(1, first.next_token)
    refused(ApiError, elsewhere.search_returns, ReturnFilter(), UPDATED, page)
    refused(ApiError, town.shop.search_cancellations, CancellationFilter(), UPDATED, page)


def test_a_time_range_includes_its_start_and_not_its_end(town: Town) -> None:
    ids = requests(town, 2)
    end = START + timedelta(seconds=7)
    early = ReturnFilter(updated=TimeRange(START, end))
    late = ReturnFilter(updated=TimeRange(end))
    assert [item.return_id for item in town.shop.search_returns(early, UPDATED, PageRequest()).items] == ids[:1]
    assert [item.return_id for item in town.shop.search_returns(late, CREATED, PageRequest()).items] == ids[1:]


def test_every_filter_narrows_alone_and_together(town: Town) -> None:
    order = town.order("5.00", "6.00")
    first, second = town.request(order, line=0), town.request(order, line=1, kind="RETURN_AND_REFUND")
    rejected = town.rejected()
    town.market.dispute(rejected)
    buyer = town.shop.order(order.order_id).buyer.user_id

    def found(**filters: object) -> set[str]:
        page = town.shop.search_returns(ReturnFilter(**filters), CREATED, PageRequest(50))  # type: ignore[arg-type]
        assert page.total == len(page.items)
        return {item.return_id for item in page.items}

    assert found(order_ids=(order.order_id,)) == {first, second}
    assert found(buyer_user_ids=(buyer,), return_types=("REFUND",)) == {first}
    assert found(return_ids=(first, rejected, "none")) == {first, rejected}
    assert found(statuses=("RETURN_OR_REFUND_REQUEST_PENDING",)) == {first, second}
    assert found(statuses=("RETURN_OR_REFUND_REQUEST_PENDING", "REFUND_OR_RETURN_REQUEST_REJECT")) == {
        first,
        second,
        rejected,
    }
    assert found(arbitration_statuses=("IN_PROGRESS",)) == {rejected}
    assert found(seller_proposed_return_types=("PARTIAL_REFUND",)) == set()


class Compared(str):
    """An id that counts how often any of its kind is compared."""

    times = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)


def test_ids_are_held_against_one_another_once_each(town: Town) -> None:
    order = town.order(*["5.00"] * 100)
    ids = [town.request(order, line=line) for line in range(100)]
    filters = ReturnFilter(return_ids=tuple(map(Compared, ids)), order_ids=(order.order_id,))
    assert town.shop.search_returns(filters, CREATED, PageRequest(50)).total == 100
    assert 0 < Compared.times <= 10 * len(ids)


def test_both_spellings_of_a_withdrawn_cancellation_find_it(town: Town) -> None:
    _, cancel_id = town.cancellation()
    town.market.withdraw_cancellation(cancel_id)
    for spelling in ("CANCELLATION_REQUEST_CANCEL", "CANCELLATION_REQUEST_CANCELLED"):
        filters = CancellationFilter(statuses=(spelling,))
        assert town.shop.search_cancellations(filters, CREATED, PageRequest()).total == 1


def test_orders_are_found_by_status_and_by_the_wish_to_cancel(town: Town) -> None:
    town.order()
    waiting = town.order(status="AWAITING_SHIPMENT").order_id
    town.market.request_cancellation(waiting)
    for filters in (OrderFilter(status="AWAITING_SHIPMENT"), OrderFilter(is_buyer_request_cancel=True)):
        assert [order.id for order in town.shop.search_orders(filters, CREATED, PageRequest()).items] == [waiting]


@dataclass(frozen=True)
class Thing:
    created_at: datetime
    updated_at: datetime
    status: str


class Counting(dict[str, Thing]):
    """Counts how many values are looked at."""

    looks = 0

    def __getitem__(self, id: str) -> Thing:
        self.looks += 1
        return super().__getitem__(id)


@pytest.mark.parametrize(
    "query",
    [
        Query[Thing](ALWAYS, ALWAYS),
        Query[Thing](ALWAYS, TimeRange(START + timedelta(seconds=100), START + timedelta(seconds=900))),
        Query[Thing](ALWAYS, ALWAYS, statuses=("A",)),
        Query[Thing](ALWAYS, TimeRange(START + timedelta(seconds=100)), statuses=("A",)),
    ],
    ids=["nothing", "time", "status", "status and time"],
)
def test_a_page_looks_at_no_more_than_it_shows(query: Query[Thing]) -> None:
    for size in (1_000, 4_000):
        shelf: Shelf[Thing] = Shelf()
        shelf._values = counting = Counting()
        for n in range(size):
            at = START + timedelta(seconds=n)
            shelf.put(f"{n:06}", Thing(at, at, "AB"[n % 2]))
        page = shelf.search(query, UPDATED, PageRequest(10))
        assert (len(page.items), counting.looks) == (10, 10)
        assert page.total > 100


def test_pages_list_everything_once_in_either_order(town: Town) -> None:
    ids = requests(town, 25)
    for ascending in (True, False):
        found: list[str] = []
        token = ""
        while True:
            page = town.shop.search_returns(ReturnFilter(), Sort("create_time", ascending), PageRequest(10, token))
            assert page.total == 25
            found += [item.return_id for item in page.items]
            token = page.next_token
            if not token:
                break
        assert found == (ids if ascending else ids[::-1])
