"""The connector's round: collect, answer what would lapse, deliver, settle.

One round per shop and quarter of an hour, on a grid that never moves. A part of a round that finds the marketplace
unavailable leaves its watermark where it was and the rest of the round goes on.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import Books, Store
from connector.domain.adjustments import AWAITS_SELLER, Action, RequestStatus
from connector.domain.decisions import MEANT, OUTCOME_UNKNOWN, PromiseState
from connector.domain.site import Claim, ClaimKind, SiteOrder, news
from connector.errors import BadRequest, MarketplaceError, Refused, Unavailable
from connector.ports import Access, Grant, Marketplace, Secret
from connector.records import Adjustment, Promise, Rounds, Shop, Tokens
from connector.settings import Settings
from connector.usecases.delivery import Delivery
from connector.usecases.history import MARKETPLACE, moment
from connector.usecases.import_claims import is_news, take_claim
from connector.usecases.import_orders import take_order
from connector.usecases.outbox import Answer, give_answer

log = logging.getLogger(__name__)
T = TypeVar("T")

# How an attempt, and how a look at the marketplace's own account, came out.
DELIVERED: Final = {
    PromiseState.DONE: "delivered",
    PromiseState.REFUSED: "refused",
    PromiseState.WITHDRAWN: "overtaken",
    PromiseState.WAITING: "postponed",
    PromiseState.UNKNOWN: "without an answer",
    PromiseState.SENDING: "without an answer",
}
BROKEN: Final = "failed here"
SETTLED: Final = {**DELIVERED, PromiseState.DONE: "settled"}
AT_ONCE: Final = 50  # documents in one transaction
STREAMS: Final = (
    ("orders_at", None),
    ("returns_at", ClaimKind.RETURN),
    ("cancellations_at", ClaimKind.CANCELLATION),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round or a single delivery came to."""

    what: str
    changed: bool


class Worker:
    """Makes rounds and single deliveries for the shops it is asked for."""

    def __init__(self, store: Store, marketplace: Marketplace, settings: Settings, secret: Secret) -> None:
        self._store = store
        self._marketplace = marketplace
        self._settings = settings
        self._secret = secret

    def round(self, profile_id: int, now: datetime) -> Outcome | None:
        """Make a shop's round if it is due; None when another worker has it."""
        with self._store.claiming(profile_id) as claimed:
            if not claimed:
                return None
            with self._store.reading() as books:
                shop, rounds, tokens = books.desk(profile_id)
                following = after_round(rounds, now, self._settings.round_every)
                lapsing, promises = self._waiting(books, shop, now, following)
            if rounds.next_round_at > now:
                return None
            trouble: list[str] = []
            access = self._access(shop, tokens, now, trouble)
            moved, collected = self._collect(shop, access, rounds, now, trouble)
            if collected or trouble:  # a stream that broke off may have brought news all the same
                with self._store.reading() as books:
                    lapsing, _ = self._waiting(books, shop, now, following)
            spoken = self._answer_what_lapses(shop, lapsing, now, following)
            if collected or trouble or spoken:
                with self._store.reading() as books:
                    promises = books.unfinished(shop.id)
            carried = self._deliver(shop, access, promises, now, following)
            with self._store.writing() as books:
                books.change(t.watermarks, profile_id, next_round_at=following, **moved)
        counts = {"collected": collected, **spoken, **carried}
        said = [f"{count} {word}" for word, count in counts.items() if count]
        return Outcome(f"round: {', '.join(said + trouble) or 'nothing new'}", changed=bool(said or trouble))

    def _waiting(
        self, books: Books, shop: Shop, now: datetime, following: datetime
    ) -> tuple[list[Adjustment], list[Promise]]:
        """Read what nobody has answered and will lapse, and what waits to be delivered."""
        until = max(following, now + self._settings.warn_before)
        return books.undecided(shop.id, until), books.unfinished(shop.id)

    def deliver_now(self, promise_id: int, now: datetime) -> Outcome | None:
        """Deliver one promise that cannot wait for the round; None when another worker has the shop."""
        with self._store.reading() as books:
            promise = books.promise(promise_id)
        with self._store.claiming(promise.profile_id) as claimed:
            if not claimed:
                return None
            with self._store.reading() as books:
                promise = books.promise(promise_id)
                shop, rounds, tokens = books.desk(promise.profile_id)
            if promise.due_at is None or promise.due_at > now:
                return None
            access = self._access(shop, tokens, now, [])
            delivery = self._delivery(shop, access, now, rounds.next_round_at)
            came_out = self._one(delivery, promise)
        return Outcome(f"ahead of the round: {promise.what} {came_out}", changed=True)

    # --- tokens ---
    def _access(self, shop: Shop, tokens: Tokens, now: datetime, trouble: list[str]) -> Access:
        """Use the shop's token, renewed before it expires."""
        token = tokens.access_token
        if tokens.access_expires_at - now <= self._settings.refresh_before:
            try:
                token = self._renew(tokens)
            except (Unavailable, Refused) as error:
                log.error("shop %s: its token cannot be renewed: %s", shop.shop_id, error)
                trouble.append("token not renewed")
        return Access(cipher=shop.cipher, access_token=token)

    def _renew(self, tokens: Tokens) -> str:
        grant = self._marketplace.refresh(tokens.refresh_token)
        with self._store.writing() as books:
            books.renew(tokens.refresh_token, **token_columns(grant))
        return grant.access_token

    # --- collect ---
    def _collect(
        self, shop: Shop, access: Access, rounds: Rounds, now: datetime, trouble: list[str]
    ) -> tuple[dict[str, datetime], int]:
        moved: dict[str, datetime] = {}
        collected = 0
        for column, kind in STREAMS:
            reached: datetime | None = getattr(rounds, column)
            since = reached - self._settings.overlap if reached else rounds.rounds_from - self._settings.history
            try:
                if kind is None:
                    collected += self._collect_orders(shop, self._marketplace.orders_since(access, since), now)
                else:
                    found = self._marketplace.claims_since(access, kind, since)
                    collected += self._collect_claims(shop, access, found, now)
            except (Unavailable, Refused) as error:
                log.warning("shop %s: %s not collected: %s", shop.shop_id, column.removesuffix("_at"), error)
                trouble.append(f"{column.removesuffix('_at')} unavailable")
                if isinstance(error, Unavailable) and error.stale_token:
                    self._renew_next_time(shop, now)
                continue
            moved[column] = now
        return moved, collected

    def _renew_next_time(self, shop: Shop, now: datetime) -> None:
        with self._store.writing() as books:
            books.change(t.tokens, shop.id, access_expires_at=now)

    def _collect_orders(self, shop: Shop, found: Iterable[SiteOrder], now: datetime) -> int:
        collected = 0
        for batch in _batches(found):
            with self._store.writing() as books:
                collected += sum(take_order(books, shop.id, order, now) for order in batch)
        return collected

    def _collect_claims(self, shop: Shop, access: Access, found: Iterable[Claim], now: datetime) -> int:
        """Take claims in, and the orders of those whose order was not known; one without holds up no other."""
        collected = 0
        missing: list[str] = []
        for batch in _batches(found):
            with self._store.reading() as books:
                fresh = [claim for claim in batch if is_news(books.case(shop.id, claim.id), claim)]
                wanted = dict.fromkeys(claim.order_id for claim in fresh)
                strangers = [order_id for order_id in wanted if books.order_by_site(shop.id, order_id) is None]
            if not fresh:
                continue
            orders = self._marketplace.orders(access, strangers) if strangers else []
            missing += set(strangers) - {order.id for order in orders}
            fresh = [self._with_cause(access, claim) for claim in fresh]
            with self._store.writing() as books:
                for order in orders:
                    take_order(books, shop.id, order, now)
                collected += sum(take_claim(books, shop.id, claim, now) for claim in fresh)
        if missing:
            raise Unavailable(f"{len(missing)} order(s) with a claim cannot be read.", acted=False)
        return collected

    def _with_cause(self, access: Access, claim: Claim) -> Claim:
        """A return that was closed does not say why; its records do. Not knowing it holds up nothing."""
        if claim.kind is not ClaimKind.RETURN or news(claim) is not Action.CLOSED:
            return claim
        try:
            return replace(claim, cause=self._marketplace.last_record(access, claim.id))
        except (Unavailable, Refused) as error:
            log.warning("return %s: its records cannot be read: %s", claim.id, error)
            return claim

    # --- what nobody has answered ---
    def _answer_what_lapses(
        self, shop: Shop, lapsing: Sequence[Adjustment], now: datetime, following: datetime
    ) -> Counter[str]:
        """Warn before a deadline; give the shop's default answer in the last round before it."""
        spoken: Counter[str] = Counter()
        for adjustment in lapsing:
            assert adjustment.deadline is not None
            if adjustment.deadline <= now:
                continue
            answer = self._default(shop, adjustment) if adjustment.deadline <= following else None
            if answer is not None and self._give_default(adjustment.id, answer, now):
                spoken["answered"] += 1
            elif adjustment.warned_at is None and adjustment.deadline <= now + self._settings.warn_before:
                self._warn(adjustment, now)
                spoken["warned"] += 1
        return spoken

    def _default(self, shop: Shop, adjustment: Adjustment) -> Answer | None:
        answers = {**self._settings.default_answers, **shop.default_answers}
        wanted = answers.get(adjustment.request_type)
        action = MEANT.get((RequestStatus(adjustment.status), wanted)) if wanted else None
        return None if action is None else Answer(action=action, by="default")

    def _give_default(self, adjustment_id: int, answer: Answer, now: datetime) -> bool:
        """Decide in the seller's place; return False where somebody was faster or it cannot be done."""
        with self._store.writing() as books:
            adjustment = books.adjustment(adjustment_id, lock=True)
            if adjustment is None or adjustment.status not in AWAITS_SELLER:
                return False
            assert adjustment.site_adjustment_id is not None
            # Lines of one RMA are answered alike: where the seller has begun, the default follows.
            begun = [
                entry.answer["action"]
                for entry in books.adjustments_of_claim(adjustment.profile_id, adjustment.site_adjustment_id)
                if entry.generation == adjustment.generation and entry.answer
            ]
            action = next((MEANT[key] for key in MEANT if begun and MEANT[key] == begun[0]), answer.action)
            try:
                give_answer(books, adjustment, Answer(action=action, by="default"), secret=self._secret, now=now)
            except BadRequest as error:  # raised before anything is written
                log.warning("adjustment %s: the default answer cannot be given: %s", adjustment_id, error)
                return False
        return True

    def _warn(self, adjustment: Adjustment, now: datetime) -> None:
        with self._store.writing() as books:
            order = books.order(adjustment.order_id)
            assert order is not None
            assert adjustment.deadline is not None
            books.change(t.adjustments, adjustment.id, warned_at=now)
            text = f"No answer yet: {MARKETPLACE} decides by itself at {moment(adjustment.deadline)}"
            site_id = adjustment.site_adjustment_id
            books.note(order, now, by="connector", event="deadline_near", text=text, site_id=site_id)

    # --- deliver, settle ---
    def _deliver(
        self, shop: Shop, access: Access, promises: Sequence[Promise], now: datetime, following: datetime
    ) -> Counter[str]:
        """Deliver what waits, then settle what has no answer; count the promises by how they came out."""
        if not promises:
            return Counter()
        came_out: dict[int, str] = {}
        delivery = self._delivery(shop, access, now, following)
        for promise in promises:
            due = promise.state not in OUTCOME_UNKNOWN and (promise.not_before is None or promise.not_before <= now)
            if due and not delivery.waits(promise):
                came_out[promise.id] = self._one(delivery, promise)
        with self._store.reading() as books:
            unsettled = [promise for promise in books.unfinished(shop.id) if promise.state in OUTCOME_UNKNOWN]
        for promise in unsettled:
            settled = self._one(delivery, promise)
            if promise.id not in came_out or settled != SETTLED[PromiseState.UNKNOWN]:
                came_out[promise.id] = settled
        return Counter(came_out.values())

    def _one(self, delivery: Delivery, promise: Promise) -> str:
        """Deliver or settle one promise; whatever goes wrong with it is its own affair, not the round's."""
        settling = promise.state in OUTCOME_UNKNOWN
        try:
            return SETTLED[delivery.settle(promise)] if settling else DELIVERED[delivery.deliver(promise)]
        except Exception as error:
            delivery.broke(promise, error)
            return BROKEN

    def _delivery(self, shop: Shop, access: Access, now: datetime, following: datetime) -> Delivery:
        return Delivery(
            self._store,
            self._marketplace,
            shop,
            access,
            secret=self._secret,
            now=now,
            next_round_at=following,
            round_every=self._settings.round_every,
        )


def after_round(rounds: Rounds, now: datetime, every: timedelta) -> datetime:
    """Return the grid's first time after `now`; rounds that were missed are not made up for."""
    return rounds.rounds_from + ((now - rounds.rounds_from) // every + 1) * every


def token_columns(grant: Grant) -> dict[str, Any]:
    return {
        "access_token": grant.access_token,
        "access_expires_at": grant.access_expires_at,
        "refresh_token": grant.refresh_token,
        "refresh_expires_at": grant.refresh_expires_at,
    }


def _batches(found: Iterable[T]) -> Iterator[list[T]]:
    """Cut into batches; what was read before a failure is handed on before the failure is."""
    batch: list[T] = []
    try:
        for one in found:
            batch.append(one)
            if len(batch) == AT_ONCE:
                yield batch
                batch = []
    except MarketplaceError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
