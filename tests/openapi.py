"""The parts of an OpenAPI document that tests write again and again."""

from typing import Any


def json_of(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a body, of a request or a response, that is JSON of that schema."""
    return {"content": {"application/json": {"schema": schema}}, **more}


def parameter(name: str, place: str, *marks: str, **schema: Any) -> dict[str, Any]:
    """Return a parameter that stands in `place`: query, header or path; a string, unless the schema says otherwise."""
    return {"name": name, "in": place, "schema": {"type": "string", **schema}, **dict.fromkeys(marks, True)}
