"""What a world refuses: nothing has changed. Whoever serves the world turns these into the refusals of its own door."""


class WorldError(Exception):
    """A refusal, in words for whoever asked; `field` names what they gave that is at fault."""

    def __init__(self, title: str, detail: str, *, field: str | None = None) -> None:
        super().__init__(f"{title}: {detail}")
        self.title = title
        self.detail = detail
        self.field = field


class InvalidValue(WorldError):
    """A value that cannot be meant."""


class Busy(WorldError):
    """Somebody else is at it already."""
