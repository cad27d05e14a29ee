"""What must never be recorded: secrets, tokens, signatures, buyers' names, addresses and e-mails.

A contract marks such fields with `x-sensitive: true`; a fixed list of names backs it up. The marks of a schema become
a `Mask` once; laying it over a body copies only what has to change. Where a caller puts a secret in another place (a
filter, a comment, a field that nobody knows) its value gives it away: `Secrets`. All this happens when something is
recorded, so nothing that leaves the stage later can leak what was never kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import is_
from typing import Any, Final
from urllib.parse import unquote

REDACTED: Final = "[redacted]"

SECRET_NAMES: Final = frozenset({
    "access_token", "refresh_token", "app_secret", "auth_code", "authorization", "proxy-authorization", "client_secret",
    "cookie", "developer_key", "id_token", "password", "set-cookie", "shared_secret", "sharedsecret", "sign",
    "signing_secret", "signingsecret", "x-tts-access-token",
})  # fmt: skip

_OF_A_PERSON: Final = (
    "firstname", "lastname", "suffix", "companyname", "daytimephone", "eveningphone", "addressline1", "addressline2",
    "city", "postalcode",
)  # fmt: skip
BUYER_NAMES: Final = frozenset({
    "buyer_email", "buyer_name", "buyeremailaddress", "email", "phone_number", "recipient_address", "words_to_buyer",
    *(prefix + part for prefix in ("shipping", "billing") for part in _OF_A_PERSON),
})  # fmt: skip


@lru_cache(maxsize=1024)
def is_sensitive(name: str) -> bool:
    """Return whether a header, parameter or field of this name is never recorded, whatever a contract says."""
    lowered = name.lower()
    return lowered in SECRET_NAMES or lowered in BUYER_NAMES


@dataclass(slots=True)
class Mask:
    """The places in a JSON value that are hidden, or that bear another mark."""

    hidden: bool = False
    fields: dict[str, Mask] = field(default_factory=dict)
    rest: Mask | None = None
    items: Mask | None = None

    def over(self, value: Any) -> Any:
        """Return `value` with the hidden places replaced; what is not hidden is shared, never copied."""
        if self.hidden:
            return value if value is None else REDACTED
        if isinstance(value, dict) and (self.fields or self.rest):
            changed: dict[str, Any] = {}
            for name, inner in value.items():
                mask = self.fields.get(name, self.rest)
                if mask is not None:
                    masked = mask.over(inner)
                    if masked is not inner:
                        changed[name] = masked
            return {**value, **changed} if changed else value
        if isinstance(value, list) and self.items is not None:
            return [self.items.over(inner) for inner in value]
        return value

    def changed(self, value: Any, change: Callable[[Any], Any]) -> Any:
        """Return `value` with `change` made in each marked place; itself, where that changes nothing."""
        if self.hidden:
            return change(value)
        if isinstance(value, dict):
            masks = ((name, self.fields.get(name, self.rest)) for name in value)
            made = {name: mask.changed(value[name], change) for name, mask in masks if mask is not None}
            return value if all(made[name] is value[name] for name in made) else {**value, **made}
        if isinstance(value, list) and self.items is not None:
            members = [self.items.changed(inner, change) for inner in value]
            return value if all(map(is_, members, value)) else members
        return value


NOTHING: Final = Mask()
SENSITIVE: Final = "x-sensitive"


def mask_of(schema: Any, resolve: Callable[[str], Any], mark: str = SENSITIVE) -> Mask:
    """Return the mask for values of `schema`, of what bears the `mark` there; `resolve` follows a `$ref`."""
    mask = Mask()
    _fill(mask, schema, resolve, (), mark)
    return _pruned(mask) or NOTHING


@dataclass(slots=True)
class Secrets:
    """Secrets by their value, wherever they stand.

    Those that the players here make are 40 hexadecimal digits or more, and whatever looks so is taken for one. Others
    are learnt from the places where credentials belong; the newest `LEARNT` are remembered.
    """

    learnt: dict[str, bytes] = field(default_factory=dict)
    _longest_first: list[str] = field(default_factory=list)  # one may begin with another

    def learn(self, value: str) -> None:
        """Remember what was sent as a credential; what is short might be anybody's word."""
        if len(value) < SHORTEST or value in self.learnt:
            return
        if not _made_here(written := value.encode("utf-8", "replace")):
            self.learnt[value] = written
            if len(self.learnt) > LEARNT:
                del self.learnt[next(iter(self.learnt))]
            self._longest_first = sorted(self.learnt, key=len, reverse=True)

    def stand_in(self, text: bytes) -> bool:
        """Return whether a text has a secret in it."""
        return _made_here(text) or any(secret in text for secret in self.learnt.values())

    def hidden(self, value: Any) -> Any:
        """Return `value` with every secret in its texts and names hidden."""
        if value.__class__ in WORDLESS:
            return value
        if isinstance(value, str):
            if len(value) < SHORTEST:  # as most names and words are
                return value
            for secret in self._longest_first:
                value = value.replace(secret, REDACTED)
            return _MADE_HERE.sub(REDACTED, value)
        if isinstance(value, Mapping):
            return {self.hidden(name): self.hidden(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.hidden(inner) for inner in value]
        return value


SHORTEST: Final = 16
WORDLESS: Final = frozenset({int, bool, float, type(None)})  # asked for first: most values are one of these or a text
LEARNT: Final = 256
_MADE_HERE: Final = re.compile(r"[0-9a-f]{40,}")
_RUN: Final = b"0" * 40
_HEX: Final = bytes(ord("0") if chr(code) in "0123456789abcdef" else ord(" ") for code in range(256))


def _made_here(text: bytes) -> bool:
    return _RUN in text.translate(_HEX)  # as the expression above says it, at a twentieth of its cost


def _fill(mask: Mask, schema: Any, resolve: Callable[[str], Any], above: tuple[str, ...], mark: str) -> None:
    if not isinstance(schema, Mapping):
        return
    if schema.get(mark):
        mask.hidden = True
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in above:
        _fill(mask, resolve(reference), resolve, (*above, reference), mark)
    listed = [one for keyword in ("allOf", "anyOf", "oneOf") for one in schema.get(keyword, ())]
    for alternative in (*listed, *map(schema.get, ("if", "then", "else"))):
        _fill(mask, alternative, resolve, above, mark)
    for name, inner in schema.get("properties", {}).items():
        below = mask.fields.setdefault(name, Mask())
        below.hidden = below.hidden or (mark == SENSITIVE and is_sensitive(name))
        _fill(below, inner, resolve, above, mark)
    for inner in (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")):
        mask.rest = mask.rest or Mask()
        _fill(mask.rest, inner, resolve, above, mark)
    for inner in (*schema.get("prefixItems", ()), schema.get("items")):
        mask.items = mask.items or Mask()
        _fill(mask.items, inner, resolve, above, mark)


def _pruned(mask: Mask) -> Mask | None:
    if mask.hidden:
        return Mask(hidden=True)
    fields = {name: kept for name, inner in mask.fields.items() if (kept := _pruned(inner))}
    rest = _pruned(mask.rest) if mask.rest else None
    items = _pruned(mask.items) if mask.items else None
    return Mask(fields=fields, rest=rest, items=items) if fields or rest or items else None


def by_name(value: Any) -> Any:
    """Return `value` with every field of a sensitive name hidden: for what no contract describes."""
    if value.__class__ is str or value.__class__ in WORDLESS:
        return value
    if isinstance(value, Mapping):
        return {
            name: REDACTED if inner is not None and is_sensitive(str(name)) else by_name(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [by_name(inner) for inner in value]
    return value


def without_words(value: Any) -> Any:
    """Return `value` with every text in it hidden: names, numbers and shape stay."""
    if isinstance(value, Mapping):
        return {name: without_words(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_words(inner) for inner in value]
    return REDACTED if isinstance(value, str) else value


def without(value: Any, pointer: str) -> Any:
    """Return `value` with what stands at this JSON pointer hidden; unchanged where nothing does."""
    step, _, rest = pointer.removeprefix("/").partition("/")
    name: Any = step.replace("~1", "/").replace("~0", "~")
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        name = int(name)
        value = [*value]
    elif isinstance(value, Mapping) and name in value:
        value = {**value}
    else:
        return value
    value[name] = without(value[name], rest) if rest else REDACTED
    return value


def pairs(sent: Iterable[tuple[str, str]], shown: frozenset[str]) -> dict[str, Any]:
    """Return a query as a mapping; only what bears one of the `shown` names has its value. A repeated name has a list.

    Of any other name no more is shown than what looks like one: the caller may have put a secret in its place.
    """
    shown_pairs: dict[str, Any] = {}
    for name, value in sent:
        if name in shown:
            kept = value
        else:
            name, kept = name if _NAME.fullmatch(name) else REDACTED, REDACTED
        if name in shown_pairs:
            before = shown_pairs[name]
            shown_pairs[name] = [*before, kept] if isinstance(before, list) else [before, kept]
        else:
            shown_pairs[name] = kept
    return shown_pairs


def known_part(path: str, templates: Iterable[str], *, fold: bool) -> str:
    """Return a path that leads to no operation as far as the path of some operation goes along with it.

    What comes after that is hidden, and so is what stands where an operation has a parameter. Where nothing is known
    the first part is shown if it is a plain word, which no secret is.
    """
    parts = path.split("/")[1:]
    ways = {tuple(template.split("/")[1:]) for template in templates}
    shown = max((_along(way, parts, fold) for way in ways), key=len, default=[])
    if not shown and _WORD.fullmatch(parts[0] if parts else ""):
        shown = parts[:1]
    rest = [REDACTED] if any(parts[len(shown) :]) else []
    return "/" + "/".join([*shown, *rest])


def _along(way: Sequence[str], parts: Sequence[str], fold: bool) -> list[str]:
    shown = []
    for known, part in zip(way, parts, strict=False):
        pieces = _PARAMETER.split(known)
        pattern = "[^/()]+".join(re.escape(piece) for piece in pieces)
        if not re.fullmatch(pattern, unquote(part), re.IGNORECASE if fold else re.NOFLAG):
            break
        shown.append(REDACTED.join(pieces))
    return shown


_NAME: Final = re.compile(r"[A-Za-z$_.-]{1,40}")  # without a digit, which secrets have
_WORD: Final = re.compile(r"[a-z_]{1,20}")
_PARAMETER: Final = re.compile(r"\{[^}]*\}")
