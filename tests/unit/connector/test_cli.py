"""The deployed connector's commands: settings named when they are wrong, exit codes, a worker that stops when told."""

import base64
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner, Result
from requests.adapters import HTTPAdapter
from sqlalchemy import make_url

from connector import Settings
from connector.adapters.sql.alone import alone
from connector.adapters.sql.engines import check_place, engine_for
from connector.cli import clients, main, origins, shops, work
from connector.errors import BadSettings
from connector.settings import SETTINGS
from tests.clock import START
from tests.responses import response_of
from tests.unit.connector.conftest import Bench

NOWHERE = "http://127.0.0.1:9"
KEY = base64.b64encode(bytes(range(224, 256))).decode()


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        "CONNECTOR_DATABASE_URL": f"sqlite:///{folder / 'connector.db'}",
        "CONNECTOR_APP_KEY": "key",
        "CONNECTOR_APP_SECRET": "secret",
        "CONNECTOR_SECRET_KEYS": KEY,
        "CONNECTOR_TIKTOK_URL": NOWHERE,
        "CONNECTOR_TIKTOK_AUTH_URL": NOWHERE,
        **more,
    }


def run(env: Mapping[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=dict(env))


@contextmanager
def working(env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A worker as a process of its own, once it is at work."""
    command = [sys.executable, "-m", "connector", "worker"]
    with subprocess.Popen(command, env={**os.environ, **env}, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "Working" in process.stderr.readline()
        yield process


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"CONNECTOR_APP_KEY": ""}, "CONNECTOR_APP_KEY"),
        ({"CONNECTOR_DATABASE_URL": "nonsense"}, "CONNECTOR_DATABASE_URL"),
        ({"CONNECTOR_DATABASE_URL": "postgresql+psycopg://host:port/d"}, "DATABASE_URL: not a database URL"),
        ({"CONNECTOR_DATABASE_URL": "sqlite://"}, "DATABASE_URL: is one in memory"),
        ({"CONNECTOR_DATABASE_URL": "sqlite:////x?mode=ro"}, "DATABASE_URL: Query string argument(s) 'mode'"),
        ({"CONNECTOR_DATABASE_URL": "sqlite+aiosqlite:////x"}, "DATABASE_URL: no driver for sqlite+aiosqlite"),
        ({"CONNECTOR_DATABASE_URL": "sqlite:////no/such/file"}, "DATABASE_URL: there is no folder /no/such"),
        ({"CONNECTOR_DATABASE_URL": f"sqlite:///{'x' * 300}"}, "no file that could be opened: File name too long"),
        ({"CONNECTOR_DATABASE_URL": f"sqlite:////tmp/{'x' * 250}"}, "no file that could be opened: File name too long"),
        ({"CONNECTOR_DATABASE_URL": f"sqlite:///{'x' * 300}/y"}, "DATABASE_URL: names no file that could be opened"),
        ({"CONNECTOR_DATABASE_URL": "sqlite:///x%00y"}, "no file that could be opened: embedded null byte"),
        ({"CONNECTOR_PORT": "eighty"}, "CONNECTOR_PORT: must be a whole number from 0 to 65535"),
        ({"CONNECTOR_PORT": "65536"}, "CONNECTOR_PORT: must be a whole number from 0 to 65535"),
        ({"CONNECTOR_THREADS": "0"}, "CONNECTOR_THREADS: must be a whole number from 1"),
        ({"CONNECTOR_PAGE_SIZE": "51"}, "CONNECTOR_PAGE_SIZE: must be a whole number from 10 to 50"),
        ({"CONNECTOR_TIKTOK_URL": "tiktok"}, "CONNECTOR_TIKTOK_URL: must begin with http"),
        ({"CONNECTOR_TIKTOK_URL": "http://"}, "CONNECTOR_TIKTOK_URL: must begin with http"),
        ({"CONNECTOR_TIKTOK_URL": "https://h/a b"}, "at most and be without blanks and signs that do not show"),
        ({"CONNECTOR_WEBHOOK_URL": "http://host:99999"}, "CONNECTOR_WEBHOOK_URL: must begin with http"),
        ({"CONNECTOR_PUBLIC_URL": "http://["}, "CONNECTOR_PUBLIC_URL: must begin with http"),
        ({"CONNECTOR_POLL_INTERVAL": "0"}, "CONNECTOR_POLL_INTERVAL: must be a whole number from 1"),
        ({"CONNECTOR_BACKFILL": "9" * 30}, "CONNECTOR_BACKFILL: must be a whole number from 0"),
        ({"CONNECTOR_OVERLAP": "-5"}, "CONNECTOR_OVERLAP: must be a whole number from 0"),
        ({"CONNECTOR_DEFAULT_ANSWERS": "REFUND=reject,REFUND=approve"}, "DEFAULT_ANSWERS: names a kind twice"),
        ({"CONNECTOR_DEFAULT_ANSWERS": "REFUND=perhaps"}, "CONNECTOR_DEFAULT_ANSWERS"),
        ({"CONNECTOR_PAGES_OPEN": "maybe"}, "CONNECTOR_PAGES_OPEN"),
        ({"CONNECTOR_PURGE_AFTER": "0"}, "CONNECTOR_PURGE_AFTER"),
        ({"CONNECTOR_SECRET_KEYS": "hush"}, "CONNECTOR_SECRET_KEYS: is not 32 bytes in base64"),
        ({"CONNECTOR_SECRET_KEYS": f"{KEY}, hush"}, "CONNECTOR_SECRET_KEYS: key 2 of 2 is not 32 bytes in base64"),
        (
            {"CONNECTOR_POLL_INTERVL": "3"},
            "CONNECTOR_POLL_INTERVL: there is no such setting; did you mean CONNECTOR_POLL_INTERVAL?",
        ),
        (
            {"CONNECTOR_ROUND_EVRY": "3"},
            "CONNECTOR_ROUND_EVRY: there is no such setting; did you mean CONNECTOR_POLL_INTERVAL?",
        ),
        ({"CONNECTOR_APP_KEY": "", "CONNECTOR_APP_SECRET": ""}, "CONNECTOR_APP_KEY, CONNECTOR_APP_SECRET: are not set"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, wrong: dict[str, str], setting: str) -> None:
    result = run(environment(tmp_path, **wrong), "migrate")
    assert result.exit_code == 2
    assert setting in result.stderr
    assert re.fullmatch("connector: .*\n", result.stderr)
    assert "hush" not in result.stderr


ADDRESSES = [name.upper() for name in SETTINGS if name.endswith("_url") and name != "database_url"]


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "wrong", ["http://h#f", "http://h#", "http://u:hush@h", "http://h\x1b", "http://h\u2003/x", "h"]
)
def test_an_address_of_which_not_all_would_be_sent_is_refused(tmp_path: Path, name: str, wrong: str) -> None:
    with pytest.raises(BadSettings, match=f"^CONNECTOR_{name}: must (?!.*hush)"):
        Settings.from_env(environment(tmp_path, **{f"CONNECTOR_{name}": wrong}))


@pytest.mark.parametrize("name", ADDRESSES)
def test_only_where_the_whole_address_is_called_it_may_have_a_query(tmp_path: Path, name: str) -> None:
    for written in ("http://h?x=y", "http://h/?"):
        env = environment(tmp_path, **{f"CONNECTOR_{name}": written, "CONNECTOR_OMS_WEBHOOK_SECRET": "s"})
        if "WEBHOOK" in name:
            assert getattr(Settings.from_env(env), name.lower()) == written
        else:
            with pytest.raises(BadSettings, match=rf"^CONNECTOR_{name}: must have no query \(\?\)"):
                Settings.from_env(env)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CONNECTOR_PATIENCE", "CONNECTOR_HTTP_TIMEOUT"),
        ("CONNECTOR_HISTORY", "CONNECTOR_BACKFILL"),
        ("CONNECTOR_ROUND_EVERY", "CONNECTOR_POLL_INTERVAL"),
    ],
)
def test_the_old_name_of_a_setting_is_refused_with_the_new_one(tmp_path: Path, old: str, new: str) -> None:
    result = run(environment(tmp_path, **{old: "60"}), "migrate")
    assert result.exit_code == 2
    assert result.stderr == f"connector: {old}: this setting is called {new} now\n"
    assert run(environment(tmp_path, **{new: "60"}), "migrate").exit_code == 0


def test_a_clusters_own_variables_are_none_of_ours(tmp_path: Path) -> None:
    assert run(environment(tmp_path, CONNECTOR_SERVICE_HOST="10.0.0.1"), "migrate").exit_code == 0


def test_a_database_without_tables_asks_to_be_migrated(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert "connector migrate" in run(env, "shops", "list").stderr
    assert run(env, "migrate").exit_code == 0
    assert run(env, "migrate").exit_code == 0
    listed = run(env, "shops", "list")
    assert (listed.exit_code, listed.stdout) == (0, "")


def test_settings_never_show_their_secrets() -> None:
    settings = Settings(
        database_url="sqlite://", app_key="key", app_secret="hush", staff_password="hush", secret_keys=("hush",)
    )
    assert "hush" not in repr(settings)


def test_settings_from_the_environment_are_typed(tmp_path: Path) -> None:
    more = {"CONNECTOR_POLL_INTERVAL": "60", "CONNECTOR_DEFAULT_ANSWERS": "REFUND=reject, CANCEL=approve"}
    settings = Settings.from_env(environment(tmp_path, **more))
    assert settings.poll_interval == timedelta(minutes=1)
    assert settings.default_answers == {"REFUND": "reject", "CANCEL": "approve"}
    with pytest.raises(BadSettings):
        Settings.from_env({})


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_is_no_text_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    setting = f"CONNECTOR_{name.upper()}"
    with pytest.raises(BadSettings, match=f"^{setting}: is not text in UTF-8$"):
        Settings.from_env(environment(tmp_path, **{setting: os.fsdecode(b"http://\xff")}))


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (["shops", "add", "--auth-code", "\udcff"], "--auth-code"),
        (["shops", "add", "--auth-code", "c", "--name", "\udcff"], "--name"),
        (["shops", "add", "--auth-code", "c", "--default-answers", "\udcff=approve"], "--default-answers"),
        (["clients", "add", "\udcff"], "NAME"),
    ],
)
def test_an_argument_that_is_no_text_is_refused_by_its_name(tmp_path: Path, command: list[str], named: str) -> None:
    result = run(environment(tmp_path), *command)
    assert (result.exit_code, result.stderr) == (2, f"connector: {named}: is not text in UTF-8\n")


def test_every_command_reads_its_arguments_as_text() -> None:
    texts = {
        f"{group.name} {name} {parameter.name}"
        for group in (shops, clients)
        for name, command in group.commands.items()
        for parameter in command.params
        if parameter.type is click.STRING
    }
    assert texts == {"shops add auth_code", "shops add name", "shops add default_answers", "clients add name"}


def test_the_help_lists_every_setting() -> None:
    told = CliRunner().invoke(main, ["--help"]).output
    assert [line.strip() for line in told.splitlines() if "CONNECTOR_" in line] == [
        f"CONNECTOR_{name.upper()}" for name in SETTINGS
    ]
    assert "seconds from one round of a shop to the next [900]" in told


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("serve", True),
        ("worker", True),
        ("shops add --auth-code c", True),
        ("shops list", True),
        ("clients add", False),
    ],
)
def test_who_has_to_do_with_secrets_needs_their_keys(tmp_path: Path, command: str, needed: bool) -> None:
    env = environment(tmp_path, CONNECTOR_SECRET_KEYS="")
    assert run(env, "migrate").exit_code == 0
    result = run(env, *command.split())
    assert result.exit_code == (2 if needed else 0)
    assert ("CONNECTOR_SECRET_KEYS: is not set; it takes keys of 32 bytes" in result.stderr) is needed


def test_what_was_kept_openly_is_found_nowhere_in_the_file_once_it_is_migrated(tmp_path: Path) -> None:
    env = environment(tmp_path)
    path = tmp_path / "connector.db"
    assert run(env, "migrate").exit_code == 0
    with closing(sqlite3.connect(path)) as older:  # a shop whose tokens an older connector has renewed
        older.execute("INSERT INTO shops VALUES (1, 's', 'c', 'n', 'US', '{}', '2031-01-01 00:00:00.000000')")
        far = "2032-01-01 00:00:00.000000"
        older.execute("INSERT INTO tokens VALUES (1, ?, ?, ?, ?)", ("TTP_first" * 9, far, "TTP_second", far))
        older.execute("UPDATE tokens SET access_token = 'TTP_third'")
        older.commit()
    assert b"TTP_third" in path.read_bytes()
    assert "run `connector migrate`" in run(env, "shops", "list").stderr
    assert run(env, "migrate").exit_code == 0
    assert not [file for file in tmp_path.iterdir() if b"TTP_" in file.read_bytes()]
    assert run(env, "shops", "list").exit_code == 0
    others = {**env, "CONNECTOR_SECRET_KEYS": base64.b64encode(bytes(32)).decode()}
    assert "none of them opens what the database holds" in run(others, "worker").stderr
    assert run({**env, "CONNECTOR_SECRET_KEYS": f"{others['CONNECTOR_SECRET_KEYS']},{KEY}"}, "migrate").exit_code == 0
    assert run(others, "shops", "list").exit_code == 0


@pytest.mark.parametrize("host", ["nonsense.invalid", "a b", "[::1", "::1]"])
def test_an_address_that_cannot_be_listened_on_is_named(tmp_path: Path, host: str) -> None:
    env = environment(tmp_path, CONNECTOR_HOST=host)
    assert run(env, "migrate").exit_code == 0
    result = run(env, "serve")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(f"connector: CONNECTOR_HOST: {re.escape(host)}.*\n", result.stderr)


def test_where_it_serves_is_written_as_others_call_it() -> None:
    one, two = SimpleNamespace(effective_port=8080), SimpleNamespace(effective_listen=[("::1", 1), ("127.0.0.1", 2)])
    assert origins(one, "127.0.0.1") == ["http://127.0.0.1:8080"]
    assert origins(one, "::") == ["http://[::]:8080"]
    assert origins(two, "localhost") == ["http://localhost:1", "http://localhost:2"]


def not_a_database(path: Path) -> None:
    path.write_text("Dear diary, " * 100)


def somebody_elses(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")


def newer(path: Path) -> None:
    assert run(environment(path.parent), "migrate").exit_code == 0
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("command", ["migrate", "serve", "worker", "shops list", "clients add"])
@pytest.mark.parametrize(
    ("is_one", "words", "code"),
    [
        (not_a_database, "file is not a database", 2),
        (somebody_elses, "somebody else's tables already: orders|not up to date", 2),
        (newer, "made by a newer connector .its schema is 9999.; update this one", 2),
        (a_folder, "is a folder; name a file in it", 2),
        (os.mkfifo, "is a device or a pipe; name a file", 2),
    ],
)
def test_a_database_that_is_none_of_ours_is_told_in_one_line(
    tmp_path: Path, command: str, is_one: Callable[[Path], None], words: str, code: int
) -> None:
    is_one(tmp_path / "connector.db")
    result = run(environment(tmp_path), *command.split())
    assert (result.exit_code, result.stdout) == (code, "")
    assert re.fullmatch(rf"connector: CONNECTOR_DATABASE_URL: .*({words}).*\n", result.stderr)


def test_a_name_too_long_for_the_machine_is_refused_by_any_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """From Python 3.14 on a path that cannot be looked at is there for nobody: it is no folder, and no file."""
    for asked in ("exists", "is_dir", "is_file"):
        monkeypatch.setattr(Path, asked, getattr(os.path, asked.replace("is_", "is")))
    with pytest.raises(BadSettings, match="no file that could be opened: File name too long"):
        check_place(make_url(f"sqlite:////tmp/{'x' * 250}"))


def test_several_at_once_migrate_one_after_the_other(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "connector", "migrate"]
    env = {**os.environ, **environment(tmp_path)}
    pipe = subprocess.PIPE
    several = [subprocess.Popen(command, env=env, stdout=pipe, stderr=subprocess.STDOUT, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[0] for process in several] == ["The database is up to date.\n"] * 3
    assert [process.returncode for process in several] == [0, 0, 0]


@pytest.mark.parametrize("status", [301, 200])
def test_adding_a_shop_where_nothing_sensible_answers_ends_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    answer = response_of(status, b"<html>", Location="http://[")
    monkeypatch.setattr(HTTPAdapter, "send", lambda *args, **options: answer)
    env = environment(tmp_path)
    assert run(env, "migrate").exit_code == 0
    result = run(env, "shops", "add", "--auth-code", "code")
    assert result.exit_code == 1
    assert re.fullmatch(rf"connector: the marketplace: HTTP {status}.*\n", result.stderr)


def test_a_second_worker_on_one_sqlite_file_is_refused_and_one_after_a_death_is_not(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert run(env, "migrate").exit_code == 0
    (tmp_path / "link.db").symlink_to(tmp_path / "connector.db")
    for _ in range(2):
        with working(env) as first:
            for name in ("connector.db", "link.db"):
                second = run({**env, "CONNECTOR_DATABASE_URL": f"sqlite:///{tmp_path / name}"}, "worker")
                assert second.exit_code == 2
                words = r"connector: CONNECTOR_DATABASE_URL: another worker is at work on .*\n"
                assert re.fullmatch(words, second.stderr)
            first.kill()


def test_on_a_sqlite_file_with_a_second_name_nobody_works_as_nobody_sees_who_works_under_it(tmp_path: Path) -> None:
    assert run(environment(tmp_path), "migrate").exit_code == 0
    engine = engine_for(f"sqlite:///{tmp_path / 'connector.db'}")
    with alone(engine):
        pass
    (tmp_path / "second.db").hardlink_to(tmp_path / "connector.db")
    with pytest.raises(BadSettings, match=r"connector\.db has a second name \(a hard link\)"), alone(engine):
        pass


class StopAfter(threading.Event):
    """Is set by the first wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        self.set()
        return True


def test_a_worker_does_what_is_due_and_then_waits(bench: Bench) -> None:
    stop = StopAfter()
    work(bench.connector, stop)
    assert bench.due().at == START + timedelta(minutes=15)
    assert stop.waited == [5.0]


def test_a_worker_survives_a_failure_and_waits_it_out(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    stop = StopAfter()
    bench.tiktok.instead = lambda call: (_ for _ in ()).throw(ZeroDivisionError())
    work(bench.connector, stop)
    assert "an act failed" in caplog.text
    assert stop.waited == [5.0]


def test_a_worker_process_stops_cleanly_when_it_is_terminated(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert run(env, "migrate").exit_code == 0
    with working(env) as process:
        process.send_signal(signal.SIGTERM)
        assert "Stopped." in process.communicate()[1]
    assert process.returncode == 0


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.glob("connector.db*")}


def test_what_a_sqlite_database_lies_in_is_its_owners_alone(tmp_path: Path) -> None:
    env = environment(tmp_path)
    before = os.umask(0o022)
    try:
        assert run(env, "migrate").exit_code == 0
        assert set(modes(tmp_path).values()) == {0o600}
        (tmp_path / "connector.db").chmod(0o644)  # as an earlier version left it
        assert run(env, "shops", "list").exit_code == 0
        with working(env) as process:
            assert modes(tmp_path).keys() >= {"connector.db", "connector.db-worker", "connector.db-wal"}
            assert set(modes(tmp_path).values()) == {0o600}
            process.send_signal(signal.SIGTERM)
    finally:
        os.umask(before)


def test_a_file_that_is_not_the_connectors_keeps_its_mode(tmp_path: Path) -> None:
    (theirs := tmp_path / "connector.db").write_text("this is no database")
    theirs.chmod(0o644)
    for command in (("migrate",), ("shops", "list"), ("worker",)):
        assert run(environment(tmp_path), *command).exit_code == 2
    assert modes(tmp_path)["connector.db"] == 0o644
