"""Connectors with one mistake each, of the kind that people make, and the rule that notices it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from connector.adapters.tiktok.client import TikTok
from connector.domain import site
from connector.domain.adjustments import Action
from connector.domain.decisions import ApproveReturn, OutboxState, SiteDecision
from connector.domain.retry import DELIVERY
from connector.errors import Refused, Unavailable
from connector.ports import Access
from connector.records import OutboxEntry, Stream
from connector.settings import Settings
from connector.usecases import import_claims, import_orders
from connector.usecases import round as rounds
from connector.usecases.commands import Commands
from connector.usecases.delivery import deliver, fail
from mock_tiktok import OrderLine
from rehearsal.audit.finding import Verdict
from rehearsal.audit.invariants import INVARIANTS
from rehearsal.world.world import World
from tests.integration.test_findings import ask

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
WHOLE_PAGE: Final = 50
Patch = pytest.MonkeyPatch


# what is played


def many_orders(world: World) -> None:
    for _ in range(WHOLE_PAGE + 1):
        world.marketplace.place_order()
    world.advance(by=HOUR)


def many_claims(world: World) -> None:
    for _ in range(WHOLE_PAGE + 1):
        world.marketplace.request_return(world.marketplace.place_order().order_id, return_type="REFUND")
    world.advance(by=HOUR)


def claims_in_each_shop(world: World) -> None:
    for shop in world.shops.known:
        order = world.marketplace.place_order(shop_id=shop.shop_id)
        world.advance(by=QUARTER)
        world.marketplace.request_return(order.order_id, return_type="REFUND")
    world.advance(by=HOUR)


def a_search_that_fails(world: World) -> None:
    order = world.marketplace.place_order()
    world.advance(by=QUARTER + timedelta(minutes=1))
    world.marketplace.request_return(order.order_id, return_type="REFUND")
    world.trouble.plan(kind="refuse", operation="searchReturns", times=5)  # longer than the overlap
    world.advance(by=3 * HOUR)


def a_search_that_lags(world: World) -> None:
    world.trouble.plan(kind="search_lag", **{"with": {"by": "PT5M"}}, until="2031-03-03T09:20:00Z")
    order = world.marketplace.place_order()
    world.advance(by=timedelta(minutes=12))
    world.marketplace.request_return(order.order_id, return_type="REFUND")
    world.advance(by=2 * HOUR)


def approved(world: World) -> None:
    _, case = ask(world)
    world.oms.approve(case)
    world.advance(by=DAY)


def approved_just_before_a_round(world: World) -> None:
    return_id, _ = ask(world)
    world.advance(by=QUARTER - timedelta(minutes=2))
    world.marketplace.seller_center_decision(return_id, decision="APPROVE_REFUND")
    world.advance(by=HOUR)


def offered(world: World) -> None:
    return_id, case = ask(world)
    world.oms.approve(case, amount=Decimal("5.00"))
    world.advance(by=HOUR)
    world.marketplace.accept_offer(return_id)
    world.advance(by=HOUR)


def withdrawn(world: World) -> None:
    return_id, _ = ask(world)
    world.marketplace.withdraw(return_id)
    world.advance(by=HOUR)


def refused(world: World) -> None:
    """The marketplace has closed the order by the time at which the seller wants to refund a part of it."""
    order = world.marketplace.place_order()
    world.advance(by=QUARTER)
    world.oms.refund(order_id=order.order_id, amount=Decimal("5.00"))
    world.marketplace.seller_center_refund(order.order_id)
    world.advance(by=2 * HOUR)


def busy(world: World) -> None:
    _, case = ask(world)
    world.oms.approve(case)
    world.trouble.plan(kind="refuse", operation="approve", times=2, **{"with": {"status": 429}})
    world.advance(by=3 * HOUR)


def a_round_while_the_oms_waits(world: World) -> None:
    order = world.marketplace.place_order(lines=[OrderLine("MUG", 1, Decimal("9.99")), OrderLine("LAMP", 1)])
    world.advance(by=QUARTER + timedelta(minutes=14, seconds=50))
    mug, lamp = (line.id for line in order.line_items)
    world.marketplace.request_return(order.order_id, return_type="REFUND", line_item_ids=[lamp])
    slow = {"by": "PT20S", "of": "answer"}
    world.trouble.plan(kind="delay", to="connector", operation="refund", times=1, **{"with": slow})
    world.oms.refund(order_id=order.order_id, line_item_ids=[mug], amount=Decimal("2.00"))
    world.advance(by=HOUR)


def busy_until_the_deadline(world: World) -> None:
    _, case = ask(world)
    world.advance(by=DAY - HOUR)
    world.oms.reject(case)
    world.trouble.plan(kind="refuse", operation="reject", times=1, **{"with": {"status": 429}})
    world.advance(by=2 * HOUR)


# what is wrong


def reads_the_first_page_only(patch: Patch) -> None:
    pages = TikTok._pages

    def first(self: TikTok, *args: Any) -> Iterator[list[Any]]:
        yield next(pages(self, *args))

    patch.setattr(TikTok, "_pages", first)


def polls_the_first_shop_only(patch: Patch) -> None:
    collect = rounds.Worker._collect

    def first(self: rounds.Worker, run: Any, state: Any, trouble: list[str]) -> tuple[dict[Stream, datetime], int]:
        return collect(self, run, state, trouble) if run.shop.id == 1 else ({}, 0)

    patch.setattr(rounds.Worker, "_collect", first)


def moves_the_watermark_after_a_failure(patch: Patch) -> None:
    collect = rounds.Worker._collect

    def all_the_same(self: rounds.Worker, run: Any, *args: Any) -> tuple[dict[Stream, datetime], int]:
        _, count = collect(self, run, *args)
        return dict.fromkeys(Stream, run.now), count

    patch.setattr(rounds.Worker, "_collect", all_the_same)


def reads_without_overlap(patch: Patch) -> None:
    made = Settings.__post_init__

    def without(self: Settings) -> None:
        made(self)
        object.__setattr__(self, "overlap", timedelta(0))

    patch.setattr(Settings, "__post_init__", without)


def takes_a_yes_for_the_money(patch: Patch) -> None:
    patch.setitem(site.RETURN_NEWS, "RETURN_OR_REFUND_REQUEST_SUCCESS", Action.PAID)


def makes_every_adjustment_twice(patch: Patch) -> None:
    once = import_claims._open

    def twice(account: Any, generation: int, before: Any) -> None:
        once(account, generation, before)
        once(account, generation + 1, before)

    patch.setattr(import_claims, "_open", twice)


def books_what_was_asked_for(patch: Patch) -> None:
    shares = import_claims._shares

    def asked(account: Any, groups: Any, current: Any = ()) -> Any:
        return [entry.parts for entry in current] or shares(account, groups)

    patch.setattr(import_claims, "_shares", asked)


def leaves_what_was_withdrawn_open(patch: Patch) -> None:
    withdrawn = "RETURN_OR_REFUND_REQUEST_CANCEL"
    patch.setattr(site, "RETURN_NEWS", {name: news for name, news in site.RETURN_NEWS.items() if name != withdrawn})


def swallows_refusals(patch: Patch) -> None:
    def nothing(run: Any, work: Any, entry: OutboxEntry, **about: Any) -> None:
        work.outbox_entry_finished(entry.id, OutboxState.REFUSED)

    patch.setattr(deliver, "fail", nothing)


def tells_of_refusals_in_words_of_its_own(patch: Patch) -> None:
    failing = fail.fail

    def in_own_words(run: Any, work: Any, entry: OutboxEntry, **about: Any) -> None:
        failing(run, work, entry, **{**about, "words": "Something went wrong."})

    patch.setattr(deliver, "fail", in_own_words)


def never_gets_through(patch: Patch) -> None:
    def silence(self: TikTok, *args: Any, **about: Any) -> str | None:
        raise Unavailable("no answer", acted=False)

    patch.setattr(TikTok, "send", silence)


def waits_ten_hours_before_it_tries_again(patch: Patch) -> None:
    patch.setattr(fail, "DELIVERY", replace(DELIVERY, first=timedelta(hours=10), longest=timedelta(hours=10)))


def gives_up_when_the_marketplace_is_busy(patch: Patch) -> None:
    def given_up(run: Any, entry: OutboxEntry, *args: Any, **about: Any) -> OutboxState:
        with run.store.writing() as work:
            work.outbox_entry_finished(entry.id, OutboxState.REFUSED)
        return OutboxState.REFUSED

    patch.setattr(deliver, "postpone", given_up)


def says_yes_by_itself(patch: Patch) -> None:
    claims_since, answered = TikTok.claims_since, set[str]()

    def and_approves(self: TikTok, shop: Access, kind: site.ClaimKind, since: datetime | None) -> Iterator[site.Claim]:
        for claim in claims_since(self, shop, kind, since):
            yield claim
            if claim.role == "BUYER" and claim.id not in answered:
                answered.add(claim.id)
                self.send(shop, ApproveReturn(choice=SiteDecision.APPROVE_REFUND), claim_id=claim.id, key=claim.id)

    patch.setattr(TikTok, "claims_since", and_approves)


def offers_no_orders(patch: Patch) -> None:
    patch.setattr(import_orders, "NOT_OFFERED", frozenset(site.ORDER_WORDS))


def forgets_what_was_exported(patch: Patch) -> None:
    patch.setattr(Commands, "mark_exported", lambda self, order_id, application_id: None)


def refuses_what_it_has_done(patch: Patch) -> None:
    send = TikTok.send

    def refused_later(self: TikTok, *args: Any, **about: Any) -> str | None:
        send(self, *args, **about)
        raise Refused(25011012, "made up")

    patch.setattr(TikTok, "send", refused_later)
    patch.setattr(deliver, "look_up", lambda *args, **about: [])


MISTAKES: Final[Mapping[str, tuple[Callable[[Patch], None], Callable[[World], None], str]]] = {
    # what goes wrong                  the mistake, when it shows, and the rule that says so
    "pages of orders":              (reads_the_first_page_only, many_orders, "everything-arrives"),
    "pages of claims":              (reads_the_first_page_only, many_claims, "everything-arrives"),
    "a second shop":                (polls_the_first_shop_only, claims_in_each_shop, "everything-arrives"),
    "a failed search":              (moves_the_watermark_after_a_failure, a_search_that_fails, "everything-arrives"),
    "a search that lags":           (reads_without_overlap, a_search_that_lags, "everything-arrives"),
    "orders kept back":             (offers_no_orders, claims_in_each_shop, "everything-arrives"),
    "orders offered for ever": (forgets_what_was_exported, claims_in_each_shop, "everything-arrives"),
    "everything twice":             (makes_every_adjustment_twice, approved, "everything-arrives"),
    "money before it is paid":      (takes_a_yes_for_the_money, approved_just_before_a_round, "never-ahead"),
    "more money than is paid":      (books_what_was_asked_for, offered, "never-ahead"),
    "withdrawn and open":           (leaves_what_was_withdrawn_open, withdrawn, "nothing-stays-open"),
    "words of its own":             (tells_of_refusals_in_words_of_its_own, refused, "nothing-stays-open"),
    "an error out of nothing":      (refuses_what_it_has_done, approved, "nothing-stays-open"),
    "refusals nobody hears of":     (swallows_refusals, refused, "executed-once"),
    "deliveries that never arrive": (never_gets_through, approved, "catches-up"),
    "a wait that is too long":      (waits_ten_hours_before_it_tries_again, busy, "catches-up"),
    "an answer that is given up":   (gives_up_when_the_marketplace_is_busy, busy, "executed-once"),
    "a yes that nobody has given":  (says_yes_by_itself, a_round_while_the_oms_waits, "executed-once"),
    "an answer given up at the end":(gives_up_when_the_marketplace_is_busy, busy_until_the_deadline, "in-time"),
}  # fmt: skip


def played(journey: Callable[[World], None], **settings: Any) -> World:
    world = World(shops=2 if journey is claims_in_each_shop else 1, **settings)
    try:
        journey(world)
    finally:
        world.close()
    return world


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_noticed_by_its_rule(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    mistake, journey, rule = MISTAKES[what]
    mistake(monkeypatch)
    found = {finding.invariant: finding for finding in played(journey).auditor.broken()}
    assert rule in found
    assert found[rule].suspect == "connector"
    assert found[rule].witness.about.keys() & {"order_id", "order"} or rule == "catches-up"


JOURNEYS: Final = list(dict.fromkeys(journey for _, journey, _ in MISTAKES.values()))
TROUBLED: Final = (a_search_that_fails, a_search_that_lags, a_round_while_the_oms_waits, busy, busy_until_the_deadline)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_our_connector_makes_none_of_them(journey: Callable[[World], None]) -> None:
    world = played(journey)
    assert {finding.invariant: finding.seen for finding in world.auditor.broken()} == {}
    verdicts = {finding.number: finding.verdict for finding in world.auditor.findings()}
    assert verdicts[11] is Verdict.HELD
    assert verdicts[18] is (Verdict.HELD if journey in TROUBLED else Verdict.NOT_TRIED)
    assert {11, 12, 13, 18} <= INVARIANTS.keys()
