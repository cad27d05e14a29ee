"""Words that others send on as they stand, as options take them: in a header, in an address."""

import ipaddress
import re
from contextlib import suppress
from typing import Final

import click

LONGEST: Final = 253  # characters of a host's name
_LABEL: Final = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME: Final = re.compile(rf"(?![0-9.]+\Z){_LABEL}(?:\.{_LABEL})*\.?")  # in figures alone it is an address, or none


def visible(ctx: click.Context, param: click.Parameter, token: str | None) -> str | None:
    """Refuse a token that a plain client cannot send in a header."""
    if token and not re.fullmatch("[!-~]+", token):
        raise click.BadParameter("a token is of visible ASCII characters, without blanks.", ctx, param)
    return token


def host_name(ctx: click.Context, param: click.Parameter, name: str | None) -> str | None:
    """Refuse what is neither a host's name nor its address; with brackets or without is the same."""
    if not name or (len(name) <= LONGEST and _NAME.fullmatch(name)):
        return name
    with suppress(ValueError):
        if "%" not in name:  # behind it stands what only this machine knows
            return str(ipaddress.ip_address(name[1:-1] if name[0] == "[" and name[-1] == "]" else name))
    words = f"{name!r} is neither the name of a host nor an address in figures, without scheme and port."
    raise click.BadParameter(words, ctx, param)
