"""A small connector between TikTok Shop and a seller's staff, by the machine's clock, with nothing but Python.

Every POLL_SECONDS it looks for what buyers ask for; it shows that to the staff, and sends their yes or no. One shop,
one file of state, one thing at a time.
"""

import hashlib
import hmac
import json
import os
import re
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

KEY, SECRET = os.environ["APP_KEY"], os.environ["APP_SECRET"]
FILE = Path(os.environ["DATA"]) / "connector.json"
KINDS = {  # path, where the list stands, and what its items call their number, their status and a filter by number
    "return": ("/return_refund/202309/returns", "return_orders", "return_id", "return_status", "return_ids"),
    "cancel": ("/return_refund/202309/cancellations", "cancellations", "cancel_id", "cancel_status", "cancel_ids"),
}
DAY = 24 * 60 * 60
state = json.loads(FILE.read_text()) if FILE.exists() else {"shop": {}, "claims": {}, "outbox": []}
one_at_a_time = threading.Lock()


class Refused(Exception):
    """A clear no, which no second attempt changes."""


def save():
    new = FILE.with_suffix(".new")
    new.write_text(json.dumps(state))
    new.replace(FILE)  # whole or not at all, wherever the process dies


# the marketplace


def sign(secret, path, query, body):
    text = path + "".join(name + query[name] for name in sorted(query)) + body
    return hmac.new(secret.encode(), f"{secret}{text}{secret}".encode(), hashlib.sha256).hexdigest()


def ask(request):
    try:
        response = urlopen(request, timeout=20)
    except HTTPError as error:
        response = error
    with response:
        answer = json.load(response)
    if answer["code"] == 0:
        return answer["data"]
    final = response.status == 200 and answer["code"] != 25001028  # which says: try again later
    raise (Refused if final else RuntimeError)(f"{answer['message']} ({answer['code']})")


def call(method, path, query=None, body=None):
    sent = json.dumps(body) if body else ""  # signed as it is sent, byte for byte
    pairs = {**(query or {}), "app_key": KEY, "timestamp": str(int(time.time()))}
    if "cipher" in state["shop"]:
        pairs["shop_cipher"] = state["shop"]["cipher"]
    pairs["sign"] = sign(SECRET, path, pairs, sent)
    headers = {"x-tts-access-token": state["shop"]["token"], "content-type": "application/json"}
    url = f"{os.environ['TIKTOK']}{path}?{urlencode(pairs)}"
    return ask(Request(url, sent.encode() or None, headers, method=method))


def grant(verb, **given):
    query = urlencode({"app_key": KEY, "app_secret": SECRET, **given})
    granted = ask(f"{os.environ['TIKTOK_AUTH']}/api/v2/token/{verb}?{query}")
    until = granted["access_token_expire_in"]
    state["shop"] |= {"token": granted["access_token"], "refresh": granted["refresh_token"], "until": until}
    save()


def look(kind, **fits):
    """Read every claim that fits, from all pages."""
    path, name, number, *_ = KINDS[kind]
    query, found = {"page_size": "50"}, []
    while True:
        page = call("POST", f"{path}/search", query, fits)
        found += page.get(name, [])
        if not page["next_page_token"]:
            break
        query["page_token"] = page["next_page_token"]
    state["claims"].update({claim[number]: claim for claim in found})
    save()
    return found


# a round: keep the token, collect, deliver


def poll():
    shop = state["shop"]
    if "token" not in shop:
        grant("get", auth_code=os.environ["AUTH_CODE"], grant_type="authorized_code")
    if "cipher" not in shop:
        shop["cipher"] = call("GET", "/authorization/202309/shops")["shops"][0]["cipher"]
    if shop["until"] < time.time() + DAY:
        grant("refresh", refresh_token=shop["refresh"], grant_type="refresh_token")
    for kind in KINDS:
        look(kind)
    for decision in state["outbox"]:
        if not decision["done"]:
            deliver(decision)


def deliver(decision):
    """Send a decision, unless the claim says that an earlier attempt has arrived, or somebody else was faster."""
    path, _, _, _, numbers = KINDS[decision["kind"]]
    try:
        (claim,) = look(decision["kind"], **{numbers: [decision["claim"]]})
        if waits(claim):
            where = f"{path}/{decision['claim']}/{decision['verb']}"
            call("POST", where, {"idempotency_key": decision["key"]}, decision["body"])
        decision["done"] = True
    except Refused as no:
        decision |= {"done": True, "error": str(no)}
    except (OSError, ValueError, RuntimeError) as error:  # no answer: the next round looks, and tries again
        print(f"{decision['verb']} {decision['claim']}: {error}", flush=True)
    save()


# the seller's staff


def kind_of(claim):
    return "return" if "return_id" in claim else "cancel"


def waits(claim):
    return claim[KINDS[kind_of(claim)][3]].endswith("_REQUEST_PENDING")


def case(number):
    claim = state["claims"][number]
    decided = [one for one in state["outbox"] if one["claim"] == number]
    can = ["approve", "reject"] if waits(claim) and not decided else []
    shown = {"id": number, "order_id": claim["order_id"], "can": can, f"{kind_of(claim)}_id": number}
    return shown | {"error": decided[-1].get("error") if decided else None}


def decide(number, verb):
    claim = state["claims"].get(number)
    if claim is None or not case(number)["can"]:
        raise Refused(f"{number} waits for no answer")
    kind, body = kind_of(claim), {}
    if kind == "return":
        what = {"REFUND": "REFUND", "RETURN_AND_REFUND": "RETURN", "REPLACEMENT": "REPLACEMENT"}
        body["decision"] = f"{verb.upper()}_{what[claim['return_type']]}"
    if verb == "reject":  # the reasons that the marketplace takes for this very claim
        listed = call("GET", "/return_refund/202309/reject_reasons", {"return_or_cancel_id": number})
        body["reject_reason"] = listed["reasons"][0]["name"]
    decision = {"kind": kind, "claim": number, "verb": verb, "body": body, "key": str(uuid.uuid4()), "done": False}
    state["outbox"].append(decision)
    save()  # what the staff are told is taken outlives this process
    deliver(decision)  # at once: the next round may be too late
    return case(number)


class Doors(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {})
        elif self.path == "/staff/cases":
            with one_at_a_time:
                self.answer(200, {"cases": [case(number) for number in state["claims"]]})
        else:
            self.answer(404, {"title": f"There is no {self.path} here"})

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        if not (found := re.fullmatch(r"/staff/cases/(\w+)/(approve|reject)", self.path)):
            return self.answer(404, {"title": f"There is no {self.path} here"})
        try:
            with one_at_a_time:
                self.answer(200, decide(*found.groups()))
        except Refused as no:
            self.answer(409, {"title": str(no)})

    def answer(self, status, body):
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_):
        pass


def live():
    while True:
        try:
            with one_at_a_time:
                poll()
        except Exception as error:  # whatever it is, the next round comes
            print(f"round: {error}", flush=True)
        time.sleep(float(os.environ["POLL_SECONDS"]))


if __name__ == "__main__":
    threading.Thread(target=live, daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Doors).serve_forever()
