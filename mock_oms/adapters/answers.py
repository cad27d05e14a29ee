"""What the connector answers: a yes or a no with its words, documents and their lists, and what rows are made into."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Final, NoReturn, TypeVar

import requests

from mock_oms.adapters.rows import Json, moment_of, text_of
from mock_oms.errors import Rejected, Unreachable, Unreadable

Said = TypeVar("Said")
Thing = TypeVar("Thing")


def accepted(response: requests.Response) -> requests.Response:
    """Return the response if it is a yes; say what it is otherwise."""
    if 200 <= response.status_code < 300:
        return response
    words, target = _words(response)
    if response.status_code == 429 or not 400 <= response.status_code < 500:
        raise Unreachable(f"The connector answers {response.status_code}: {words}")
    raise Rejected(response.status_code, words, target)


def _words(response: requests.Response) -> tuple[str, str | None]:
    """Return the words of an error, in whichever of the three shapes it comes, and the field it names."""
    plainly = f"{response.status_code} {response.reason}"
    try:
        document = document_of(response)
    except Unreadable:
        return plainly, None
    error = document.get("error")
    if isinstance(error, dict):
        return str(error.get("message") or error.get("code") or response.reason), text_of(error.get("target"))
    return str(error or document.get("Message") or plainly), None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_exact: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant).decode  # money as it is written


def document_of(response: requests.Response) -> Json:
    """Return the JSON object that a response holds. Raises Unreadable."""
    try:
        document = _exact(text := response.content.decode())
        if "\\u" in text:  # half a character can only be spelt out, and no page could show it
            json.dumps(document, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable("The connector's answer is not JSON.") from error
    if not isinstance(document, dict):
        raise Unreadable("The connector's answer is not a JSON object.")
    return document


def list_in(document: Json, name: str) -> list[Json]:
    """Return the list of this name in a document. Raises Unreadable."""
    rows = document.get(name)
    if not isinstance(rows, list):
        raise Unreadable(f"The connector's answer has no list `{name}`.")
    return list(rows)


def made_of(parse: Callable[[Said], Thing], said: Said) -> Thing:
    """Make something of a row; a row nothing can be made of is an answer not to be relied on."""
    try:
        return parse(said)
    except (LookupError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError) as error:
        raise Unreadable(f"The connector's answer cannot be read ({type(error).__name__}: {error}).") from error


def is_before(row: Json, field: str, moment: datetime) -> bool:
    """Return whether a row has this date, and it is earlier; whether it can be read is not for this to say."""
    with suppress(ValueError, TypeError, AttributeError):
        at = moment_of(row.get(field))
        return at is not None and at < moment
    return False


def each_of(parse: Callable[[Json], Thing], rows: Iterable[Json]) -> Iterator[Thing]:
    """Yield what can be made of rows; a row that cannot be read holds up no other, and is told at the end."""
    unread = []
    for row in rows:
        try:
            thing = made_of(parse, row)
        except Unreadable as error:
            unread.append(error)
            continue
        yield thing
    if unread:
        raise unread[0]


def all_of(lists: Iterable[Iterator[Thing]]) -> Iterator[Thing]:
    """Read one list after the other; one that cannot be read to its end holds up no other, and is told at the end."""
    unread = []
    for one in lists:
        try:
            yield from one
        except Unreadable as error:
            unread.append(error)
    if unread:
        raise unread[0]
