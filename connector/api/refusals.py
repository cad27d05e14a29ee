"""What the API itself refuses, beside the family in `connector.errors`.

    Refusal
    |-- BadQuery      a query option cannot be taken: names the option
    `-- BadBody       a body cannot be read: names the field

Both are 400. Business errors are `{"error": {"code", "message"}}`, routing errors and denied tokens `{"Message"}`:
ChannelAdvisor has both shapes, and clients parse both.
"""


class Refusal(Exception):
    """The family."""


class BadQuery(Refusal):
    """A query option that cannot be taken."""

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(f"{option}: {problem}")
        self.option = option


class BadBody(Refusal):
    """A body, or a field of it, that cannot be read."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
