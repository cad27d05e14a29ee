"""`connector serve | worker | migrate | shops | clients`: the deployed connector.

This composition root is the one place that reads the machine's clock and waits by it. All settings come from
`CONNECTOR_*` variables. Exit codes: 0 done, 1 the marketplace or the database did not do its part, 2 usage or settings.
"""

import logging
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from queue import SimpleQueue
from typing import Any, Final

import click
import requests
import sqlalchemy as sa
import waitress

from connector.adapters.logs import DiscreetFormatter
from connector.adapters.names import by_own_names
from connector.adapters.sockets import make_room
from connector.adapters.sql.alone import alone
from connector.adapters.sql.engines import check_place
from connector.errors import BadSettings, ConnectorError, MarketplaceError
from connector.main import Connector
from connector.settings import NO_KEYS, PREFIX, SECRET_KEYS, Settings, read_answers, read_as
from connector.settings import explained as explained_settings

log = logging.getLogger("connector")

LOOK_EVERY: Final = 5.0  # seconds; another process may have put something on the agenda
AFTER_TROUBLE: Final = 5.0
NOT_THIS_FILE: Final = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - a deployed connector lives in real time: this is its composition root


def explained(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what can go wrong into one line and an exit code."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except BadSettings as error:
            _end(str(error), 2)
        except MarketplaceError as error:
            _end(f"the marketplace: {error}", 1)
        except ConnectorError as error:
            _end(str(error), 1)
        except sa.exc.DBAPIError as error:
            wrong = getattr(error.orig, "sqlite_errorcode", None) in NOT_THIS_FILE
            _end(f"{PREFIX}DATABASE_URL: {str(error.orig).splitlines()[0]}", 2 if wrong else 1)

    return run


def _end(words: str, code: int) -> None:
    click.echo(f"connector: {words}", err=True)
    sys.exit(code)


@contextmanager
def deployed(*, migrated: bool = True, secrets: bool = True) -> Iterator[Connector]:
    """Make the connector that the environment describes.

    `secrets` says whether it has to do with those that it keeps. Raises BadSettings where it could not begin.
    """
    lines = logging.StreamHandler()
    lines.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[lines])
    for name in ("urllib3", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    settings = Settings.from_env()
    if migrated and secrets and not settings.secret_keys:
        raise BadSettings(SECRET_KEYS, NO_KEYS)
    with requests.Session() as http:
        http.trust_env = False
        connector = Connector(settings, clock=SystemClock(), http=http)
        try:
            check_place(connector.engine.url)
            if migrated:
                connector.check(secrets=secrets)
            yield connector
        finally:
            connector.engine.dispose()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=f"\b\nSettings:\n{explained_settings()}")
def main() -> None:
    """The connector between TikTok Shop and an OMS that speaks ChannelAdvisor."""


@main.command()
@explained
def migrate() -> None:
    """Bring the database to the newest schema, and seal what it keeps of secrets with the first key."""
    with deployed(migrated=False) as connector:
        connector.migrate()
    click.echo("The database is up to date.")


@main.command()
@explained
def serve() -> None:
    """Serve the ChannelAdvisor API and the pages."""
    with deployed() as connector:
        host, port, sockets = connector.settings.host, connector.settings.port, dict[int, Any]()
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        try:
            server = waitress.create_server(
                by_own_names(connector.app, host, connector.settings.public_url),
                map=sockets,
                host=host,
                port=port,
                threads=connector.settings.threads,
                ident="connector",
                connection_limit=1000,
                asyncore_use_poll=True,
            )
        except ValueError as error:
            raise BadSettings(f"{PREFIX}HOST", f"{host} is no address of this machine") from error
        except OSError as error:
            raise BadSettings(f"{PREFIX}PORT", f"cannot listen on {host}:{port}: {error.strerror}") from error
        make_room(sockets)
        signal.signal(signal.SIGTERM, _interrupt)
        for origin in origins(server, host):
            click.echo(f"Serving on {origin}", err=True)
        try:
            server.run()
        finally:
            server.close()


def origins(server: Any, host: str) -> list[str]:
    """Return where a waitress server is met; one whose host has several addresses has a socket for each of them."""
    named = f"[{host}]" if ":" in host else host
    several = getattr(server, "effective_listen", ())  # only a server of several sockets has it
    ports = [port for _, port in several] or [server.effective_port]
    return [f"http://{named}:{port}" for port in dict.fromkeys(ports)]


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


@main.command()
@explained
def worker() -> None:
    """Make the rounds, until stopped by Ctrl-C or TERM.

    On PostgreSQL start as many as you like; on SQLite a second one is refused.
    """
    stop = threading.Event()
    set_by_signals(stop)
    with deployed() as connector, alone(connector.engine):
        click.echo("Working; Ctrl-C stops after the act at hand.", err=True)
        work(connector, stop)
    click.echo("Stopped.", err=True)


def set_by_signals(stop: threading.Event) -> None:
    """Have INT and TERM set an event through another thread: whom they interrupt may hold the event's own lock."""
    asked: SimpleQueue[int] = SimpleQueue()

    def hear() -> None:
        asked.get()
        stop.set()

    threading.Thread(target=hear, name="signals", daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: asked.put(number))


def work(connector: Connector, stop: threading.Event) -> None:
    """Do what is due, wait for what comes next; a failure is logged and waited out."""
    while not stop.is_set():
        try:
            wait = _act(connector)
        except Exception:
            log.exception("an act failed; the next one follows in %.0f s", AFTER_TROUBLE)
            wait = AFTER_TROUBLE
        if wait > 0:
            stop.wait(wait)


def _act(connector: Connector) -> float:
    """Do one thing if it is due; return the seconds to wait before looking again."""
    connector.look_again()
    now = connector.clock.now()
    due = connector.next_due()
    if due is None or due.at > now:
        return LOOK_EVERY if due is None else min(LOOK_EVERY, (due.at - now).total_seconds())
    fired = connector.run_due(now)
    log.log(logging.INFO if fired.changed else logging.DEBUG, "%s", fired.what)
    following = connector.next_due()
    return 1.0 if not fired.changed and following == due else 0.0


@main.group()
def shops() -> None:
    """The marketplace shops this connector works for."""


@shops.command("add")
@click.option(
    "--auth-code",
    metavar="CODE",
    prompt="The code that TikTok Shop has handed to the seller",
    help="What TikTok Shop has handed to the seller, good for one use. Asked for when left out.",
)
@click.option("--name", help="How to call it here, where it is one shop.")
@click.option(
    "--default-answers",
    metavar="KIND=ANSWER,...",
    help="What to answer in the last round before a deadline that nobody answered, e.g. REFUND=reject. Off by default.",
)
@explained
def add_shop(auth_code: str, name: str | None, default_answers: str | None) -> None:
    """Add the shop(s) that a seller has authorized; a known shop gets new tokens."""
    code = read_as(str, "--auth-code", auth_code)
    called = None if name is None else read_as(str, "--name", name)
    answers = None if default_answers is None else read_as(read_answers, "--default-answers", default_answers)
    with deployed() as connector:
        added = connector.add_shop(code, name=called, default_answers=answers)
    for shop in added:
        click.echo(f"{shop.profile_id}\t{shop.shop_id}\t{shop.name}")


@shops.command("list")
@explained
def list_shops() -> None:
    """List the shops: ProfileID, the marketplace's id, name, region, default answers."""
    with deployed() as connector:
        for shop in connector.shops():
            answers = ",".join(f"{kind}={answer}" for kind, answer in sorted(shop.default_answers.items())) or "-"
            click.echo(f"{shop.id}\t{shop.shop_id}\t{shop.name}\t{shop.region}\t{answers}")


@main.group()
def clients() -> None:
    """The applications that may call the ChannelAdvisor API."""


@clients.command("add")
@click.argument("name", default="oms")
@explained
def add_client(name: str) -> None:
    """Register an application and show its secrets, this once."""
    called = read_as(str, "NAME", name)
    with deployed(secrets=False) as connector:
        credentials = connector.add_client(called)
    click.echo(f"application id: {credentials.application_id}")
    click.echo(f"shared secret:  {credentials.shared_secret}")
    click.echo(f"refresh token:  {credentials.refresh_token}")
