"""Connections to a waitress server that make room for new ones: whoever has been idle longest goes first.

Without it a server that has its number of connections takes no more, however idle they are.
"""

from collections.abc import Mapping
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer

MOST: Final = 128  # connections of one server


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:  # more digits than Python reads: the connection would be closed without an answer
            raise ParsingError("Content-Length is invalid") from None


class Yielding(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection; when it comes and there are too many, those are closed that have asked for nothing for longest."""

    parser_class = _Parser

    def __init__(self, server: Any, *args: Any, **options: Any) -> None:
        super().__init__(server, *args, **options)
        idle = [one for one in server.active_channels.values() if not (one.requests or one.will_close or one is self)]
        excess = len(server.active_channels) - MOST
        for channel in sorted(idle, key=lambda one: one.last_activity)[: max(excess, 0)]:
            channel.will_close = True  # the loop closes it


def make_room(sockets: Mapping[int, Any]) -> None:
    """Have the servers among these sockets, as waitress keeps them in its map, make room for new connections."""
    for server in sockets.values():
        if isinstance(server, BaseWSGIServer):
            server.channel_class = Yielding
