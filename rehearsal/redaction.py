"""What must never be recorded: secrets, tokens, signatures, buyers' names, addresses and e-mails.

A contract marks such fields with `x-sensitive: true`; a fixed list of names backs it up. The marks of a schema become
a `Mask` once; laying it over a body copies only what has to change. Masks are laid when an exchange is recorded, so
nothing that leaves the stage later can leak what was never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

REDACTED: Final = "[redacted]"

SECRET_NAMES: Final = frozenset(
    {
        "access_token",
        "refresh_token",
        "app_secret",
        "auth_code",
        "authorization",
        "proxy-authorization",
        "client_secret",
        "cookie",
        "developer_key",
        "id_token",
        "password",
        "set-cookie",
        "shared_secret",
        "sharedsecret",
        "sign",
        "signing_secret",
        "signingsecret",
        "x-tts-access-token",
    }
)

BUYER_NAMES: Final = frozenset(
    {
        "buyer_email",
        "buyer_name",
        "buyeremailaddress",
        "email",
        "phone_number",
        "recipient_address",
        *(
            f"{prefix}{part}"
            for prefix in ("shipping", "billing")
            for part in (
                "firstname",
                "lastname",
                "suffix",
                "companyname",
                "daytimephone",
                "eveningphone",
                "addressline1",
                "addressline2",
                "city",
                "postalcode",
            )
        ),
    }
)


def is_sensitive(name: str) -> bool:
    """Answer whether a header, parameter or field of this name is never recorded, whatever a contract says."""
    lowered = name.lower()
    return lowered in SECRET_NAMES or lowered in BUYER_NAMES


@dataclass(slots=True)
class Mask:
    """The places in a JSON value that are hidden."""

    hidden: bool = False
    fields: dict[str, Mask] = field(default_factory=dict)
    rest: Mask | None = None
    items: Mask | None = None

    @property
    def hides_nothing(self) -> bool:
        """Answer whether laying this mask over a value changes nothing."""
        return not (self.hidden or self.fields or self.rest or self.items)

    def over(self, value: Any) -> Any:
        """Answer `value` with the hidden places replaced; what is not hidden is shared, never copied."""
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


NOTHING: Final = Mask()


def mask_of(schema: Any, resolve: Callable[[str], Any]) -> Mask:
    """Answer the mask for values of `schema`; `resolve` follows a `$ref`."""
    mask = Mask()
    _fill(mask, schema, resolve, ())
    return _pruned(mask) or NOTHING


def _fill(mask: Mask, schema: Any, resolve: Callable[[str], Any], above: tuple[str, ...]) -> None:
    if not isinstance(schema, Mapping):
        return
    if schema.get("x-sensitive"):
        mask.hidden = True
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in above:
        _fill(mask, resolve(reference), resolve, (*above, reference))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for alternative in schema.get(keyword, ()):
            _fill(mask, alternative, resolve, above)
    for keyword in ("if", "then", "else"):
        _fill(mask, schema.get(keyword), resolve, above)
    for name, inner in schema.get("properties", {}).items():
        below = mask.fields.setdefault(name, Mask())
        below.hidden = below.hidden or is_sensitive(name)
        _fill(below, inner, resolve, above)
    extras: Iterable[Any] = (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties"))
    for inner in extras:
        mask.rest = mask.rest or Mask()
        _fill(mask.rest, inner, resolve, above)
    for inner in (*schema.get("prefixItems", ()), schema.get("items")):
        mask.items = mask.items or Mask()
        _fill(mask.items, inner, resolve, above)


def _pruned(mask: Mask) -> Mask | None:
    if mask.hidden:
        return Mask(hidden=True)
    fields = {name: kept for name, inner in mask.fields.items() if (kept := _pruned(inner))}
    rest = _pruned(mask.rest) if mask.rest else None
    items = _pruned(mask.items) if mask.items else None
    return Mask(fields=fields, rest=rest, items=items) if fields or rest or items else None


def by_name(value: Any) -> Any:
    """Answer `value` with every field of a sensitive name hidden: for what no contract describes."""
    if isinstance(value, Mapping):
        return {
            name: REDACTED if inner is not None and is_sensitive(str(name)) else by_name(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [by_name(inner) for inner in value]
    return value


def pairs_by_name(pairs: Iterable[tuple[str, str]], also: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Answer a query or header list as a mapping, sensitive names hidden; a repeated name has a list."""
    shown: dict[str, Any] = {}
    for name, value in pairs:
        kept = REDACTED if name in also or is_sensitive(name) else value
        if name in shown:
            before = shown[name]
            shown[name] = [*before, kept] if isinstance(before, list) else [before, kept]
        else:
            shown[name] = kept
    return shown
