"""What the connector refuses, and why.

    ConnectorError
    |-- BadSettings          the connector cannot start: names the setting
    |-- NotAuthorized        the caller's token is missing, unknown or expired
    |-- BadCredentials       the token endpoint was given wrong credentials
    |-- UnknownId            there is no such order, line or adjustment
    |-- BadRequest           a value is wrong or too much: names the field
    |   `-- NotNow           the adjustment's state does not take this
    |-- Duplicate            a unique key of the schema has it already
    `-- MarketplaceError     what calling the marketplace can end in
        |-- Unavailable      try later; `acted` says whether the call may have had its effect all the same
        `-- Refused          tell a person, with the marketplace's own code and words
            |-- Busy         another claim on the same units is being dealt with
            `-- TooMuch      more than the marketplace has left of the units

Nothing has changed when one of the first seven is raised.
"""

from datetime import timedelta


class ConnectorError(Exception):
    """The family."""


class BadSettings(ConnectorError):
    """The connector cannot start like this."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")


class NotAuthorized(ConnectorError):
    """The bearer token is not one of ours, or no longer."""


class BadCredentials(ConnectorError):
    """The token endpoint does not know this application, secret or refresh token."""


class UnknownId(ConnectorError):
    """There is no such thing."""

    def __init__(self, kind: str, id: object) -> None:
        super().__init__(f"There is no {kind} {id}.")


class BadRequest(ConnectorError):
    """A value cannot be taken; `field` is the name the caller used for it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class NotNow(BadRequest):
    """The adjustment is in a status that does not take this action."""


class Duplicate(ConnectorError):
    """It exists already; another process may have been faster."""


class MarketplaceError(ConnectorError):
    """A call to the marketplace did not bring what was asked for."""


class Unavailable(MarketplaceError):
    """No usable response: try again later.

    `acted` is True where the call may have had its effect although the response was lost: look before sending again.
    """

    def __init__(
        self, words: str, *, acted: bool, retry_after: timedelta | None = None, stale_token: bool = False
    ) -> None:
        super().__init__(words)
        self.words = words
        self.acted = acted
        self.retry_after = retry_after
        self.stale_token = stale_token


class Refused(MarketplaceError):
    """The marketplace said no, with its own code and words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words


class Busy(Refused):
    """The marketplace is dealing with another claim on the same units."""


class TooMuch(Refused):
    """The marketplace has less left of the units than was asked for, or nothing of one of them."""
