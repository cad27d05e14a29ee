"""The OMS's client of the connector, in ChannelAdvisor's REST dialect; its names stand here and in `rows` only.

One attempt per call, unless the OMS has other manners. The one exception is a 401: then the token is renewed and the
very same bytes are sent once more, because an `Adjust` that loses its body refunds the whole order. Pages are followed
by `@odata.nextLink` only, and never away from the connector. Fields that only some connectors offer are read where
present and never needed.
"""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from mock_oms.adapters import filters
from mock_oms.adapters.answers import accepted, all_of, document_of, each_of, is_before, list_in, made_of
from mock_oms.adapters.mistakes import ABOUT_NOTHING, MISSPELT
from mock_oms.adapters.reports import Reports
from mock_oms.adapters.rows import Json, adjustment_of, order_of
from mock_oms.adapters.selection import Selection
from mock_oms.domain.cases import Adjustment, AdjustmentKey, Decision, Level, RefundPart
from mock_oms.domain.manners import POLITE, Manner, Manners
from mock_oms.domain.orders import Order
from mock_oms.domain.reasons import LEFT_TO_THE_CONNECTOR
from mock_oms.domain.statuses import Question, Verdict
from mock_oms.errors import ConnectorError, NotSent, Rejected, Unreachable, Unreadable
from mock_oms.state.agenda import Clock
from mock_oms.state.store import AccessToken, Store

HTTP_TIMEOUT: Final = 30.0  # seconds of wall time for a call as a whole
RENEW_BEFORE: Final = timedelta(minutes=5)
IDS_PER_CALL: Final = 20
READ_WHOLE: Final = 3  # orders at a time that one reads whole who asks in other words
FORM: Final = "application/x-www-form-urlencoded"
IN_QUERY: Final = ("Reason", "SellerAdjustmentID")  # what one client in use says there, too
CONDITIONS: Final = "ConditionQuantityList"
FLAGS: Final = ("RefundOnly", "PreventSiteProcessing")  # and of these both what is so and what is not: True or False
IN_QUERY_TOO: Final = "access_token"  # where a token may stand as well
NAMESPACE: Final = "ChannelAdvisor.RestApi.V1.Models."  # of an action's whole name
# In whose local time an OMS with such manners writes moments: west and east of UTC, one of them by half an hour.
OFFSETS: Final = {Level.ORDER: timezone(timedelta(hours=-5)), Level.ITEM: timezone(timedelta(hours=5, minutes=30))}
MISTAKES: Final = {Manner.WRONG_NUMBERS: ABOUT_NOTHING, Manner.WRONG_NAMES: MISSPELT}

_ACTIONS: Final = {
    (Question.REQUEST, Verdict.APPROVE): "ApproveBuyerRequest",
    (Question.REQUEST, Verdict.REJECT): "RejectBuyerRequest",
    (Question.GOODS, Verdict.APPROVE): "ApproveReturn",
    (Question.GOODS, Verdict.REJECT): "RejectReturn",
}


@dataclass(frozen=True, slots=True)
class Application:
    """The credentials of a client application."""

    application_id: str
    shared_secret: str
    refresh_token: str


class ChannelAdvisor:
    """One client application's view of the connector."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        http: requests.Session,
        application: Callable[[], Application],
        url: str,
        manners: Manners = POLITE,
    ) -> None:
        self._clock = clock
        self._store = store
        self._http = http
        self._application = application
        self._manners = manners
        self._wordy = Manner.OTHER_WORDS in manners
        self._selection = Selection(store.fields_seen)
        self._url = url.rstrip("/")

    # what there is to read
    def new_orders(self) -> Iterator[Order]:
        """Yield the orders not yet exported: all pages, before anything is exported and so moves the pages.

        Who marks by page has each page when it is read, unless places in the list are what they page by.
        """
        rows = self._list("/v1/Orders", {"exported": "false", "$expand": "Items"})
        as_read = Manner.MARKS_BY_PAGE in self._manners and not (self._manners.page or self._wordy)
        yield from each_of(self._order, rows if as_read else list(rows))

    def order(self, ref: str) -> Order:
        """Return one order, exported or not."""
        return made_of(self._order, self._json(f"/v1/Orders({ref})", {"$expand": "Items"}))

    def mark_exported(self, ref: str) -> None:
        self._call("POST", f"/v1/Orders({ref})/Export")

    def unmark_exported(self, ref: str) -> None:
        self._call("DELETE", f"/v1/Orders({ref})/Export")

    def adjustments_since(self, since: datetime | None) -> Iterator[Adjustment]:
        """Yield the adjustments created at or after a moment; all there are, where none is given."""
        found = all_of(
            self._adjustments(level, {}) if since is None else self._adjustments_from("CreatedDateUtc", since, level)
            for level in Level
        )
        return self._shown_likewise(found) if self._wordy else found

    def _shown_likewise(self, found: Iterator[Adjustment]) -> Iterator[Adjustment]:
        """Yield adjustments; none where one of their orders, read whole, shows others than the lists have."""
        read, unread = list[Adjustment](), list[Unreadable]()
        try:
            for one in found:
                read.append(one)
        except Unreadable as error:
            unread.append(error)
        for ref in list(dict.fromkeys(one.order_ref for one in read))[:READ_WHOLE]:
            with suppress(Rejected):  # not every connector shows so much at once
                self._compare(ref)
        yield from read
        if unread:
            raise unread[0]

    def _compare(self, ref: str) -> None:
        order = self._json(f"/v1/Orders({ref})", {"$expand": "Adjustments,Items($expand=Adjustments)"})
        lines = self._expanded(order, "Items")
        shown = {Level.ORDER: [order], Level.ITEM: lines}
        for level, holders in shown.items():
            within = sorted(str(row.get("ID")) for one in holders for row in self._expanded(one, "Adjustments"))
            rows = self._rows_of(f"/v1/{level}", {"$filter": f"OrderID eq {ref}"})
            listed = sorted(str(row.get("ID")) for row in rows)
            if within != listed:
                with_, lists = (", ".join(numbers) or "none" for numbers in (within, listed))
                raise Unreadable(f"The connector shows order {ref} with the {level} {with_} and lists {lists}.")

    def adjustments_again(
        self, keys: Set[AdjustmentKey], fresh: Set[AdjustmentKey], since: datetime | None
    ) -> Iterator[Adjustment]:
        """Read known adjustments again, all but the fresh ones: by number while one call takes them.

        Of more, or where that is its manner, those are read that have changed since. The date of change is an
        extension: a connector that does not know it is asked for all by number.
        """
        if since is not None and (len(keys) > IDS_PER_CALL or Manner.BY_CHANGE in self._manners):
            with suppress(Rejected):
                yield from all_of(self._adjustments_from("SiteUpdatedDateUtc", since, level) for level in Level)
                return
        wanted = sorted(keys - fresh)
        by_level = ((level, [key for key in wanted if key[0] is level]) for level in Level)
        yield from all_of(
            self._adjustments(level, {"$filter": filters.numbered(some, wordy=self._wordy)})
            for level, those in by_level
            for start in range(0, len(those), IDS_PER_CALL)
            for some in [{key[1]: self._store.own_id(key) for key in those[start : start + IDS_PER_CALL]}]
        )

    def compare(self) -> tuple[Iterator[Order], Mapping[str, Sequence[str]]]:
        """Ask for parts of each list, in many ways; return the orders with our mark, and how the parcels of some stand.

        Raises Unreadable where something else comes than must.
        """

        def read(path: str, query: Mapping[str, str]) -> list[Json]:
            return list(self._rows_of(path, query))

        reports = Reports(read, lambda path: self._json(path, {}))
        made_of(reports.compare, self._store.marked)
        ours = (row for row in reports.orders if str(row["ID"]) in self._store.marked)
        return each_of(self._order, ours), reports.parcels

    def find_refund(self, part: RefundPart) -> list[Adjustment]:
        """Return what a refund of ours has become, found by the only thing that tells: its SellerAdjustmentID."""
        levels = (Level.ITEM,) if part.item_ref is not None else tuple(Level)
        query = {"$filter": filters.said(filters.GIVEN, part.seller_id)}
        return list(all_of(self._adjustments(level, query) for level in levels))

    # what there is to say
    def decide(self, adjustment: Adjustment, decision: Decision) -> None:
        """Give the seller's decision on what one adjustment asks."""
        level, number = adjustment.key
        body: Json = {}
        if decision.grade is not None and level is Level.ITEM:
            of_each = [decision.grades.get(unit, decision.grade) for unit in adjustment.unit_ids]
            found = Counter(of_each or [decision.grade] * (adjustment.quantity or 1))
            body[CONDITIONS] = [{"Condition": str(one), "Quantity": many} for one, many in found.items()]
        if decision.verdict is Verdict.REJECT:
            if decision.reason is not None and decision.reason not in LEFT_TO_THE_CONNECTOR:
                body["SiteRejectReason"] = decision.reason
            if decision.comment is not None:
                body["SiteRejectComment"] = decision.comment
        elif decision.instead:
            body["SiteRefundInstead"] = True
        elif adjustment.key in decision.shares:
            body["SitePartialRefundAmount"] = decision.shares[adjustment.key]
        elif Manner.NAMES_SUMS in self._manners and decision.question is Question.REQUEST and adjustment.offerable:
            body["SitePartialRefundAmount"] = adjustment.amount
        target = f"/v1/{level}({number})/{_ACTIONS[decision.question, decision.verdict]}"
        if Manner.BEYOND in self._manners and CONDITIONS in body:
            self._try_a_piece_more(target, body)
        self._call("POST", target, body=body or None)
        if Manner.TWICE in self._manners:
            with suppress(ConnectorError):
                self._call("POST", target, body=body or None)
        if Manner.WRONG_NUMBERS in self._manners:
            self._mistake_the_list(adjustment, decision)

    def _mistake_the_list(self, adjustment: Adjustment, decision: Decision) -> None:
        """Say the contrary of what has this number in the other list, where nothing has it: it is to be refused."""
        level, number = adjustment.key
        other = Level.ORDER if level is Level.ITEM else Level.ITEM
        contrary = Verdict.APPROVE if decision.verdict is Verdict.REJECT else Verdict.REJECT
        with suppress(ConnectorError):
            try:
                self._call("GET", f"/v1/{other}({number})")
            except Rejected as no:
                if no.status == HTTPStatus.NOT_FOUND:
                    self._call("POST", f"/v1/{other}({number})/{_ACTIONS[decision.question, contrary]}")

    def _try_a_piece_more(self, target: str, body: Json) -> None:
        """Say of a piece more than is asked about how it was found, which is to be refused."""
        first, *others = body[CONDITIONS]
        more = [{**first, "Quantity": first["Quantity"] + 1}, *others]
        with suppress(Rejected):
            self._call("POST", target, body={**body, CONDITIONS: more})

    def refund(self, part: RefundPart, order_ref: str) -> None:
        """Ask for one refund of the seller's own. The body names its amount or its quantity; it is never empty."""
        path = f"/v1/Orders({order_ref})" if part.item_ref is None else f"/v1/OrderItems({part.item_ref})"
        target = f"{path}/Adjust{self._beside(part.body)}"
        self._call("POST", target, body=part.body)
        if Manner.TWICE in self._manners and not part.nameless:
            self._call("POST", target, body=part.body)

    # the wire
    def _beside(self, body: Mapping[str, object]) -> str:
        """Return the query in which an OMS with such manners says once more what is in the body."""
        if Manner.OLD_CLIENT not in self._manners:
            return ""
        said = {name: body[name] for name in IN_QUERY if name in body}
        flags = {name: str(body.get(name, False)) for name in FLAGS}
        return "?" + urlencode(said | flags, quote_via=quote)

    def _adjustments(self, level: Level, query: Mapping[str, str]) -> Iterator[Adjustment]:
        return each_of(partial(adjustment_of, level), self._list(f"/v1/{level}", query))

    def _adjustments_from(self, field: str, since: datetime, level: Level) -> Iterator[Adjustment]:
        """Yield those of which a date is no earlier; none where the connector hands out others, on whatever page."""
        first = since.replace(microsecond=0)
        moment = f"{first:%Y-%m-%dT%H:%M:%S}" + ("" if Manner.OLD_CLIENT in self._manners else "Z")
        if Manner.OFFSETS in self._manners:
            moment = first.astimezone(OFFSETS[level]).isoformat()
        asked = {"$filter": filters.since(field, first, moment, wordy=self._wordy)}
        rows = list(self._list(f"/v1/{level}", asked))
        if any(is_before(row, field, first) for row in rows):
            raise Unreadable(f"The connector's list has more than was asked for: {field} from {moment} on.")
        yield from each_of(partial(adjustment_of, level), rows)

    def _list(self, path: str, query: Mapping[str, str]) -> Iterator[Json]:
        if self._wordy:
            return self._selection.checked(path, self._rows_of(path, self._selection.worded(path, query)))
        return self._rows_of(path, query)

    def _rows_of(self, path: str, query: Mapping[str, str]) -> Iterator[Json]:
        if self._manners.page and "$top" not in query:
            yield from self._skipping(path, query, self._manners.page)
            return
        page = self._json(path, query)
        seen: set[str] = set()
        while True:
            yield from list_in(page, "value")
            link = page.get("@odata.nextLink")
            if not link:
                return
            page = self._follow(link, seen)

    def _skipping(self, path: str, query: Mapping[str, str], size: int) -> Iterator[Json]:
        """Page by hand, to the number that there are. Past it some answer with the first page again: the end, too.

        Where one answer holds fewer rows than were asked for, its link leads to the others of them.
        """
        read: set[object] = set()
        links: set[str] = set()
        while True:
            asked = {**query, "$top": str(size), "$skip": str(len(read)), "$count": "true"}
            page = self._json(path, asked)
            rows, count = list_in(page, "value"), page.get("@odata.count")
            if isinstance(count, int) and count < len(read) + len(rows) and read.isdisjoint(_ids(rows)):
                raise Unreadable("The connector's list has more rows than there are by its count.")
            while len(rows) < size and (link := page.get("@odata.nextLink")):
                page = self._follow(link, links)
                rows = [*rows, *list_in(page, "value")]
            if len(rows) > size or len(_ids(rows)) < len(rows):
                raise Unreadable("The connector's page has more rows than were asked for, or some of them twice.")
            if len(rows) < size and isinstance(count, int) and count > len(read) + len(rows):
                raise Unreadable("The connector's list is at its end, and by its count there are more rows.")
            fresh = [row for row in rows if row.get("ID") not in read]
            yield from fresh
            read |= _ids(fresh)
            if len(rows) < size or not fresh or len(read) == count:
                return

    def _follow(self, link: object, seen: set[str]) -> Json:
        """Fetch the page a link names. Only its path is followed: our token goes to the connector and nowhere else."""
        try:
            parts = urlsplit(link) if isinstance(link, str) else urlsplit("")
        except ValueError:
            parts = urlsplit("")
        if not parts.path.startswith("/"):
            raise Unreadable("The connector's link to the next page cannot be read.")
        target = f"{parts.path}?{parts.query}"
        if target in seen:
            raise Unreadable("The connector's pages go round in circles.")
        seen.add(target)
        return document_of(self._call("GET", target))

    def _json(self, path: str, query: Mapping[str, str]) -> Json:
        encoded = _encoded(tuple(query.items()))
        if Manner.OLD_CLIENT in self._manners:
            encoded = encoded.replace("$", "%24")
        return document_of(self._call("GET", f"{path}?{encoded}" if encoded else path))

    def _call(self, method: str, target: str, *, body: Mapping[str, object] | None = None) -> requests.Response:
        sent = None if body is None else json.dumps(body, default=_number).encode()
        if sent is None and method == "POST" and Manner.OLD_CLIENT in self._manners:
            sent = b"null"
        mine = self._application().application_id
        if (old := self._outlived(mine)) is not None:
            response = self._send(method, target, f"Bearer {old}", sent, "application/json")
            if response.status_code != 401:
                return accepted(response)
        response = self._attempt(method, target, sent)
        if response.status_code == 401:
            over = self._store.tokens.pop(mine, None)
            response = self._attempt(method, target, sent)
            if over is not None and mine in self._store.tokens:
                self._store.tokens[mine] = replace(self._store.tokens[mine], before=over.text)
        return accepted(response)

    def _outlived(self, application_id: str) -> str | None:
        """Return the token of which, in an OMS with such manners, a part has not heard yet that it is turned away."""
        token = self._store.tokens.get(application_id) if Manner.OLD_TOKEN in self._manners else None
        return None if token is None else token.before

    def _attempt(self, method: str, target: str, body: bytes | None) -> requests.Response:
        scheme = "bearer" if Manner.OLD_CLIENT in self._manners else "Bearer"  # as `token_type` spells it
        try:
            token = self._access_token()
        except Unreachable as silence:
            raise NotSent(str(silence)) from silence
        return self._send(method, target, f"{scheme} {token}", body, "application/json")

    def _send(self, method: str, target: str, authorization: str, body: bytes | None, kind: str) -> requests.Response:
        if Manner.OLD_CLIENT in self._manners:
            target, authorization = _as_of_old(method, target, authorization)
        headers = {"Accept": "application/json", **({"Authorization": authorization} if authorization else {})}
        if body is not None:
            headers |= {"Content-Type": kind, "Content-Length": str(len(body))}
        request = requests.PreparedRequest()  # in its final form already: there is nothing to prepare
        request.method, request.url, request.body = method, self._url + target, body
        request.headers = CaseInsensitiveDict(headers)
        try:  # the adapter itself: what a session adds is following redirects and keeping cookies
            response = self._http.get_adapter(request.url).send(request, timeout=HTTP_TIMEOUT)
            response.content  # noqa: B018  # read to its end, or not at all
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise Unreachable(f"The connector cannot be reached ({type(error).__name__}).") from error
        return response

    def _access_token(self) -> str:
        now, mine = self._clock.now(), self._application()
        token = self._store.tokens.get(mine.application_id)
        if token is None or (now >= token.renew_at and Manner.OLD_TOKEN not in self._manners):
            if Manner.WRONG_KEYS in self._manners:
                self._try_wrong_keys(mine)
            document = document_of(accepted(self._ask_for_a_token(mine)))
            try:
                text, life = str(document["access_token"]), timedelta(seconds=int(document["expires_in"]))
                renew_at = now + max(life - RENEW_BEFORE, life / 2)
            except (LookupError, ValueError, TypeError, ArithmeticError) as error:
                raise Unreachable("The connector's token answer cannot be read.") from error
            if Manner.OLD_TOKEN in self._manners:  # another part of it asks for one of its own
                self._ask_for_a_token(mine)
            token = AccessToken(text, renew_at)
            self._store.tokens[mine.application_id] = token
            for manner, mistakes in MISTAKES.items():
                for method, target in mistakes if manner in self._manners else ():
                    self._send(method, target, f"Bearer {token.text}", None, "")
        return token.text

    def _ask_for_a_token(self, mine: Application) -> requests.Response:
        scheme = "basic" if self._wordy else "Basic"
        basic, form = _grant(mine, "" if Manner.OLD_CLIENT in self._manners else scheme)
        return self._send("POST", "/oauth2/token", basic, form, FORM)

    def _try_wrong_keys(self, mine: Application) -> None:
        """Ask with a wrong secret and with a wrong refresh token, and call with what is no access token."""
        self._ask_for_a_token(replace(mine, shared_secret=mine.shared_secret[::-1]))
        self._ask_for_a_token(replace(mine, refresh_token=mine.refresh_token[::-1]))
        self._send("GET", "/v1/Orders", f"Bearer {mine.refresh_token}", None, "")

    def _order(self, row: Json) -> Order:
        return order_of(row, self._expanded(row, "Items"))

    def _expanded(self, row: Json, name: str) -> list[Json]:
        """Return a list that a row has come with, to its end."""
        found = list_in(row, name)
        link, seen = row.get(f"{name}@odata.nextLink"), set[str]()
        while link:
            page = self._follow(link, seen)
            found += list_in(page, "value")
            link = page.get("@odata.nextLink")
        return found


@lru_cache(maxsize=64)  # a pull asks each level the same, and the next pull much of it again
def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    return urlencode(query, quote_via=quote, safe="$(),:'")


def _as_of_old(method: str, target: str, authorization: str) -> tuple[str, str]:
    """Spell an address as clients in use do, and say where the token stands.

    An action has its whole name; what is read stands in small letters, with a slash. The token stands in the query,
    but where an action says something else there.
    """
    path, _, query = target.partition("?")
    if not path.startswith("/v1/"):
        return target, authorization
    token = urlencode({IN_QUERY_TOO: authorization.partition(" ")[2]})
    if method == "GET":
        kept = [option for option in query.split("&") if option and not option.startswith(f"{IN_QUERY_TOO}=")]
        return f"{path.lower()}/?{'&'.join([*kept, token])}", ""
    owner, _, action = path.rpartition("/")
    named = f"{owner}/{NAMESPACE}{action}"
    return (f"{named}?{query}", authorization) if query else (f"{named}?{token}", "")


@lru_cache(maxsize=16)  # while the connector is down, one is asked for at each pull
def _grant(mine: Application, scheme: str) -> tuple[str, bytes]:
    """Return the header and the form in which an access token is asked for; without a scheme it has the keys, too."""
    form = {"grant_type": "refresh_token", "refresh_token": mine.refresh_token}
    if not scheme:
        keys = {"client_id": mine.application_id, "client_secret": mine.shared_secret}
        return "", urlencode({**form, **keys}).encode()
    pair = b64encode(f"{mine.application_id}:{mine.shared_secret}".encode()).decode()
    return f"{scheme} {pair}", urlencode(form).encode()


def _number(value: object) -> float:
    """Write money as the JSON number the API wants; two decimals survive a float unchanged."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} has no place in a request.")


def _ids(rows: Iterable[Json]) -> set[object]:
    return {row.get("ID") for row in rows}
