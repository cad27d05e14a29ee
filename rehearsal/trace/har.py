"""The trace's exchanges as an HTTP archive (HAR 1.2), for the network panels that people know.

Times are as in the trace; durations are zero, because how long anything took on this machine is no part of a trace. A
response is what the caller got; where that is not what was sent, `_sent` has the latter.
"""

import json
from collections.abc import Iterable
from http.client import responses
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final
from urllib.parse import urlencode

from rehearsal.trace.log import Entry

NOTHING: Final = {"type": None, "body": None}


def har(entries: Iterable[Entry]) -> bytes:
    """Return the HAR document of these trace entries."""
    document = {
        "log": {
            "version": "1.2",
            "creator": {"name": "Rehearsal", "version": _version()},
            "entries": [_exchange(entry) for entry in entries if entry["kind"] == "exchange"],
        }
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _version() -> str:
    try:
        return version("rehearsal")
    except PackageNotFoundError:
        return "0"


def _exchange(entry: Entry) -> dict[str, Any]:
    query = urlencode(entry["query"], doseq=True)
    url = f"{entry['scheme']}://{entry['host']}{entry['path']}" + (f"?{query}" if query else "")
    request: dict[str, Any] = {
        "method": entry["method"],
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(entry["request"]),
        "queryString": [
            {"name": name, "value": value}
            for name, values in entry["query"].items()
            for value in (values if isinstance(values, list) else [values])
        ],
        "headersSize": -1,
        "bodySize": -1,
    }
    if entry["request"]["body"] is not None:
        request["postData"] = {"mimeType": entry["request"]["type"] or "", "text": _text(entry["request"]["body"])}
    sent = {"status": entry["status"], **(entry["response"] or NOTHING)}
    got = entry.get("received") or ({"status": None, **NOTHING} if entry["failure"] else sent)
    altered = {"_sent": _response(sent)} if got != sent and entry["status"] is not None else {}
    return {
        "startedDateTime": entry["at"],
        "time": 0,
        "request": request,
        "response": _response(got) | ({"_error": entry["failure"]} if entry["failure"] else {}),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": f"{entry['from']} to {entry['to']}: {entry['operation'] or 'unknown operation'}",
        **({"_business_at": entry["business_at"]} if "business_at" in entry else {}),
        "_seq": entry["seq"],
        "_request_id": entry["request_id"],
        "_fault": entry["fault"],
        **altered,
    }


def _response(message: dict[str, Any]) -> dict[str, Any]:
    text = "" if message["body"] is None else _text(message["body"])
    return {
        "status": message["status"] or 0,
        "statusText": responses.get(message["status"] or 0, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(message),
        "content": {"size": len(text.encode("utf-8", "replace")), "mimeType": message["type"] or "", "text": text},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _headers(message: dict[str, Any]) -> list[dict[str, str]]:
    return [{"name": "content-type", "value": message["type"]}] if message["type"] else []


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
