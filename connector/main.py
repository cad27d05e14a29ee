"""Where the connector's parts meet: one object that says when it next wants to act and acts when told to.

It runs nothing behind anyone's back: a scheduler (`connector worker`), a stage or a test calls it. A Connector can be
dropped at any moment and made anew on the same database: nothing it acknowledged is lost.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final

import requests
import sqlalchemy as sa
from flask import Flask

from connector.adapters.logs import quieten
from connector.adapters.oms import webhook
from connector.adapters.patience import patient
from connector.adapters.sql.engines import engine_for
from connector.adapters.sql.fresh import fill, in_memory, is_fresh
from connector.adapters.sql.store import SqlStore, Unsealed
from connector.adapters.tiktok.client import TikTok
from connector.api.app import create_app
from connector.api.webhooks import webhook_routes
from connector.pages import page_routes
from connector.pages.reading import OrderLine, read_line
from connector.ports import Clock, Secret, Vault
from connector.records import ActivityEntry, AgendaEntry, ClientCredentials, Due, Fired, Shop, ShopAdded
from connector.settings import Settings
from connector.usecases.authentication import OAuth
from connector.usecases.commands import Commands
from connector.usecases.notifications import Notifications
from connector.usecases.onboarding import Onboarding
from connector.usecases.round import Outcome, Worker
from connector.usecases.telling import Teller

RANK: Final = 5
WHO: Final = "connector"
AFTER_FAILURE: Final = timedelta(minutes=1)


def unguessable(purpose: str) -> str:
    return secrets.token_urlsafe(32)


def _vault(settings: Settings, engine: sa.Engine) -> Vault:
    """Return what keeps the secrets of this database."""
    if in_memory(engine) and not settings.secret_keys:
        return Unsealed()
    from connector.adapters.vault import Vault as Sealing  # noqa: PLC0415 - only who has keys pays for them

    return Sealing(settings.secret_keys)


@dataclass(frozen=True, slots=True)
class Act:
    """An entry of the agenda: a shop's round, or an outbox entry that goes out ahead of it."""

    at: datetime
    number: int
    profile_id: int
    entry_id: int | None
    what: str
    return_id: str | None


@dataclass(slots=True)
class Memory:
    """All that a connector remembers beside its database, as plain data that can be pickled."""

    agenda: list[Act] | None = None  # as last read; None when it has to be read again
    numbers: dict[tuple[int, int | None, datetime], int] = field(default_factory=dict)  # of what is on it
    counted: int = 0  # the last number given
    told: dict[int, str] = field(default_factory=dict)  # the OMS, by adjustment
    put_off: dict[tuple[int, int | None], datetime] = field(default_factory=dict)  # what has failed, until when
    to_tell: bool = True  # whether there may be something that it has not taken


class Connector:
    """The connector, whole. One that is given the `memory` of another goes on counting where that one was."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        http: requests.Session,
        engine: sa.Engine | None = None,
        secret: Secret | None = None,
        memory: Memory | None = None,
    ) -> None:
        quieten()
        self.settings = settings
        self.clock = clock
        self.engine = engine if engine is not None else engine_for(settings.database_url)
        self._secret: Secret = secret or unguessable
        self._vault = _vault(settings, self.engine)
        self._store = SqlStore(self.engine, self._vault, clock)
        self._marketplace = TikTok(patient(http), clock, settings)
        self._onboarding = Onboarding(self._store, self._marketplace, clock, settings)
        self._worker = Worker(self._store, self._marketplace, settings, self._secret, clock)
        oauth = OAuth(self._store, clock, self._secret, settings)
        self.commands = Commands(self._store, clock=clock, secret=self._secret, oauth=oauth, changed=self.look_again)
        self.notifications = Notifications(self._store, clock, settings.app_key, settings.app_secret, self.look_again)
        self.memory: Final = memory or Memory()
        self._teller: Teller | None = None
        if settings.oms_webhook_url is not None:
            send = webhook(http, settings.oms_webhook_url, settings.oms_webhook_secret, settings.http_timeout)
            self._teller = Teller(self._store, send, self.memory.told)

    @cached_property
    def app(self) -> Flask:
        """The ChannelAdvisor API, the pages, and where webhooks arrive, as a WSGI app."""
        reading, settings = self._store.connected, self.settings
        pages = page_routes(
            self.commands, reading, staff_password=settings.staff_password, pages_open=settings.pages_open
        )
        doors = (pages, webhook_routes(self.notifications))
        return create_app(self.commands, reading, doors, public_url=settings.public_url)

    # --- set-up ---
    def migrate(self) -> None:
        """Bring the database to the newest schema; doing it again changes nothing."""
        if is_fresh(self.engine):
            fill(self.engine)
            return
        from connector.adapters.sql.migrate import migrate  # noqa: PLC0415 - a world starts fast: only a database on disk needs Alembic

        migrate(self.engine, self._vault)

    def check(self, *, secrets: bool) -> None:
        """Raise BadSettings where the database is not ready, or its `secrets` cannot be opened."""
        from connector.adapters.sql.migrate import check_current  # noqa: PLC0415 - a world starts fast: only a database on disk needs Alembic

        check_current(self.engine, self._vault if secrets else None)

    def add_shop(
        self, auth_code: str, *, name: str | None = None, default_answers: dict[str, str] | None = None
    ) -> list[ShopAdded]:
        """Exchange a seller's code for tokens, take the shops that it opens into the rounds, and return them.

        A shop that is known already gets its new tokens. Raises Unavailable, Refused, BadSettings.
        """
        added = self._onboarding.add_shop(auth_code, name=name, default_answers=default_answers)
        self.look_again()
        return added

    def shops(self) -> list[Shop]:
        with self._store.reading() as work:
            return work.shops()

    def add_client(self, name: str = "oms") -> ClientCredentials:
        """Register an application that may call the ChannelAdvisor API."""
        return self.commands.oauth.add_client(name)

    # --- time ---
    def next_due(self) -> Due | None:
        acts = self._agenda()
        return Due(acts[0].at, RANK, acts[0].number) if acts else None

    def agenda(self) -> list[AgendaEntry]:
        return [AgendaEntry(act.at, WHO, act.what, act.return_id) for act in self._agenda()]

    def run_due(self, now: datetime) -> Fired:
        """Do the one earliest thing that is due at or before `now`. Raises LookupError when there is none.

        What another worker is busy with is passed over; when that is all there is, nothing has changed. What fails is
        raised, and due again a minute later.
        """
        agenda, following = self._agenda(), None
        due = [act for act in agenda if act.at <= now]
        if not due:
            raise LookupError("nothing is due")
        try:
            done = self._run_first(due, now)
            if done is None:
                return Fired(now, WHO, "in another worker's hands", changed=False)
            act, outcome = done
            if outcome.next_round_at is not None and not outcome.changed and self.memory.agenda is agenda:
                after = self._act(outcome.next_round_at, act.profile_id, None, act.what, None)
                following = [after, *(other for other in agenda if other is not act)]
            if self._teller is not None and (outcome.changed or self.memory.to_tell):
                self.memory.to_tell = True  # until all of it was taken, whatever comes in between
                self.memory.to_tell = not self._teller.tell(now)
            return Fired(now, WHO, outcome.what, outcome.changed, act.return_id)
        finally:
            self.look_again()
            if following is not None:  # an idle round moves nothing but itself
                self._plan(following)

    def look_again(self) -> None:
        """Forget the agenda as last read, because the database may have moved."""
        self.memory.agenda = None

    def _run_first(self, due: Sequence[Act], now: datetime) -> tuple[Act, Outcome] | None:
        """Do the first of these that no other worker is busy with. One that fails is put off: others go before it."""
        for act in due:
            try:
                outcome = self._run(act, now)
            except Exception:
                put_off = {which: until for which, until in self.memory.put_off.items() if until > now}
                self.memory.put_off = {**put_off, (act.profile_id, act.entry_id): now + AFTER_FAILURE}
                raise
            if outcome is not None:
                return act, outcome
        return None

    def _run(self, act: Act, now: datetime) -> Outcome | None:
        if act.entry_id is None:
            return self._worker.round(act.profile_id, now)
        return self._worker.deliver_now(act.entry_id, now)

    def _agenda(self) -> list[Act]:
        if self.memory.agenda is not None:
            return self.memory.agenda
        with self._store.reading() as work:
            return self._plan([self._act(*entry) for entry in work.ahead()])

    def _plan(self, acts: list[Act]) -> list[Act]:
        agenda = self.memory.agenda = sorted(acts, key=lambda act: (act.at, act.number))
        self.memory.numbers = {(act.profile_id, act.entry_id, act.at): act.number for act in acts}
        return agenda

    def _act(self, at: datetime, profile_id: int, entry_id: int | None, what: str, return_id: str | None) -> Act:
        at = max(at, self.memory.put_off.get((profile_id, entry_id), at))
        number = self.memory.numbers.get((profile_id, entry_id, at))
        if number is None:
            number = self.memory.counted = self.memory.counted + 1
        return Act(at, number, profile_id, entry_id, what, return_id)

    # --- what is known ---
    def ledger(self) -> dict[str, Decimal]:
        """Sum up, by the marketplace's order number, what the connector knows to have been paid back."""
        with self._store.reading() as work:
            return work.ledger()

    def activity(self, site_order_id: str) -> list[ActivityEntry]:
        """Return Activity & History of an order by the marketplace's number; nothing for an unknown one."""
        with self._store.reading() as work:
            return [entry for order in work.orders_anywhere(site_order_id) for entry in work.activity(order.id)]

    def overview(self, site_order_id: str) -> OrderLine | None:
        """Return what the page that lists the orders shows of one, by the marketplace's number."""
        with self._store.connected() as connection:
            return read_line(connection, site_order_id)

    def waiting(self) -> int:
        with self._store.reading() as work:
            return work.waiting()
