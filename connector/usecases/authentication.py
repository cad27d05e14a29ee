"""Who may call the ChannelAdvisor API: applications, their refresh tokens, their access tokens of an hour.

Secrets are kept as hashes only; they are long and random, so a plain hash is enough and cheap to check.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import sqlalchemy as sa

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import Store
from connector.errors import BadCredentials, NotAuthorized
from connector.ports import Secret
from connector.records import Access, Client, ClientCredentials

HOLDERS_AT_HAND: Final = 256

_CLIENT = sa.select(t.clients).where(t.clients.c.application_id == sa.bindparam("application"))
_HOLDER = (
    sa.select(t.clients.c.application_id, t.clients.c.name, t.access_tokens.c.expires_at)
    .join_from(t.access_tokens, t.clients)
    .where(t.access_tokens.c.token_hash == sa.bindparam("token"))
)
_LAPSED = sa.delete(t.access_tokens).where(t.access_tokens.c.expires_at <= sa.bindparam("now", type_=t.Utc()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Doorkeeper:
    """Grants access tokens and knows their holders."""

    def __init__(self, store: Store, secret: Secret, *, life: timedelta, unused: timedelta) -> None:
        self._store = store
        self._secret = secret
        self._life = life
        self._unused = unused
        self._kept = lru_cache(maxsize=HOLDERS_AT_HAND)(self._holder)

    def add_client(self, name: str, now: datetime) -> ClientCredentials:
        """Register an application; its secrets are shown this once."""
        credentials = ClientCredentials(
            application_id=self._secret("application id"),
            shared_secret=self._secret("shared secret"),
            refresh_token=self._secret("refresh token"),
        )
        with self._store.writing() as books:
            books.add(
                t.clients,
                application_id=credentials.application_id,
                name=name,
                secret_hash=_hash(credentials.shared_secret),
                refresh_hash=_hash(credentials.refresh_token),
                refresh_used_at=now,
                created_at=now,
            )
        return credentials

    def grant(self, application_id: str, shared_secret: str, refresh_token: str, now: datetime) -> Access:
        """Exchange a refresh token, which stays valid, for an access token; earlier ones stay valid too."""
        with self._store.writing() as books:
            client = books.connection.execute(_CLIENT, {"application": application_id}).mappings().first()
            if client is None:
                raise BadCredentials("invalid_client")
            known = hmac.compare_digest(client["secret_hash"], _hash(shared_secret))
            if not known:
                raise BadCredentials("invalid_client")
            if not hmac.compare_digest(client["refresh_hash"], _hash(refresh_token)):
                raise BadCredentials("invalid_grant")
            if now >= client["refresh_used_at"] + self._unused:
                raise BadCredentials("invalid_grant")
            token = self._secret("access token")
            books.connection.execute(_LAPSED, {"now": now})
            books.add(
                t.access_tokens, token_hash=_hash(token), application_id=application_id, expires_at=now + self._life
            )
            books.change(t.clients, application_id, refresh_used_at=now)
        return Access(access_token=token, expires_in=int(self._life.total_seconds()))

    def holder(self, access_token: str, now: datetime) -> Client:
        """Say whose token this is. Raises NotAuthorized."""
        client, expires_at = self._kept(_hash(access_token))
        if now >= expires_at:
            raise NotAuthorized("expired access token")
        return client

    def _holder(self, token_hash: str) -> tuple[Client, datetime]:
        """Look up what a token was granted for; that never changes, so it is looked up once."""
        with self._store.reading() as books:
            row = books.connection.execute(_HOLDER, {"token": token_hash}).first()
        if row is None:
            raise NotAuthorized("unknown access token")
        return Client(application_id=row.application_id, name=row.name), row.expires_at
