"""Words that others send on as they stand, as options take them: in a header, in an address."""

import ipaddress
import re

import click


def visible(ctx: click.Context, param: click.Parameter, token: str | None) -> str | None:
    """Refuse a token that a plain client cannot send in a header."""
    if token and not re.fullmatch("[!-~]+", token):
        raise click.BadParameter("a token is of visible ASCII characters, without blanks.", ctx, param)
    return token


def host_name(ctx: click.Context, param: click.Parameter, name: str | None) -> str | None:
    """Refuse what is neither a host's name nor its address; with brackets or without is the same."""
    if not name or re.fullmatch("[A-Za-z0-9._-]{1,253}", name):
        return name
    try:
        return str(ipaddress.ip_address(name[1:-1] if name[0] == "[" and name[-1] == "]" else name))
    except ValueError:
        words = f"{name!r} is neither the name of a host nor an address in figures, without scheme and port."
        raise click.BadParameter(words, ctx, param) from None
