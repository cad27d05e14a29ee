"""What the connector needs from the world: a clock, chance, a marketplace, and somewhere to keep things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from connector.domain.decisions import Decision, OutboxState
from connector.domain.site import Claim, ClaimKind, ReturnRecords, SiteOrder
from connector.records import (
    ActivityEntry,
    Adjustment,
    Application,
    Case,
    Client,
    LineUnit,
    Order,
    OrderItem,
    OutboxEntry,
    Rounds,
    Shop,
    Stream,
    Tokens,
)

R = TypeVar("R")


class Clock(Protocol):
    def now(self) -> datetime: ...


class Secret(Protocol):
    """Makes unguessable text; `purpose` says what for."""

    def __call__(self, purpose: str) -> str: ...


class Vault(Protocol):
    """Keeps secrets so that who reads the database does not learn them."""

    def seal(self, secret: str) -> str:
        """Return a secret as the database may keep it."""

    def open(self, kept: str, /) -> str:
        """Return the secret that is kept."""

    def sealed_anew(self, kept: str) -> str:
        """Return what is kept, or what was kept before there were keys, as it would be kept now."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens the marketplace has given."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    seller_name: str
    region: str


@dataclass(frozen=True, slots=True)
class AuthorizedShop:
    shop_id: str
    cipher: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Access:
    """How one shop is called."""

    cipher: str
    access_token: str


class Marketplace(Protocol):
    """One attempt per call. Raises Unavailable or Refused, never anything else."""

    def exchange_code(self, auth_code: str) -> Grant: ...
    def refresh(self, refresh_token: str) -> Grant: ...
    def shops(self, access_token: str) -> list[AuthorizedShop]: ...

    def notify(self, shop: Access, topic: str, address: str) -> None:
        """Have the marketplace send what happens in a shop to this address."""

    def orders_since(self, shop: Access, since: datetime | None) -> Iterator[SiteOrder]: ...
    def claims_since(self, shop: Access, kind: ClaimKind, since: datetime | None) -> Iterator[Claim]: ...
    def orders(self, shop: Access, order_ids: Sequence[str]) -> list[SiteOrder]: ...
    def claims(
        self, shop: Access, kind: ClaimKind, *, ids: Sequence[str] = (), order_ids: Sequence[str] = ()
    ) -> list[Claim]: ...

    def records(self, shop: Access, return_id: str) -> ReturnRecords:
        """Return what a return's records say; nothing happened last where the marketplace keeps none."""

    def reject_reasons(self, shop: Access, claim_id: str) -> list[str]: ...
    def refundable(self, shop: Access, order_id: str, line_ids: Sequence[str], reason: str) -> Decimal: ...
    def send(self, shop: Access, decision: Decision, *, claim_id: str | None, key: str) -> str | None:
        """Carry a decision out; return the new claim's id where one is made."""


class Store(Protocol):
    """Opens units of work."""

    def reading(self) -> AbstractContextManager[UnitOfWork]: ...
    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """Open one that nobody else's writing can change under its hands."""

    def sweep(self) -> None:
        """Leave nothing of what was removed in what the database writes beside its file."""

    def claiming(self, profile_id: int) -> AbstractContextManager[bool]:
        """Hold a shop for as long as its round lasts; False when another worker holds it."""


class UnitOfWork(Protocol):
    """One transaction: it reads what is known and takes what has happened, which is kept as a whole or not at all.

    All that one of them does bears one time, however long the calls before it took.
    """

    @property
    def now(self) -> datetime:
        """Return the time by the clock when it began; only one that writes has a time."""

    def added(self, record: Any) -> int:
        """Keep a new record and return its id, where it has one. Raises Duplicate."""

    def moved(self, was: R, becomes: R) -> None:
        """Keep what has become of a record: only what differs is written. With an adjustment its order has changed."""

    # --- shops and rounds ---
    def shops(self) -> list[Shop]: ...
    def shop(self, profile_id: int) -> Shop: ...
    def shop_by_site(self, shop_id: str) -> Shop | None: ...
    def round_begins(
        self, profile_id: int, until: datetime, purge_to: datetime
    ) -> tuple[Shop, Rounds, Tokens, bool, bool]:
        """Return all that a round begins with, at once.

        Then comes whether there may be work beside collecting: a decision to deliver, or one that nobody has made and
        that falls due at or before `until`. Last, whether there is something to purge.
        """

    def rounds(self) -> list[Rounds]: ...
    def rounds_of(self, profile_id: int) -> Rounds: ...
    def shop_added(self, shop: Shop, grant: Grant, *, rounds_from: datetime, next_round_at: datetime) -> int:
        """Keep a new shop with its tokens and its grid of rounds; return its ProfileID."""

    def shop_renewed(self, was: Shop, becomes: Shop, grant: Grant) -> None: ...
    def tokens_renewed(self, spent: str, grant: Grant) -> None:
        """Replace the tokens that came with this refresh token: one authorization may cover several shops."""

    def token_stale(self, profile_id: int) -> None: ...
    def round_ended(self, profile_id: int, *, next_round_at: datetime, reached: Mapping[Stream, datetime]) -> None: ...

    # --- what the marketplace sends of its own accord ---
    def hinted(self, profile_id: int, until: datetime) -> bool:
        """Return whether a notification came up to then that no round has followed."""

    def followed(self, profile_id: int, until: datetime) -> None:
        """Take note that a round has followed what came up to then."""

    def notifications_forgotten(self, before: datetime) -> None:
        """Forget the numbers of what came before then, and was followed."""

    # --- orders ---
    def order(self, order_id: int, *, lock: bool = False) -> Order | None: ...
    def order_by_site(self, profile_id: int, site_order_id: str) -> Order | None: ...
    def fingerprints(self, profile_id: int, site_order_ids: Sequence[str]) -> dict[str, str]:
        """Return what those of these orders that are known were last read as, by the marketplace's number."""

    def orders_anywhere(self, site_order_id: str) -> list[Order]: ...
    def item(self, item_id: int) -> OrderItem | None: ...
    def units(self, order_ids: Sequence[int]) -> list[LineUnit]:
        """Return the units of these orders, lowest number first."""

    def purged(self, rounds: Rounds, to: datetime) -> int:
        """Forget who bought what has not moved since then, and where they live; return of how many orders."""

    def exported(self, order_id: int, application_id: str) -> None: ...
    def export_undone(self, order_id: int, application_id: str) -> None: ...

    # --- cases and adjustments ---
    def case(self, profile_id: int, site_id: str) -> Case | None: ...
    def cases(self, profile_id: int, site_ids: Sequence[str]) -> list[Case]: ...
    def adjustment(self, adjustment_id: int, *, lock: bool = False) -> Adjustment | None: ...
    def adjustments_of_claim(self, profile_id: int, site_id: str, *, lock: bool = False) -> list[Adjustment]:
        """Return all adjustments of a return or cancellation, oldest first."""

    def adjustments_of_order(self, order_id: int) -> list[Adjustment]: ...
    def adjustments_of_entry(self, entry_id: int) -> list[Adjustment]:
        """Return what an outbox entry decides."""

    def undecided(self, profile_id: int, until: datetime) -> list[Adjustment]:
        """Return what waits for the seller and lapses up to `until`."""

    def adjustments_changed(self, since: datetime) -> list[Adjustment]:
        """Return what has changed after then, of all shops."""

    def adjustments_of_seller(self, profile_id: int, seller_adjustment_id: str) -> list[Adjustment]:
        """Return what was made of the request that the OMS gave this id."""

    # --- the outbox ---
    def outbox_entry(self, entry_id: int) -> OutboxEntry: ...
    def unfinished(self, profile_id: int) -> list[OutboxEntry]: ...
    def creating(self, order_id: int) -> list[OutboxEntry]:
        """Return the refunds and cancellations of an order whose outcome is not known."""

    def decided_before(self, profile_id: int, site_id: str) -> int:
        """Count the decisions about a claim that were ever put into the outbox."""

    def waiting(self) -> int: ...
    def attempt_begun(self, entry: OutboxEntry, decision: Decision) -> bool:
        """Keep, before an entry is sent, that it is about to be, and as what; False where it is finished already."""

    def attempt_failed(
        self,
        entry_id: int,
        state: OutboxState,
        *,
        attempts: int,
        not_before: datetime,
        due_at: datetime | None,
        words: str,
    ) -> None:
        """Keep that an attempt brought no outcome, and when the next one is made."""

    def attempt_refused(self, entry_id: int, *, key: str | None = None, decision: Decision | None = None) -> None:
        """Let an entry wait again whose attempt had no effect: under a new key where the next is another request."""

    def outbox_entry_held(self, entry_id: int, words: str, *, until: datetime | None = None) -> None: ...
    def outbox_entry_due(self, entry_id: int, at: datetime | None) -> None: ...
    def outbox_entry_finished(
        self, entry_id: int, state: OutboxState, *, site_id: str | None = None, error: tuple[str, str] | None = None
    ) -> None:
        """Keep how an entry ended: what it has made, or the error's code and words."""

    # --- what is known ---
    def ahead(self) -> list[tuple[datetime, int, int | None, str, str | None]]:
        """Return the rounds and the entries that cannot wait for one: when, whose, which entry, what, what claim."""

    def ledger(self) -> dict[str, Decimal]:
        """Return what has been paid back, by the marketplace's order number."""

    def activity(self, order_id: int) -> list[ActivityEntry]: ...
    def note(
        self,
        profile_id: int,
        order_id: int,
        *,
        by: str,
        event: str,
        text: str,
        words: str | None = None,
        site_id: str | None = None,
    ) -> None:
        """Write a line of the order's Activity & History; its adjustments have moved, so the order has."""

    # --- the callers ---
    def application(self, application_id: str) -> Application | None: ...
    def access_granted(self, application_id: str, token_hash: str, at: datetime, expires_at: datetime) -> None:
        """Keep an access token and that the refresh token was used; those that have lapsed are forgotten."""

    def holder(self, token_hash: str) -> tuple[Client, datetime] | None:
        """Return whose access token this is, and until when."""
