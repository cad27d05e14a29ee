"""Promises carried to the marketplace: each exactly once, or to an error that a person can see.

An attempt is written down before it is made, so one that ends without an answer (or with our own death) is known as
such. What ended without an answer is looked up before anything is sent again; the same idempotency key travels on
every attempt, and where only the key can name what a lost attempt has made, sending again is how to ask. Refunds of
the same units go one after the other. One attempt per call: the next one is a stored time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import Books, Store
from connector.domain.adjustments import BEGINS, TERMINAL, Action, RequestStatus, after
from connector.domain.decisions import (
    ASKED,
    BRINGS,
    CREATING,
    OUTCOME_UNKNOWN,
    REJECTING,
    UNFINISHED,
    Operation,
    PromiseState,
)
from connector.domain.money import unit_of
from connector.domain.reasons import choose, reasons_of
from connector.domain.retry import DELIVERY
from connector.domain.site import Claim, ClaimKind, news
from connector.errors import Refused, Unavailable
from connector.ports import Access, Marketplace, Secret
from connector.records import Adjustment, Order, Promise, Shop
from connector.usecases.blocking import in_the_way, still_fits
from connector.usecases.history import MARKETPLACE, says
from connector.usecases.import_claims import OURS, amounts, ask_anew, astray, parts_as_kept, promised, take_claim
from connector.usecases.rounding import MENDED, TOO_MUCH, mended, what_it_has

log = logging.getLogger(__name__)

IN_PROGRESS: Final = 25001011  # the marketplace is busy with another claim on the same units
HELD: Final = "Waits for another claim on the same units."
CANCELLING: Final = (Operation.CANCEL_ORDER, Operation.APPROVE_CANCELLATION, Operation.REJECT_CANCELLATION)


class Delivery:
    """Delivers and settles the promises of one shop, with one set of tokens."""

    def __init__(
        self,
        store: Store,
        marketplace: Marketplace,
        shop: Shop,
        access: Access,
        *,
        secret: Secret,
        now: datetime,
        next_round_at: datetime,
        round_every: timedelta,
    ) -> None:
        self._store = store
        self._marketplace = marketplace
        self._shop = shop
        self._access = access
        self._secret = secret
        self._now = now
        self._next_round_at = next_round_at
        self._round_every = round_every

    def deliver(self, promise: Promise, seen: Sequence[Claim] = ()) -> PromiseState:
        """Make one attempt and say where the promise stands after it.

        `seen` is the marketplace's account just before: taken in with the outcome, which tells what of it is ours.
        """
        body = self._prepared(promise)
        if body is None:
            return PromiseState.WAITING
        if not self._begin(promise, body):
            return PromiseState.WITHDRAWN
        try:
            made = self._marketplace.send(
                self._access,
                Operation(promise.what),
                claim_id=promise.site_id,
                key=promise.idempotency_key,
                body=body,
            )
        except Unavailable as error:
            return self._postpone(promise, error)
        except Refused as error:
            return self._not_made(promise, error) if promise.what in CREATING else self._refused(promise, error)
        return self._done(promise, body, made, seen)

    def settle(self, promise: Promise) -> PromiseState:
        """Look up what became of an attempt; send again only when nothing did and its time has come."""
        if promise.what == Operation.CREATE_RETURN:
            return self._ask_by_key(promise)
        try:
            self._look_up(promise)
        except (Unavailable, Refused) as error:
            log.warning("promise %s: cannot be looked up: %s", promise.id, error)
            self._look_again(promise)
            return PromiseState.UNKNOWN
        with self._store.reading() as books:
            promise = books.promise(promise.id)
        if promise.state in UNFINISHED and (promise.not_before is None or promise.not_before <= self._now):
            return self.deliver(promise)
        return PromiseState(promise.state)

    def _ask_by_key(self, promise: Promise) -> PromiseState:
        """Send a refund again to learn its number: under the same key the first outcome is answered, whatever it was.

        A refund that looks the same may be the seller's own, made at the marketplace: its looks prove nothing.
        """
        if promise.not_before is not None and promise.not_before > self._now:
            return PromiseState.UNKNOWN
        try:
            seen = self._claims(promise)
        except (Unavailable, Refused) as error:
            log.warning("promise %s: cannot be looked up: %s", promise.id, error)
            return PromiseState.UNKNOWN
        return self.deliver(promise, seen)

    def waits(self, promise: Promise) -> bool:
        """Say whether a refund has to wait for another one of the same units; the record says so once."""
        if promise.what not in CREATING or promise.state in OUTCOME_UNKNOWN or not self._may_wait(promise):
            return False
        with self._store.reading() as books:
            before = in_the_way(books, promise)
        if before is None:
            return False
        if promise.error_message != HELD:
            with self._store.writing() as books:
                books.change(t.outbox, promise.id, error_message=HELD)
                text = f"Not sent yet ({says(promise.what, promise.body)}): another claim on the same units goes first"
                self._note(books, promise, "held_back", text, site_id=before.site_adjustment_id)
        return True

    def broke(self, promise: Promise, error: Exception) -> PromiseState:
        """Contain a fault of our own: it holds up no other promise, is tried again, and ends where a person sees it."""
        log.error("promise %s: %s", promise.id, error, exc_info=error)
        words = f"The connector failed: {type(error).__name__}"
        with self._store.writing() as books:
            current = books.promise(promise.id)
            if current.state not in UNFINISHED:
                return PromiseState(current.state)
            attempts = max(current.attempts, promise.attempts + 1)
            retry = DELIVERY.next_try(self._now, attempts=attempts)
            if retry is None:
                self._fail(books, current, code="internal", words=words)
                return PromiseState.REFUSED
            state = PromiseState.UNKNOWN if current.state in OUTCOME_UNKNOWN else PromiseState.WAITING
            due = self._due_at(current, retry)
            changed = {"state": state, "attempts": attempts, "not_before": retry, "due_at": due}
            books.change(t.outbox, promise.id, **changed, error_message=words)
            text = f"Attempt {attempts} to tell {MARKETPLACE} failed here ({says(current.what, current.body)})"
            self._note(books, current, "attempt_failed", text, words=words, site_id=current.site_id)
        return state

    # --- before ---
    def _prepared(self, promise: Promise) -> dict[str, Any] | None:
        """Fill in what only the marketplace knows: a reason its list has, the sum it would pay back."""
        body = promise.body
        operation = Operation(promise.what)
        try:
            if operation in REJECTING and body["reason"] is None:
                assert promise.site_id is not None
                live = self._marketplace.reject_reasons(self._access, promise.site_id)
                body = {**body, "reason": self._reject_reason(promise, body, live)}
            elif operation is Operation.CREATE_RETURN and body["amount"] is None:
                sum_ = self._marketplace.refundable(self._access, body["order_id"], body["line_ids"], body["reason"])
                body = {**body, "amount": _plain(self._most(promise, sum_))}
        except Unavailable as error:
            self._postpone(promise, error, tried=False)
            return None
        except Refused as error:
            log.info("promise %s: %s", promise.id, error)
            body = self._without_advice(promise, body)
        return body

    def _reject_reason(self, promise: Promise, body: dict[str, Any], live: list[str]) -> str:
        reasons = reasons_of(self._shop.region)
        if promise.what == Operation.REJECT_CANCELLATION:
            default = reasons.reject_cancellation
        elif body["decision"] == "REJECT_RECEIVED_PACKAGE":
            default = reasons.reject_goods[body["grade"]]
        else:
            default = reasons.reject_request
        chosen = choose(default, live)
        if chosen != default:
            with self._store.writing() as books:
                text = f"The case does not offer the default reason {default}; its first one is taken"
                self._note(books, promise, "reason_replaced", text, words=chosen)
        return chosen

    def _without_advice(self, promise: Promise, body: dict[str, Any]) -> dict[str, Any]:
        """Go on with our own reckoning where the marketplace gives no advice: the call itself will say."""
        if promise.what == Operation.CREATE_RETURN:
            with self._store.reading() as books:
                return {**body, "amount": _plain(promised(books, promise))}
        return {**body, "reason": self._reject_reason(promise, body, [])}

    def _most(self, promise: Promise, refundable: Decimal) -> Decimal:
        """Take the marketplace's sum for all that is left, but no more than rounding makes of ours: units whose other
        refund came to nothing have more left than was meant. Nor less, where a sum was asked for: a person is told."""
        with self._store.reading() as books:
            ours = promised(books, promise)
        most = astray(promise, promise.body["currency"])
        too_little = promise.body.get("stated", False) and refundable < ours - most
        return ours if too_little or refundable > ours + most else refundable

    def _begin(self, promise: Promise, body: dict[str, Any]) -> bool:
        """Write the attempt down before it is made; False where the promise is finished already."""
        with self._store.writing() as books:
            if books.promise(promise.id).state not in UNFINISHED:
                return False
            books.change(
                t.outbox,
                promise.id,
                state=PromiseState.SENDING,
                body=body,
                attempts=promise.attempts + 1,
                first_sent_at=promise.first_sent_at or self._now,
            )
            for entry in books.adjustments_of_promise(promise.id):
                self._move(books, entry, Action.SEND)
        return True

    # --- after ---
    def _done(
        self, promise: Promise, body: dict[str, Any], made: str | None, seen: Sequence[Claim] = ()
    ) -> PromiseState:
        creating = promise.what in CREATING
        with self._store.writing() as books:
            if creating and made and (known := books.adjustments_of_claim(self._shop.id, made)):
                return self._known_already(books, promise, made, known)
            books.change(
                t.outbox,
                promise.id,
                state=PromiseState.DONE,
                site_id=made if creating else promise.site_id,
                due_at=None,
                finished_at=self._now,
            )
            action = Action.ACCEPTED if creating else BRINGS[body["decision"]]
            for entry in books.adjustments_of_promise(promise.id):
                extra: dict[str, Any] = {"answer": None}
                if creating:
                    extra["site_adjustment_id"] = made
                if promise.what == Operation.CREATE_RETURN:
                    extra |= _as_paid(entry, Decimal(body["amount"]), body["currency"])
                self._move(books, entry, action, **extra)
            words = body.get("decision") or body.get("reason")
            text = f"Told {MARKETPLACE}: {says(promise.what, body)}"
            self._note(books, promise, "delivered", text, words=words, site_id=made or promise.site_id)
            for claim in seen:
                take_claim(books, self._shop.id, claim, self._now)
        return PromiseState.DONE

    def _known_already(self, books: Books, promise: Promise, made: str, known: Sequence[Adjustment]) -> PromiseState:
        """Keep one refund one refund, where what a lost attempt has made was collected as somebody else's."""
        if any(entry.created_source == OURS for entry in known):
            self._fail(books, promise, code="mistaken", words=f"{made} is another refund of the seller's.")
            return PromiseState.REFUSED
        done = {"state": PromiseState.DONE, "due_at": None, "finished_at": self._now}
        books.change(t.outbox, promise.id, **done, site_id=made)
        comment = f"Stands in the books as adjustment {known[0].id}."
        for entry in books.adjustments_of_promise(promise.id):
            self._set(books, entry, RequestStatus.INFORMATION_ONLY, comment=comment)
        text = f"Found at {MARKETPLACE} ({says(promise.what, promise.body)}): collected already"
        self._note(books, promise, "settled", text, site_id=made)
        return PromiseState.DONE

    def _postpone(self, promise: Promise, error: Unavailable, *, tried: bool = True) -> PromiseState:
        """Store the next attempt; out of the grid where the deadline would not wait for the round."""
        attempts = promise.attempts + 1
        retry = DELIVERY.next_try(self._now, attempts=attempts)
        acted = (tried and error.acted) or promise.state in OUTCOME_UNKNOWN  # what once was unknown still is
        if retry is None and not acted:
            with self._store.writing() as books:
                self._fail(books, promise, code="unavailable", words=error.words)
            return PromiseState.REFUSED
        retry = retry or self._now + DELIVERY.longest
        if error.retry_after is not None:
            retry = max(retry, self._now + timedelta(seconds=error.retry_after))
        state = PromiseState.UNKNOWN if acted else PromiseState.WAITING
        with self._store.writing() as books:
            if error.stale_token:
                books.change(t.tokens, self._shop.id, access_expires_at=self._now)
            books.change(
                t.outbox,
                promise.id,
                state=state,
                attempts=attempts,
                not_before=retry,
                due_at=self._due_at(promise, retry),
                error_message=error.words,
            )
            fate = "its outcome is not known, it will be looked up" if acted else "nothing has happened"
            what = says(promise.what, promise.body)
            text = f"Attempt {attempts} to tell {MARKETPLACE} got no answer ({what}): {fate}"
            self._note(books, promise, "attempt_failed", text, words=error.words, site_id=promise.site_id)
        return state

    def _look_again(self, promise: Promise) -> None:
        retry = self._now + DELIVERY.longest
        with self._store.writing() as books:
            books.change(t.outbox, promise.id, due_at=self._due_at(promise, retry))

    def _due_at(self, promise: Promise, retry: datetime) -> datetime | None:
        if promise.deadline is None or retry >= promise.deadline:
            return None
        round_at = self._next_round_at
        while round_at < retry:
            round_at += self._round_every
        return retry if promise.deadline <= round_at else None

    def _refused(self, promise: Promise, error: Refused) -> PromiseState:
        """A refusal because the same result already stands is no error: look before calling it one."""
        claims: list[Claim] = []
        with self._store.writing() as books:  # this attempt had no effect: what stands is somebody else's
            books.change(t.outbox, promise.id, state=PromiseState.WAITING)
        try:
            claims = self._look_up(promise, refused=error)
        except (Unavailable, Refused) as failure:
            log.warning("promise %s: refused, and cannot be looked up: %s", promise.id, failure)
        with self._store.writing() as books:
            state = PromiseState(books.promise(promise.id).state)
            if state not in UNFINISHED:
                return state
            self._fail(books, promise, code=str(error.code), words=error.words, claims=claims)
        return PromiseState.REFUSED

    def _not_made(self, promise: Promise, error: Refused) -> PromiseState:
        """A refund or cancellation was refused: find what an earlier sending of it has made, or wait for its turn."""
        repeated = promise.what == Operation.CANCEL_ORDER or promise.state in OUTCOME_UNKNOWN
        if not repeated and error.code != IN_PROGRESS:
            return self._mend_or_fail(promise, error)
        claims: list[Claim] = []
        try:
            claims = self._claims(promise)
        except (Unavailable, Refused) as failure:
            log.warning("promise %s: refused, and cannot be looked up: %s", promise.id, failure)
            if repeated and promise.attempts + 1 < DELIVERY.attempts:
                return self._postpone(promise, Unavailable(error.words, acted=True))
        with self._store.writing() as books:
            if repeated:
                for claim in claims:
                    take_claim(books, self._shop.id, claim, self._now, adopting=True)
                if books.promise(promise.id).state not in UNFINISHED:
                    return PromiseState.DONE
            # Nothing was made, and the key's outcome is this refusal: another attempt is another request.
            key = self._secret("idempotency key")
            books.change(t.outbox, promise.id, state=PromiseState.WAITING, idempotency_key=key)
            for claim in claims:
                take_claim(books, self._shop.id, claim, self._now)
            busy = error.code == IN_PROGRESS and self._may_wait(promise)
            if busy and self._has_its_turn_coming(books, books.promise(promise.id)):
                self._keep_waiting(books, promise, error)
                return PromiseState.WAITING
            self._fail(books, promise, code=str(error.code), words=error.words)
        return PromiseState.REFUSED

    def _mend_or_fail(self, promise: Promise, error: Refused) -> PromiseState:
        """End in an error, unless all that is wrong with a refund is how we have reckoned a coin."""
        with self._store.reading() as books:
            body, most_astray = books.promise(promise.id).body, astray(promise, promise.body["currency"])
        better = None
        if promise.what == Operation.CREATE_RETURN and error.code in TOO_MUCH and MENDED not in body:
            try:
                left = what_it_has(self._marketplace, self._access, body)
            except Unavailable as failure:
                return self._postpone(promise, failure, tried=False)
            better = mended(body, left, most_astray)
        with self._store.writing() as books:
            if better is None:
                self._fail(books, promise, code=str(error.code), words=error.words)
                return PromiseState.REFUSED
            key = self._secret("idempotency key")
            books.change(t.outbox, promise.id, state=PromiseState.WAITING, body=better, idempotency_key=key)
            for entry in books.adjustments_of_promise(promise.id):
                line_ids = better["line_ids"]
                count = None if entry.item_id is None else len(line_ids)
                books.change(t.adjustments, entry.id, site_line_ids=line_ids, quantity=count)
            promise = books.promise(promise.id)
        return self.deliver(promise)

    def _may_wait(self, promise: Promise) -> bool:
        """Other claims are waited for as long as the marketplace is: by then a person is told."""
        return self._now < promise.created_at + DELIVERY.attempts * self._round_every

    def _has_its_turn_coming(self, books: Books, promise: Promise) -> bool:
        order = books.order(promise.order_id)
        assert order is not None
        return in_the_way(books, promise) is not None or still_fits(books, order, promise)

    def _keep_waiting(self, books: Books, promise: Promise, error: Refused) -> None:
        retry = self._now + DELIVERY.longest
        books.change(t.outbox, promise.id, not_before=retry, error_message=error.words)
        if promise.error_message != error.words:
            text = f"{MARKETPLACE} is busy with another claim on the same units ({says(promise.what, promise.body)})"
            self._note(books, promise, "held_back", text, words=error.words)

    def _fail(self, books: Books, promise: Promise, *, code: str, words: str, claims: Sequence[Claim] = ()) -> None:
        """End in an error that a person can see; what still waits for the seller is asked anew, so that they can."""
        books.change(
            t.outbox,
            promise.id,
            state=PromiseState.REFUSED,
            due_at=None,
            finished_at=self._now,
            error_code=code,
            error_message=words,
        )
        entries = books.adjustments_of_promise(promise.id)
        failed = []
        for entry in entries:
            was = RequestStatus(entry.status)
            status = after(after(was, Action.SEND) or was, Action.REFUSED) or was
            self._set(books, entry, status, error_code=code, error_message=words, answer=None)
            if status is RequestStatus.ERROR:
                failed.append(entry)
        text = f"Error: {MARKETPLACE} does not take it ({says(promise.what, promise.body)}), code {code}"
        self._note(books, promise, "refused", text, words=words, site_id=promise.site_id)
        waits = None if promise.what in CREATING else self._still_waits(promise, claims)
        if failed and waits is not None:
            for entry in failed:
                ask_anew(books, entry, waits, self._now)
            text = "The request still waits for the seller and can be answered again"
            words_now = claims[0].status if claims else None
            self._note(books, promise, "asked_anew", text, words=words_now, site_id=promise.site_id)

    def _still_waits(self, promise: Promise, claims: Sequence[Claim]) -> RequestStatus | None:
        """Say what the seller is still asked by the marketplace's account, or as last read where that is silent."""
        if claims:
            action = news(claims[0])
            return BEGINS[action] if action in (Action.WAITS, Action.READY) else None
        if promise.deadline is not None and promise.deadline <= self._now:
            return None
        return ASKED.get(promise.body["decision"], RequestStatus.NEW_RMA)

    # --- looking ---
    def _claims(self, promise: Promise) -> list[Claim]:
        """Read the marketplace's own account of this promise."""
        kind = ClaimKind.CANCELLATION if promise.what in CANCELLING else ClaimKind.RETURN
        if promise.what in CREATING:
            return self._marketplace.claims(self._access, kind, order_ids=[promise.body["order_id"]])
        assert promise.site_id is not None
        return self._marketplace.claims(self._access, kind, ids=[promise.site_id])

    def _look_up(self, promise: Promise, *, refused: Refused | None = None) -> list[Claim]:
        """Read the marketplace's own account of this promise and take it in."""
        claims = self._claims(promise)
        with self._store.writing() as books:
            for claim in claims:
                take_claim(books, self._shop.id, claim, self._now)
            current = books.promise(promise.id)
            if refused is not None and current.state not in UNFINISHED:
                text = "Done outside already: the marketplace refused the decision because the matter is settled"
                words = f"{refused.code}: {refused.words}"
                self._note(books, promise, "done_outside", text, words=words, site_id=promise.site_id)
            elif current.state in OUTCOME_UNKNOWN and self._ended(books, promise):
                books.change(t.outbox, promise.id, state=PromiseState.DONE, due_at=None, finished_at=self._now)
        return claims

    def _ended(self, books: Books, promise: Promise) -> bool:
        return all(entry.status in TERMINAL for entry in books.adjustments_of_promise(promise.id))

    # --- small things ---
    def _move(self, books: Books, entry: Adjustment, action: Action, **extra: Any) -> None:
        was = RequestStatus(entry.status)
        status = after(was, action)
        if status is not None or extra:
            self._set(books, entry, status or was, **extra)

    def _set(self, books: Books, entry: Adjustment, status: RequestStatus, **extra: Any) -> None:
        books.change(t.adjustments, entry.id, status=status, updated_source="System", updated_at=self._now, **extra)

    def _note(
        self,
        books: Books,
        promise: Promise,
        event: str,
        text: str,
        *,
        words: str | None = None,
        site_id: str | None = None,
    ) -> None:
        order: Order | None = books.order(promise.order_id)
        assert order is not None
        books.note(order, self._now, by="connector", event=event, text=text, words=words, site_id=site_id)


def _as_paid(entry: Adjustment, amount: Decimal, currency: str) -> dict[str, Any]:
    """Take over the sum the marketplace reckons, spread as ours was."""
    if amount == entry.total:
        return {}
    return {"site_line_amounts": {}, **amounts(parts_as_kept(entry).scaled_to(amount, unit_of(currency)))}


def _plain(amount: Decimal) -> str:
    """Write a sum as the marketplace does: no exponent, no padding."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
