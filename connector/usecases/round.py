"""The connector's round: collect, decide what would lapse, deliver, settle.

One round per shop and quarter of an hour, on a grid that never moves; one more soon after a renewal of the shop's token
that had no answer, and one at once when the marketplace hints that it would find something. A part of a round that
finds the marketplace unavailable leaves its watermark where it was and the rest of the round goes on.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from connector.domain.adjustments import AWAITS_SELLER, Action, RequestStatus
from connector.domain.decisions import (
    APPROVALS,
    APPROVING,
    ASKED,
    MEANT,
    OUTCOME_UNKNOWN,
    ApproveReturn,
    OrderDecision,
    OutboxState,
    SellerDecision,
)
from connector.domain.site import ORDER_WORDS, Claim, ClaimKind, SiteOrder, news
from connector.errors import BadRequest, MarketplaceError, Refused, Unavailable
from connector.ports import Access, Clock, Marketplace, Secret, Store, UnitOfWork
from connector.records import Adjustment, OutboxEntry, Rounds, Shop, Stream, Tokens
from connector.settings import Settings
from connector.usecases.delivery.deliver import deliver
from connector.usecases.delivery.fail import broke
from connector.usecases.delivery.prepare import its_turn, unsettled
from connector.usecases.delivery.run import Run
from connector.usecases.delivery.settle import settle
from connector.usecases.history import MARKETPLACE, moment
from connector.usecases.import_claims import is_news, take_claim
from connector.usecases.import_orders import take_order
from connector.usecases.outbox import decide, family_of
from connector.usecases.return_records import with_records

log = logging.getLogger(__name__)
T = TypeVar("T")

# How an attempt, and how a look at the marketplace's own account, came out.
DELIVERED: Final = {
    OutboxState.DONE: "delivered",
    OutboxState.REFUSED: "refused",
    OutboxState.WITHDRAWN: "overtaken",
    OutboxState.WAITING: "postponed",
    OutboxState.UNKNOWN: "without an answer",
    OutboxState.SENDING: "without an answer",
}
NOT_SENT: Final = {OutboxState.WITHDRAWN: DELIVERED[OutboxState.WITHDRAWN], OutboxState.REFUSED: "not sent"}
BROKEN: Final = "failed here"
SETTLED: Final = {**DELIVERED, OutboxState.DONE: "settled"}
ENDED: Final = {words for state, words in DELIVERED.items() if state not in OUTCOME_UNKNOWN} | {*NOT_SENT.values()}
NO_ANSWER: Final = "no answer about its token"
# A token that was renewed and never reached us ends the one we have, some time after (assumed: 10 minutes).
RENEWED_AGAIN: Final = timedelta(minutes=1)
AT_ONCE: Final = 50  # documents in one transaction
CLAIMS: Final = {Stream.RETURNS: ClaimKind.RETURN, Stream.CANCELLATIONS: ClaimKind.CANCELLATION}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round or a single delivery came to."""

    what: str
    changed: bool
    next_round_at: datetime | None = None  # of a round of the grid


@dataclass(frozen=True, slots=True)
class Worker:
    """Makes rounds and single deliveries for the shops it is asked for."""

    store: Store
    marketplace: Marketplace
    settings: Settings
    secret: Secret
    clock: Clock

    def round(self, profile_id: int, now: datetime) -> Outcome | None:
        """Make a shop's round if it is due, or if the marketplace has hinted that it would find something.

        None when another worker has it, or had it.
        """
        with self.store.claiming(profile_id) as claimed:
            if not claimed:
                return None
            decidable = now + max(self.settings.poll_interval, self.settings.warn_before)
            with self.store.reading() as work:
                purge_to = now - self.settings.purge_after
                shop, rounds, tokens, waiting, to_purge = work.round_begins(profile_id, decidable, purge_to)
                early = rounds.next_round_at > now
                if early and not work.hinted(profile_id, now):
                    return None
            following = after_round(rounds.rounds_from, now, self.settings.poll_interval)
            trouble: list[str] = []
            run = self._run(shop, self._access(shop, tokens, now, trouble), now, following)
            # What was turned away goes before what asks for news: little may be left of the marketplace's quota.
            done = self._deliver_again(run) if waiting else Counter[str]()
            reached, collected = self._collect(run, rounds, trouble)
            if waiting or collected or trouble:  # a stream that broke off may have brought news all the same
                done += self._work_off(run)
            if NO_ANSWER in trouble:
                following = min(following, now + RENEWED_AGAIN)
            with self.store.writing() as work:
                work.round_ended(profile_id, next_round_at=following, reached=reached)
                if early or collected:
                    work.followed(profile_id, now)
                purged = work.purged(rounds, purge_to) if to_purge else 0
            if purged:
                self.store.sweep()
        counts = Counter({"collected": collected, "purged": purged}) + done
        events = [f"{count} {word}" for word, count in counts.items() if count] + trouble
        what = f"{'early ' if early else ''}round: {', '.join(events) or 'nothing new'}"
        return Outcome(what, bool(events), None if early else following)

    def deliver_now(self, entry_id: int, now: datetime) -> Outcome | None:
        """Deliver one outbox entry that cannot wait for the round; None when another worker has the shop."""
        with self.store.reading() as work:
            profile_id = work.outbox_entry(entry_id).profile_id
        with self.store.claiming(profile_id) as claimed:
            if not claimed:
                return None
            with self.store.reading() as work:
                entry = work.outbox_entry(entry_id)
                shop, rounds, tokens, *_ = work.round_begins(profile_id, now, now)
            if entry.due_at is None or entry.due_at > now:
                return None
            trouble: list[str] = []
            access = self._access(shop, tokens, now, trouble)
            if NO_ANSWER in trouble:
                with self.store.writing() as work:
                    early = min(rounds.next_round_at, now + RENEWED_AGAIN)
                    work.round_ended(profile_id, next_round_at=early, reached={})
            run = self._run(shop, access, now, rounds.next_round_at)
            for first in unsettled(run, entry):
                _carry(run, first)
            came_out = _carry(run, entry)
        return Outcome(f"ahead of the round: {entry.decision.operation} {came_out}", changed=True)

    # --- tokens ---
    def _access(self, shop: Shop, tokens: Tokens, now: datetime, trouble: list[str]) -> Access:
        """Use the shop's token, renewed before it expires."""
        token = tokens.access_token
        if tokens.access_expires_at - now <= self.settings.refresh_before:
            try:
                token = self._renew(tokens)
            except (Unavailable, Refused) as error:
                log.error("shop %s: its token cannot be renewed: %s", shop.shop_id, error)
                lost = isinstance(error, Unavailable) and error.acted
                trouble.append(NO_ANSWER if lost else "token not renewed")
        return Access(cipher=shop.cipher, access_token=token)

    def _renew(self, tokens: Tokens) -> str:
        grant = self.marketplace.refresh(tokens.refresh_token)
        with self.store.writing() as work:
            work.tokens_renewed(tokens.refresh_token, grant)
        return grant.access_token

    # --- collect ---
    def _collect(self, run: Run, rounds: Rounds, trouble: list[str]) -> tuple[dict[Stream, datetime], int]:
        collected: list[Stream] = []
        count = 0
        for stream in Stream:
            reached = rounds.reached(stream)
            since = reached - self.settings.overlap if reached else run.shop.added_at - self.settings.backfill
            try:
                if stream is Stream.ORDERS:
                    count += self._collect_orders(run, self.marketplace.orders_since(run.access, since))
                else:
                    found = self.marketplace.claims_since(run.access, CLAIMS[stream], since)
                    count += self._collect_claims(run, found)
            except (Unavailable, Refused) as error:
                log.warning("shop %s: %s not collected: %s", run.shop.shop_id, stream, error)
                trouble.append(f"{stream} unavailable")
                if isinstance(error, Unavailable) and error.stale_token:
                    with self.store.writing() as work:
                        work.token_stale(run.shop.id)
                continue
            collected.append(stream)
        return dict.fromkeys(collected, run.began), count

    def _collect_orders(self, run: Run, found: Iterable[SiteOrder]) -> int:
        collected = unkept = untold = 0
        for batch in _batches(found):
            with self.store.reading() as work:
                known = work.fingerprints(run.shop.id, [order.id for order in batch])
            fresh = [order for order in batch if known.get(order.id) != order.fingerprint]
            kept, failed = self._take_in(run, fresh) if fresh else (0, 0)
            collected, unkept = collected + kept, unkept + failed
            untold += sum(order.status not in ORDER_WORDS for order in fresh)
        if unkept or untold:
            words = f"{unkept} order(s) cannot be kept, {untold} have a status that is not known here."
            raise Unavailable(words, acted=False)
        return collected

    def _collect_claims(self, run: Run, found: Iterable[Claim]) -> int:
        """Take claims in, and the orders of those whose order was not known; one without holds up no other."""
        collected = unkept = untold = 0
        missing: list[str] = []
        for batch in _batches(found):
            with self.store.reading() as work:
                known = {case.site_id: case for case in work.cases(run.shop.id, [claim.id for claim in batch])}
                fresh = [claim for claim in batch if is_news(known.get(claim.id), claim)]
                wanted = dict.fromkeys(claim.order_id for claim in fresh if claim.id not in known)
                orders_known = work.fingerprints(run.shop.id, list(wanted)) if wanted else {}
            if not fresh:
                continue
            strangers = [order_id for order_id in wanted if order_id not in orders_known]
            orders = self._orders(run, strangers) if strangers else []
            missing += set(strangers) - {order.id for order in orders}
            told = list(self._told(run, fresh, known))
            kept, failed = self._take_in(run, told, orders)
            collected, unkept = collected + kept, unkept + failed + len(fresh) - len(told)
            untold += sum(news(claim) is None for claim in told)
        if missing or unkept or untold:
            raise Unavailable(
                f"{len(missing)} order(s) with a claim cannot be read, {unkept} claim(s) or order(s) not be kept, "
                f"{untold} claim(s) have a status that is not known here.",
                acted=False,
            )
        return collected

    def _orders(self, run: Run, order_ids: Sequence[str]) -> list[SiteOrder]:
        """Read orders; none where they cannot be had, and the claims of the other orders are taken in all the same."""
        try:
            return self.marketplace.orders(run.access, order_ids)
        except (Unavailable, Refused) as error:
            log.warning("shop %s: orders with a claim cannot be read: %s", run.shop.shop_id, error)
            return []

    def _take_in(
        self, run: Run, fresh: Sequence[SiteOrder] | Sequence[Claim], orders: Sequence[SiteOrder] = ()
    ) -> tuple[int, int]:
        """Keep what is fresh, after the orders it needs, in one transaction; where that fails, one by one.

        Return how many of the fresh brought news, and how many cannot be kept: they hold up no other.
        """
        try:
            with self.store.writing() as work:
                for order in orders:
                    take_order(work, run.shop.id, order)
                return sum(_take(work, run, one) for one in fresh), 0
        except Exception as error:
            if len(fresh) + len(orders) == 1:
                log.error("shop %s: %s cannot be kept", run.shop.shop_id, fresh[0].id, exc_info=error)
                return 0, 1
        outcomes = [self._take_in(run, [one]) for one in (*orders, *fresh)]
        kept = sum(kept for kept, _ in outcomes[len(orders) :])
        return kept, sum(failed for _, failed in outcomes)

    def _told(self, run: Run, fresh: Iterable[Claim], known: Collection[str]) -> Iterator[Claim]:
        """Yield claims with what their records say; one that cannot be judged without them waits for another round."""
        for claim in fresh:
            try:
                yield with_records(self.marketplace, run.access, claim, new=claim.id not in known)
            except (Unavailable, Refused) as error:
                log.warning("return %s: whether its money has come cannot be read: %s", claim.id, error)

    # --- what nobody has decided ---
    def _work_off(self, run: Run) -> Counter[str]:
        """Decide what would lapse, then deliver and settle; count how it all came out."""
        until = max(run.next_round_at, run.now + self.settings.warn_before)
        with self.store.reading() as work:
            lapsing, entries = work.undecided(run.shop.id, until), work.unfinished(run.shop.id)
        decided = self._decide_what_lapses(run, lapsing)
        if decided:
            with self.store.reading() as work:
                entries = work.unfinished(run.shop.id)
        return decided + self._deliver(run, entries)

    def _decide_what_lapses(self, run: Run, lapsing: Iterable[Adjustment]) -> Counter[str]:
        """Warn before a deadline; make the shop's default decision in the last round before it."""
        counts: Counter[str] = Counter()
        for adjustment in lapsing:
            try:
                done = self._before_its_deadline(run, adjustment)
            except Exception:  # its own affair, not the round's
                log.exception("adjustment %s: nothing could be done before its deadline", adjustment.id)
                done = BROKEN
            if done:
                counts[done] += 1
        return counts

    def _before_its_deadline(self, run: Run, adjustment: Adjustment) -> str:
        """Do what is due before one deadline; return what was done, or nothing."""
        assert adjustment.deadline is not None
        if adjustment.deadline <= run.now:
            return ""
        action = self._default(run.shop, adjustment) if adjustment.deadline <= run.next_round_at else None
        if action is not None and self._decide_by_default(adjustment.id, action):
            return "answered"
        if adjustment.warned_at is None and adjustment.deadline <= run.now + self.settings.warn_before:
            self._warn(adjustment)
            return "warned"
        return ""

    def _default(self, shop: Shop, adjustment: Adjustment) -> Action | None:
        wanted = {**self.settings.default_answers, **shop.default_answers}.get(adjustment.request_type)
        return MEANT.get((adjustment.status, wanted)) if wanted else None

    def _decide_by_default(self, adjustment_id: int, action: Action) -> bool:
        """Decide in the seller's place; return False where somebody was faster or it cannot be done."""
        with self.store.writing() as work:
            adjustment = work.adjustment(adjustment_id, lock=True)
            if adjustment is None or adjustment.status not in AWAITS_SELLER:
                return False
            # Lines of one RMA are decided alike: where the seller has begun, the default follows.
            begun = [entry.decision.action for entry in family_of(work, adjustment) if entry.decision]
            if not begun and _said_otherwise(work, adjustment, action):
                return False
            decision = SellerDecision(begun[0] if begun else action)
            try:
                decide(work, adjustment, decision, by_default=True, secret=self.secret)
            except BadRequest as error:  # raised before anything is written
                log.warning("adjustment %s: the default decision cannot be made: %s", adjustment_id, error)
                return False
        return True

    def _warn(self, adjustment: Adjustment) -> None:
        with self.store.writing() as work:
            assert adjustment.deadline is not None
            work.moved(adjustment, replace(adjustment, warned_at=work.now))
            text = f"No answer yet: {MARKETPLACE} decides by itself at {moment(adjustment.deadline)}"
            ids, site_id = (adjustment.profile_id, adjustment.order_id), adjustment.site_adjustment_id
            work.note(*ids, by="connector", event="deadline_near", text=text, site_id=site_id)

    # --- deliver, settle ---
    def _deliver_again(self, run: Run) -> Counter[str]:
        """Deliver, or look up, the answers to buyers that have had no outcome; count them by how they came out."""
        with self.store.reading() as work:
            tried = [one for one in work.unfinished(run.shop.id) if one.attempts and one.deadline]
        entries = [one for one in tried if one.deadline and one.deadline > run.now]
        unknown = [one for one in entries if one.state in OUTCOME_UNKNOWN]
        return Counter((self._sent(run, entries) | {one.id: _carry(run, one) for one in unknown}).values())

    def _deliver(self, run: Run, entries: Sequence[OutboxEntry]) -> Counter[str]:
        """Deliver what waits, then settle what has no outcome; count the entries by how they came out."""
        came_out = self._sent(run, entries)
        if ENDED.issuperset(came_out.values()) and not any(entry.state in OUTCOME_UNKNOWN for entry in entries):
            return Counter(came_out.values())
        with self.store.reading() as work:
            unknown = [entry for entry in work.unfinished(run.shop.id) if entry.state in OUTCOME_UNKNOWN]
        for entry in unknown:
            settled = _carry(run, entry)
            if entry.id not in came_out or settled != SETTLED[OutboxState.UNKNOWN]:
                came_out[entry.id] = settled
        return Counter(came_out.values())

    def _sent(self, run: Run, entries: Sequence[OutboxEntry]) -> dict[int, str]:
        """Make an attempt for each of these whose turn it was when the run began; return how they came out, by id."""
        came_out: dict[int, str] = {}
        for entry in entries:
            if entry.state in OUTCOME_UNKNOWN or (entry.not_before is not None and entry.not_before > run.began):
                continue
            try:
                before = unsettled(run, entry)
                for first in before:
                    came_out[first.id] = _carry(run, first)
                entry, goes = its_turn(run, entry, unsettled(run, entry) if before else ())
            except Exception as error:
                broke(run, entry, error)
                came_out[entry.id] = BROKEN
                continue
            if goes:
                came_out[entry.id] = _carry(run, entry)
            elif entry.state in NOT_SENT:
                came_out[entry.id] = NOT_SENT[entry.state]
        return came_out

    def _run(self, shop: Shop, access: Access, now: datetime, following: datetime) -> Run:
        return Run(self.store, self.settings, self.marketplace, self.secret, self.clock, shop, access, now, following)


def _said_otherwise(work: UnitOfWork, adjustment: Adjustment, action: Action) -> bool:
    """Return whether the seller has answered otherwise, and is only asked anew as the marketplace did not take it."""
    assert adjustment.site_adjustment_id is not None
    of_claim = work.adjustments_of_claim(adjustment.profile_id, adjustment.site_adjustment_id)
    failed = [one for one in of_claim if one.generation == adjustment.generation - 1 and one.decided_by == "oms"]
    for entry_id in {one.outbox_id for one in failed if one.status is RequestStatus.ERROR and one.outbox_id}:
        said = work.outbox_entry(entry_id).decision
        if not isinstance(said, OrderDecision) and ASKED.get(said.choice, RequestStatus.NEW_RMA) == adjustment.status:
            is_offer = isinstance(said, ApproveReturn) and said.amount is not None
            return is_offer or isinstance(said, APPROVALS) is not (action in APPROVING)
    return False


def _take(work: UnitOfWork, run: Run, one: SiteOrder | Claim) -> bool:
    take: Callable[..., bool] = take_claim if isinstance(one, Claim) else take_order
    return take(work, run.shop.id, one)


def _carry(run: Run, entry: OutboxEntry) -> str:
    """Deliver or settle one entry; whatever goes wrong with it is its own affair, not the round's."""
    try:
        return SETTLED[settle(run, entry)] if entry.state in OUTCOME_UNKNOWN else DELIVERED[deliver(run, entry)]
    except Exception as error:
        broke(run, entry, error)
        return BROKEN


def after_round(rounds_from: datetime, now: datetime, every: timedelta) -> datetime:
    """Return the grid's first time after `now`; rounds that were missed are not made up for."""
    return rounds_from + ((now - rounds_from) // every + 1) * every


def first_round(rounds_from: datetime, now: datetime, every: timedelta) -> datetime:
    """Return when a shop's first round falls: now, where that is on the grid, which a later shop joins."""
    return after_round(rounds_from, now, every) if (now - rounds_from) % every else now


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
