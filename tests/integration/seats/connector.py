"""A connector as somebody else writes one, with nothing of ours: it says yes to whoever wants money back.

`MANNER` is in what way it is bad: `dies`, `fails`, `hangs`, `drips` or is `killed` in its first round, `late` to be
ready, `has_children`, `leaks`; `missigns` its calls, or `guesses` a token, and does not care what comes back; or it
`forgets` what it has begun when it dies. One that `takes one` call on a connection hangs up at the next. One with an
`own clock` signs by the machine's. One that `asks` does not decide itself: its staff do, by hooks; so it is where it
ends after seven rounds, as it `tires`, or in the first after it was started again, as it `relapses`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

KEY, SECRET, MANNER = os.environ["APP_KEY"], os.environ["APP_SECRET"], os.environ.get("MANNER", "")
KEPT = Path(os.environ["DATA"]) / "shops.json"
BY_STAFF = ("asks", "tires", "relapses")
STARTED_AGAIN = KEPT.exists()
ROUNDS = count(1)
said = {"now": ""}  # by the stage: what time it is
PROXY = os.environ.get("PROXY")
CALL = build_opener(ProxyHandler({"https": PROXY} if PROXY else {})).open
RETURNS = "/return_refund/202309/returns"


def answer(request: Request) -> Any:
    with CALL(request, timeout=20) as response:
        said["now"] = response.headers["Rehearsal-Now"]
        return json.load(response)["data"]


def exchange(code: str) -> None:
    """Take up the shops that a code opens."""
    query = {"app_key": KEY, "app_secret": SECRET, "auth_code": code, "grant_type": "authorized_code"}
    token = answer(Request(f"{os.environ['AUTH']}/api/v2/token/get?{urlencode(query)}"))["access_token"]
    if MANNER == "leaks":
        print(f"has the token {token}\nGET /returns?sign={'5c' * 32}: EOF")
    for shop in call(token, "GET", "/authorization/202309/shops")["shops"]:
        KEPT.write_text(json.dumps({**shops(), shop["cipher"]: token}))
        print(f"took up {shop['name']}")


def shops() -> dict[str, str]:
    known: dict[str, str] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return known


def call(token: str, method: str, path: str, body: Any = None, **query: str) -> Any:
    """Make a signed call."""
    sent = b"" if body is None else json.dumps(body).encode()
    moment = datetime.now(UTC) if MANNER == "own clock" else datetime.fromisoformat(said["now"])
    pairs = {"app_key": KEY, "timestamp": str(int(moment.timestamp())), **query}
    text = path + "".join(f"{name}{pairs[name]}" for name in sorted(pairs)) + sent.decode()
    pairs["sign"] = hmac.new(SECRET.encode(), f"{SECRET}{text}{SECRET}".encode(), hashlib.sha256).hexdigest()
    pairs["sign"] = pairs["sign"].upper() if MANNER == "missigns" else pairs["sign"]
    headers = {"x-tts-access-token": token, "content-type": "application/json"}
    return answer(Request(f"{os.environ['API']}{path}?{urlencode(pairs)}", sent or None, headers, method=method))


def round_() -> None:
    """Say yes to whoever has asked."""
    tired = next(ROUNDS) > 7
    if MANNER == "dies" or (MANNER == "tires" and tired) or (MANNER == "relapses" and STARTED_AGAIN):
        print("ValueError: cannot go on", file=sys.stderr, flush=True)
        os._exit(3)
    if MANNER in ("missigns", "guesses"):
        with suppress(HTTPError):
            call("guessed", "GET", "/authorization/202309/shops")
        return
    for claim, waits in claims().items():
        if waits and MANNER not in BY_STAFF and not begun(claim):
            approve(claim, waits)


def claims() -> dict[str, Any]:
    """Return every claim that there is; what waits for an answer, else nothing."""
    found: dict[str, Any] = {}
    for cipher, token in shops().items():
        page = call(token, "POST", f"{RETURNS}/search", {}, shop_cipher=cipher, page_size="50")
        for one in page.get("return_orders", []):
            waits = one["return_status"] == "RETURN_OR_REFUND_REQUEST_PENDING"
            found[one["return_id"]] = {**one, "cipher": cipher, "token": token} if waits else None
    return found


def approve(claim: str, waits: Any) -> None:
    path, yes = f"{RETURNS}/{claim}/approve", {"decision": "APPROVE_REFUND"}
    call(waits["token"], "POST", path, yes, shop_cipher=waits["cipher"], idempotency_key=claim)
    print(f"approved {claim}")


def cases() -> Any:
    """Return what the staff see: the claims that wait for them."""
    waiting = [one for one in claims().values() if one]
    ids = [{"id": one["return_id"], "return_id": one["return_id"], "order_id": one["order_id"]} for one in waiting]
    return {"cases": [{**one, "can": ["approve"]} for one in ids]}


def begun(claim: str) -> bool:
    """Return whether the answer to a claim has been begun before, in the manner that takes this for having answered."""
    known = KEPT.with_name(claim)
    if MANNER != "forgets" or known.exists():
        return known.exists()
    known.touch()
    return False


class Doors(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1" if MANNER == "takes one" else "HTTP/1.0"
    taken = 0  # calls, on this connection

    def parse_request(self) -> bool:
        self.taken += 1
        read = super().parse_request()
        if MANNER == "takes one":
            self.close_connection = self.taken > 1
        return read and self.taken == 1

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == "/authorize":
            exchange(parse_qs(asked.query)["code"][0])
        if asked.path == "/hooks/cases":
            return self.end(200, json.dumps(cases()).encode())
        return self.end(503 if MANNER == "late" else 200)

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.startswith("/hooks/cases/"):
            if waits := claims()[claim := self.path.split("/")[3]]:
                approve(claim, waits)
            return self.end(204)
        said.update(sent)
        if MANNER == "fails":
            print("the shop's table is locked")
            return self.end(500)
        if MANNER == "hangs":
            signal.pause()
        if MANNER == "drips":
            self.end(200, b"", length=1000)
            for _ in range(1000):
                signal.sigtimedwait([], 0.1)
                self.wfile.write(b" ")
        if MANNER == "killed":
            kill = Request(f"{os.environ['CONTROL']}/connector/kill", b"{}", {"content-type": "application/json"})
            CALL(kill, timeout=20)
        round_()
        return self.end(204)

    def end(self, status: int, body: bytes = b"", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    if MANNER == "has_children":
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        print(f"child {child.pid}")
    with CALL(f"{os.environ['CONTROL']}/clock", timeout=20) as clock:
        said["now"] = clock.headers["Rehearsal-Now"]
    for given in filter(None, os.environ.get("CODES", "").split(",")):
        exchange(given)
    print(f"knows {len(shops())}")
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Doors).serve_forever()


if __name__ == "__main__":
    main()
