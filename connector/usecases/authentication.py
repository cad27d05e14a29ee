"""Who may call the ChannelAdvisor API: applications, their refresh tokens, their access tokens of an hour.

Secrets are kept as hashes only; they are long and random, so a plain hash is enough and cheap to check.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Final

from connector.errors import BadCredentials, NotAuthorized
from connector.ports import Clock, Secret, Store
from connector.records import Access, Application, Client, ClientCredentials
from connector.settings import Settings

HOLDERS_AT_HAND: Final = 256


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class OAuth:
    """Grants access tokens and knows their holders."""

    def __init__(self, store: Store, clock: Clock, secret: Secret, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._secret = secret
        self._life = settings.access_token_life
        self._unused = settings.refresh_token_unused
        self._at_hand: dict[str, tuple[Client, datetime]] = {}  # by the hash of their token, the latest last

    def add_client(self, name: str) -> ClientCredentials:
        """Register an application; its secrets are shown this once."""
        now = self._clock.now()
        credentials = ClientCredentials(
            application_id=self._secret("application id"),
            shared_secret=self._secret("shared secret"),
            refresh_token=self._secret("refresh token"),
        )
        application = Application(
            application_id=credentials.application_id,
            name=name,
            secret_hash=_hash(credentials.shared_secret),
            refresh_hash=_hash(credentials.refresh_token),
            refresh_used_at=now,
            created_at=now,
        )
        with self._store.writing() as work:
            work.added(application)
        return credentials

    def grant(self, application_id: str, shared_secret: str, refresh_token: str) -> Access:
        """Exchange a refresh token, which stays valid, for an access token; earlier ones stay valid too.

        Raises BadCredentials.
        """
        now = self._clock.now()
        with self._store.writing() as work:
            known = work.application(application_id)
            if known is None or not hmac.compare_digest(known.secret_hash, _hash(shared_secret)):
                raise BadCredentials("invalid_client")
            if not hmac.compare_digest(known.refresh_hash, _hash(refresh_token)):
                raise BadCredentials("invalid_grant")
            if now >= known.refresh_used_at + self._unused:
                raise BadCredentials("invalid_grant")
            token = self._secret("access token")
            work.access_granted(application_id, _hash(token), now, now + self._life)
        self._keep(_hash(token), (Client(application_id, known.name), now + self._life))
        return Access(access_token=token, expires_in=int(self._life.total_seconds()))

    def holder(self, access_token: str) -> Client:
        """Return whose token this is. Raises NotAuthorized."""
        token_hash = _hash(access_token)
        client, expires_at = self._at_hand.get(token_hash) or self._holder(token_hash)
        if self._clock.now() >= expires_at:
            raise NotAuthorized("expired access token")
        return client

    def _holder(self, token_hash: str) -> tuple[Client, datetime]:
        """Look up what a token was granted for; that never changes, so it is kept at hand."""
        with self._store.reading() as work:
            holder = work.holder(token_hash)
        if holder is None:
            raise NotAuthorized("unknown access token")
        return self._keep(token_hash, holder)

    def _keep(self, token_hash: str, holder: tuple[Client, datetime]) -> tuple[Client, datetime]:
        self._at_hand[token_hash] = holder
        if len(self._at_hand) > HOLDERS_AT_HAND:
            self._at_hand.pop(next(iter(self._at_hand)), None)
        return holder
