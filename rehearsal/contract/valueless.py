"""Fields that say nothing: an answer as it comes where they are left out, null or empty.

TikTok Shop usually leaves such a field out, and has been seen to give it empty; ChannelAdvisor gives null. A field that
has been seen missing though it has something to say bears `x-seen-left-out` in the contract, with who saw it.
"""

from collections.abc import Mapping
from typing import Any, Final

from rehearsal.contract.document import Document

LEFT_OUT: Final = "left_out"
WAYS: Final = (LEFT_OUT, "null", "empty")
SEEN: Final = "x-seen-left-out"
_EMPTY: Final[Mapping[str, Any]] = {"string": "", "array": []}  # what else there is has no empty value
_PARTS: Final = ("allOf", "anyOf", "oneOf")


def in_another_way(value: Any, schema: Mapping[str, Any], document: Document, way: str) -> Any:
    """Return an answer with its fields that say nothing left out, null or empty, whatever else they were."""
    if isinstance(value, list):
        items = _fields(schema, document)[1]
        return [in_another_way(one, items, document, way) for one in value]
    if not isinstance(value, dict):
        return value
    fields, _, required = _fields(schema, document)
    told = {name: in_another_way(one, fields.get(name, {}), document, way) for name, one in value.items()}
    if way == LEFT_OUT:
        gone = {name for name, field in fields.items() if document.marks(field, SEEN)}
        gone |= {name for name, one in told.items() if one == "" or (one in ([], None) and name not in required)}
        return {name: one for name, one in told.items() if name not in gone}
    for name, field in fields.items():
        if name not in required and told.get(name) in (None, "", []):
            says = [None] if way == "null" else [_EMPTY[kind] for kind in document.types_of(field) if kind in _EMPTY]
            told |= {name: says[0]} if says else {}
    return told


def _fields(
    schema: Mapping[str, Any], document: Document
) -> tuple[dict[str, Mapping[str, Any]], Mapping[str, Any], set[str]]:
    """Return what a schema says of an object's fields and of a list's items, and which fields are always there."""
    fields: dict[str, Mapping[str, Any]] = {}
    items: Mapping[str, Any] = {}
    required: set[str] = set()
    parts = [document.resolved(schema)]
    for part in parts:
        parts += [document.resolved(one) for name in _PARTS for one in part.get(name, ())]
        parts += [document.resolved(part["then"])] if "then" in part else []
        fields |= {name: field for name, field in part.get("properties", {}).items() if isinstance(field, Mapping)}
        items = part.get("items", items)
        required |= set(part.get("required", ()))
    return fields, items, required
