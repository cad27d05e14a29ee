"""What the API itself refuses, beside the family in `connector.errors`.

    Refusal
    |-- BadQuery      a query option cannot be taken: names the option
    `-- BadBody       a body cannot be read: names the field

Both are 400. Business errors are `{"error": {"code", "message"}}`, routing errors and denied tokens `{"Message"}`:
ChannelAdvisor has both shapes, and clients parse both.
"""


class Refusal(Exception):
    """The family."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


class BadQuery(Refusal):
    """A query option that cannot be taken."""


class BadBody(Refusal):
    """A body, or a field of it, that cannot be read."""
