"""The proxy of a served stage: it leads to the stage's hosts alone, and nobody who calls it can hurt it."""

import json
import re
import shutil
import socket
import ssl
import stat
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from rehearsal.server import proxy
from rehearsal.server.authority import Authority, AuthorityRefused
from rehearsal.server.proxy import Proxy
from rehearsal.server.sockets import Served, Service, origin, take
from rehearsal.world.world import API_HOST, AUTH_HOST

HOST, OTHER = API_HOST, AUTH_HOST
SHOWN = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_HOST", "HTTP_CONNECTION", "HTTP_PROXY_AUTHORIZATION")


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    shown = {name: environ[name] for name in SHOWN if name in environ}
    shown |= {"body": len(environ["wsgi.input"].read()), "port": environ["REMOTE_PORT"]}
    body = json.dumps(shown).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


class Street:
    """A door behind a proxy."""

    def __init__(self) -> None:
        door, entrance = take("127.0.0.1", 0), take("127.0.0.1", 0)
        self.at: tuple[str, int] = entrance.getsockname()
        self.authority = Authority()
        self._served = Served([Service(echo, door, threads=2)], now=lambda: None)
        self._proxy = Proxy(entrance, {HOST: door.getsockname(), OTHER: door.getsockname()}, self.authority)
        self._served.start()
        self._proxy.start()

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env, session.verify = False, str(self.authority.ca_file)
        session.proxies = dict.fromkeys(("http", "https"), origin(*self.at).replace("//", "//me:secret@"))
        return session

    def says(self, request: bytes) -> bytes:
        """Return all that comes back; what is sent may be more than is read."""
        with socket.create_connection(self.at, timeout=30) as asking:
            with suppress(ConnectionError):
                asking.sendall(request)
            with suppress(ConnectionResetError):
                return b"".join(iter(lambda: asking.recv(65536), b""))
        return b""

    def is_well(self) -> bool:
        with self.session() as session:
            return session.get(f"https://{HOST}/a").status_code == 200

    def close(self) -> None:
        self._served.stop()
        self._proxy.stop()
        self._proxy.stop()  # once more changes nothing
        self.authority.close()


@pytest.fixture
def street() -> Iterator[Street]:
    street, before = Street(), threading.active_count()
    yield street
    street.close()
    assert threading.active_count() < before
    assert not street.authority.ca_file.exists()


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_call_reaches_its_door_as_it_was_meant(street: Street, scheme: str) -> None:
    with street.session() as session:
        asked = f"{scheme}://{HOST}/order/1%2F2?sign=a%2Bb&empty="
        [first, again, other] = [
            session.post(address, data=b"x" * 300_000).json()
            for address in (asked, asked, f"{scheme}://{OTHER.upper()}?q=1")
        ]
    assert first["PATH_INFO"] == "/order/1/2"
    assert first["QUERY_STRING"] == "sign=a%2Bb&empty="
    assert first["HTTP_HOST"] == HOST
    assert first["body"] == 300_000
    assert "HTTP_PROXY_AUTHORIZATION" not in first
    assert (first["port"] == again["port"]) is (scheme == "https"), "one tunnel for many calls, but none without TLS"
    assert (other["PATH_INFO"], other["QUERY_STRING"], other["HTTP_HOST"]) == ("/", "q=1", OTHER)


def test_a_client_with_bent_names_greets_in_tls_at_once(street: Street) -> None:
    context = ssl.create_default_context(cafile=str(street.authority.ca_file))
    with (
        socket.create_connection(street.at, timeout=30) as bare,
        context.wrap_socket(bare, server_hostname=OTHER) as asking,
    ):
        asking.sendall(f"GET /b HTTP/1.1\r\nHost: {OTHER}\r\nConnection: close\r\n\r\n".encode())
        assert b'"/b"' in b"".join(iter(lambda: asking.recv(65536), b""))
    with socket.create_connection(street.at, timeout=30) as bare, pytest.raises(ssl.SSLError):
        context.wrap_socket(bare, server_hostname="example.com")


NODE = shutil.which("node")
ASKING = """
const https = require('node:https')
https.get('https://HOST/by-https', answer => answer.on('data', said => console.log(String(said))))
fetch('https://HOST/by-fetch').then(async answer => console.log(await answer.text()))
"""


@pytest.mark.skipif(NODE is None, reason="Node is not there")
def test_node_comes_through_with_the_lines_that_are_shown(street: Street, tmp_path: Path) -> None:
    shown = (Path(__file__).parents[2] / "docs/proxy.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"```js\n(.*?)```", shown, re.DOTALL)
    (tmp_path / "through-proxy.cjs").write_text(lines)
    (tmp_path / "client.cjs").write_text(ASKING.replace("HOST", HOST))
    settings = {"HTTPS_PROXY": origin(*street.at), "NODE_EXTRA_CA_CERTS": str(street.authority.ca_file)}
    command = [str(NODE), "--require", "./through-proxy.cjs", "client.cjs"]
    ran = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert ("/by-https" in ran.stdout, "/by-fetch" in ran.stdout) == (True, True), ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "url",
    ["https://example.com/", f"https://{HOST}:8443/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/"],
)
def test_a_client_reads_in_its_own_error_that_a_host_is_not_on_the_stage(street: Street, url: str) -> None:
    with (
        street.session() as session,
        pytest.raises(requests.exceptions.ProxyError, match=f"403 .*only {HOST}, {OTHER}"),
    ):
        session.get(url)
    assert street.is_well()


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET http://example.com/ HTTP/1.1\r\nHost: HOST\r\n\r\n", 403),
        (b"GET http://HOST:22/ HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        (b"GET http://HOST@example.com/ HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        (b"GET http://[x/ HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        (b"GET http://HOST:x/ HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        (b"GET ftp://HOST/ HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        (b"CONNECT HOST HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        (b"CONNECT HOST:443 HTTP/1.1\r\nHost: x\r\n\r\n\x16\x03\x01", 400),
        (b"GET /.well-known/rehearsal HTTP/1.1\r\nHost: x\r\n\r\n", 204),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"nonsense\r\n\r\n", 400),
        (b"\x00\xff" * 5000 + b"\n", 400),
        (b"GET http://HOST/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET http://HOST/" + b"a" * 200_000 + b" HTTP/1.1\r\n", 431),
        (b"GET http://HOST/ HTTP/1.1\r\n" + b"A: b\r\n" * 100_000, 431),
        (b"\x16" * 500, None),
    ],
)
def test_who_asks_for_nothing_that_we_have_is_told_and_let_go(
    street: Street, request_head: bytes, status: int | None
) -> None:
    said = street.says(request_head.replace(b"HOST", HOST.encode()))
    assert said.startswith(b"HTTP/1.1 %d " % status) if status else said == b""
    assert street.is_well()


@pytest.mark.parametrize(
    "said", [b"", b"GET http", f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: x\r\n\r\n".encode(), b"\x16"]
)
def test_who_says_nothing_further_is_let_go_in_time(
    street: Street, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(proxy, "PATIENCE", 0.05)
    assert street.says(said) in (b"", b"HTTP/1.1 200 Connection established\r\n\r\n")


def test_when_too_many_come_whoever_has_least_time_left_goes(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "MOST", 2)
    with street.session() as session:
        first = session.get(f"https://{HOST}/a").json()
        silent = [socket.create_connection(street.at, timeout=30) for _ in range(5)]
        assert [one.recv(1) for one in silent[:4]] == [b""] * 4
        assert session.get(f"https://{HOST}/a").json()["port"] == first["port"], "who is being served stays"
        for one in silent:
            one.close()


def test_an_authority_is_of_today_and_kept_where_data_is(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made, again, passing = Authority(tmp_path), Authority(tmp_path), Authority()
    assert made.ca_file.read_bytes() == again.ca_file.read_bytes() != passing.ca_file.read_bytes()
    [key] = tmp_path.glob("*key.pem")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [file.name for file in passing.ca_file.parent.iterdir()] == [passing.ca_file.name], (
        "its key was never written"
    )
    presented = shown_by(made, HOST, trusting=again)
    begins, ends = (datetime.strptime(presented[name], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC) for name in DATES)
    assert begins < now - timedelta(hours=23)
    assert now + timedelta(days=700) < ends < begins + timedelta(days=825), "Apple's platforms take no longer one"
    with pytest.raises(ssl.SSLError, match="certificate verify failed"):
        shown_by(made, HOST, trusting=passing)
    key.write_text("spoiled")
    with pytest.raises(AuthorityRefused, match="remove both"):
        Authority(tmp_path)
    for one in (made, again, passing):
        one.close()
    assert made.ca_file.exists()
    assert not passing.ca_file.parent.exists()


DATES = ("notBefore", "notAfter")


def shown_by(authority: Authority, host: str, *, trusting: Authority) -> dict[str, Any]:
    """Return what a host shows to a client that trusts an authority."""
    strict = ssl.create_default_context(cafile=str(trusting.ca_file))
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = strict.wrap_bio(to_client, to_server, server_hostname=host)
    server = authority.context(host).wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for one in (client, server):
            with suppress(ssl.SSLWantReadError):
                one.do_handshake()
    shown = client.getpeercert()
    assert shown
    return shown
