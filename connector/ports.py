"""What the connector needs from the world: a clock, chance, and a marketplace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from connector.domain.decisions import Operation
from connector.domain.site import Claim, ClaimKind, SiteOrder


class Clock(Protocol):
    def now(self) -> datetime: ...


class Secret(Protocol):
    """Makes unguessable text; `purpose` says what for."""

    def __call__(self, purpose: str) -> str: ...


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

    def orders_since(self, shop: Access, since: datetime | None) -> Iterator[SiteOrder]: ...
    def claims_since(self, shop: Access, kind: ClaimKind, since: datetime | None) -> Iterator[Claim]: ...
    def orders(self, shop: Access, order_ids: Sequence[str]) -> list[SiteOrder]: ...
    def claims(
        self, shop: Access, kind: ClaimKind, *, ids: Sequence[str] = (), order_ids: Sequence[str] = ()
    ) -> list[Claim]: ...

    def last_record(self, shop: Access, return_id: str) -> str:
        """Say in the marketplace's words what happened to a return last; empty when it keeps no record."""
        ...

    def reject_reasons(self, shop: Access, claim_id: str) -> list[str]: ...
    def refundable(self, shop: Access, order_id: str, line_ids: Sequence[str], reason: str) -> Decimal: ...
    def send(
        self, shop: Access, operation: Operation, *, claim_id: str | None, key: str, body: Mapping[str, Any]
    ) -> str | None:
        """Carry a decision out; answers the new claim's id where one is made."""
        ...
