"""A fault as a scenario, a plan file or the control API gives it: read, or refused by the field that is at fault."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from rehearsal.contract.demand import near, shown
from rehearsal.contract.openapi import Contract
from rehearsal.moments import LAST, shown_time
from rehearsal.simulation.duration import read_duration
from rehearsal.wire.faults.fault import GROUPS, Fault, Kind, unversioned

TOOLS: Final = "tools"  # whoever is none of the world's players
# Who calls whom; the marketplace calls the connector, and the connector the OMS, with webhooks.
CALLERS: Final[Mapping[str, tuple[str, ...]]] = {
    "marketplace": ("connector", TOOLS),
    "connector": ("oms", "marketplace", TOOLS),
    "oms": ("connector",),
}
FROM: Final = ("connector", "oms", "marketplace", TOOLS)
WEBHOOK: Final = "webhook"  # the operation
# What people call some kinds of fault.
CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "refuse": ("refused", "error"),
    "unreachable": ("down",),
    "delay": ("late", "delayed", "timeout"),
    "cut_before": ("drop", "dropped"),
    "cut_after": ("lost", "lose", "cut"),
    "empty_success": ("empty",),
    "stale": ("out_of_date", "outdated"),
    "duplicate": ("double", "doubled", "twice", "repeated"),
    "reorder": ("out_of_order",),
    "forge": ("forged", "fake"),
    "slow_drip": ("slow",),
    "search_lag": ("lag", "lagging"),
    "token_revoked": ("revoked",),
    "token_expired": ("expired",),
}
KEYS: Final = ("kind", "from", "to", "operation", "shop_id", "skip", "times", "probability", "at", "until", "with")


class Mistake(ValueError):
    """What is wrong with a fault that was given: the field, and what would be right."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(f"{field} {words}")
        self.field = field


class UnknownFault(Mistake):
    """No fault was ever planned under this id."""


def read_fault(given: Any, kinds: Mapping[str, Kind], now: datetime) -> Fault:
    """Return the fault that was given at `now`; raise the Mistake of the first thing in it that cannot be meant."""
    if not isinstance(given, Mapping):
        raise Mistake("fault", f"is {shown(given)}; it is a mapping such as {{kind: cut_after, operation: approve}}")
    for key in given:
        if key not in KEYS:
            raise Mistake(str(key), f"is not known here; {near(key, KEYS)}")
    kind = _kind(given.get("kind"), kinds)
    at = _moment(given, "at", now)
    until = _moment(given, "until", at or now)
    callee = _one_of("to", given.get("to", "marketplace"), tuple(CALLERS))
    if kinds[kind].of_marketplace and callee != "marketplace":
        raise Mistake("to", f"is {callee}; {kind} is trouble of the marketplace's own")
    caller = None if given.get("from") is None else _one_of("from", given["from"], FROM)
    if caller is not None and caller not in CALLERS[callee]:
        raise Mistake("from", f"is {caller}, which never calls the {callee}; {_paths()}")
    if callee == "oms":  # what the stage itself asks one from outside is no matter of faults
        caller = "connector"
    known = (*GROUPS, *operations(callee))
    operation = None if given.get("operation") is None else _one_of("operation", given["operation"], known)
    if told := kinds[kind].webhooks_to:
        if callee not in told or operation not in (None, WEBHOOK):
            raise Mistake("to", f"is {callee}; {kind} is trouble of webhooks, which go to the {' or the '.join(told)}")
        operation = WEBHOOK
    if operation == WEBHOOK and callee == "connector":
        if caller not in (None, "marketplace"):
            raise Mistake("from", f"is {caller}; webhooks are the marketplace's alone")
        caller = "marketplace"
    shop_id = given.get("shop_id")
    if shop_id is not None and not (isinstance(shop_id, str) and shop_id):
        raise Mistake("shop_id", f"is {shown(shop_id)}; it is a text")
    if shop_id is not None and callee != "marketplace" and caller != "marketplace":
        words = "only calls to the marketplace, and its webhooks, say whose shop they mean"
        raise Mistake("shop_id", f"cannot be told apart there: {words}")
    probability = given.get("probability")
    if probability is not None and not (_is_number(probability) and 0 < probability <= 1):
        raise Mistake("probability", f"is {shown(probability)}; it is a number above 0 and at most 1, such as 0.2")
    return Fault(
        kind,
        caller,
        callee,
        operation,
        shop_id,
        _count(given, "skip", 0) or 0,
        _count(given, "times", 1),
        probability,
        at,
        until,
        _having(kind, given.get("with") or {}, kinds[kind]),
    )


def _kind(given: object, kinds: Mapping[str, Kind]) -> str:
    """Return the kind; raise the Mistake of an unknown one, with the one that was meant, or else all in words."""
    if isinstance(given, str) and given in kinds:
        return given
    said = str(given).strip().lower().replace(" ", "_").replace("-", "_")
    named = [said] if said in kinds else [kind for kind, names in CALLED.items() if said in names]
    meant = next(iter(named or get_close_matches(said, kinds, 1, 0.75)), "")
    wrong = "is missing" if given is None else f"is {shown(given)}"
    if meant in kinds and given is not None:
        raise Mistake("kind", f"{wrong}; did you mean {meant}? ({kinds[meant].words})")
    raise Mistake("kind", f"{wrong}; known: {', '.join(f'{name} ({kind.words})' for name, kind in kinds.items())}")


def _paths() -> str:
    return "calls go " + "; ".join(f"from {' or '.join(callers)} to {one}" for one, callers in CALLERS.items())


@cache
def operations(callee: str) -> tuple[str, ...]:
    """Return what can be asked of a player, without versions."""
    contracts = {
        "marketplace": ("tiktok_shop",),
        "connector": ("channeladvisor", "tiktok_webhooks"),
        "oms": ("channeladvisor_webhooks",),
    }
    known = (one for name in contracts[callee] for one in Contract.load(name).operations)
    return tuple(dict.fromkeys(unversioned(one.id) for one in known))


def _having(kind: str, given: object, takes: Kind) -> Mapping[str, Any]:
    """Return all that goes with a fault of this kind; what was not given has its default."""
    if not isinstance(given, Mapping):
        raise Mistake("with", f"is {shown(given)}; it is a mapping")
    for name in given:
        if name not in takes.takes:
            known = near(name, takes.takes) if takes.takes else f"a fault of the kind {kind} takes nothing"
            raise Mistake(f"with.{name}", f"is not known here; {known}")
    having = {}
    for name, value in takes.takes.items():
        if name not in given:
            if value.required:
                raise Mistake(f"with.{name}", f"is missing; it is {value.words}")
            having[name] = value.default
        elif value.allows(given[name]):
            having[name] = given[name]
        else:
            raise Mistake(f"with.{name}", f"is {shown(given[name])}; it is {value.words}")
    if (at_odds := takes.at_odds(having)) is not None:
        name, why = at_odds
        raise Mistake(f"with.{name}", why)
    return MappingProxyType(having)


def _one_of(field: str, given: object, known: Collection[str]) -> str:
    if given is None:
        raise Mistake(field, f"is missing; known: {', '.join(known)}")
    if given not in known:
        raise Mistake(field, f"is {shown(given)}; {near(given, known)}")
    return str(given)


def _count(given: Mapping[str, Any], field: str, least: int) -> int | None:
    value = given.get(field)
    if value is not None and not (type(value) is int and value >= least):
        raise Mistake(field, f"is {shown(value)}; it is a whole number, {least} or more")
    return value


def _moment(given: Mapping[str, Any], field: str, now: datetime) -> datetime | None:
    """Read a time, or how long it is until then."""
    value = given.get(field)
    if value is None:
        return None
    words = "it is a time such as 2031-03-03T09:20:00Z, or a duration such as PT20M"
    try:
        moment = value if isinstance(value, datetime) else now + read_duration(value)
    except (ValueError, TypeError, OverflowError):
        try:
            moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        except ValueError:
            raise Mistake(field, f"is {shown(value)}; {words}") from None
    if moment.tzinfo is None:
        raise Mistake(field, f"is {shown(value)}, which has no zone; {words}")
    if moment < now or (field == "until" and moment == now):
        raise Mistake(field, f"is {shown(value)}, which does not lie ahead")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise Mistake(field, f"is {shown(value)}, in UTC no day of any calendar") from None
    if moment > LAST:
        raise Mistake(field, f"is {shown(value)}, which reaches beyond {shown_time(LAST)}")
    return moment


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
