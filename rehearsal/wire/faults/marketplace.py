"""The faults of the marketplace: what goes wrong inside it, so that its own answers show it.

The marketplace itself does what they are about (`mock_tiktok/usecases/troubles.py`), on the calls that a fault fits,
and asks whether it is hit at the instant when it would make a difference. The last four end tokens when they take
effect, and are hit when a call meets one of those.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from mock_tiktok.state.tokens import SCOPES, AppName
from rehearsal.simulation.duration import read_duration
from rehearsal.wire.faults.fault import BY, Kind, Meeting, Planned, Scene, Value, is_duration, is_text, is_whole
from rehearsal.wire.faults.reading import TOOLS
from rehearsal.wire.recorder import Response

_LOCKED: Final = "the number of a return, a cancellation or an order"
_DURATIONS: Final = frozenset({"by", "per"})


def begins(scene: Scene, planned: Planned) -> None:
    """Begin it at the marketplace, too."""
    fault = planned.fault
    told = {name: read_duration(value) if name in _DURATIONS else value for name, value in fault.having.items()}
    app = AppName.TOOLS if fault.caller == TOOLS else AppName.CONNECTOR
    scene.marketplace.troubles.begin(planned.id, fault.kind, shop_id=fault.shop_id, app=app, **told)


def meets(meeting: Meeting) -> Response:
    """Have it bite on this call."""
    troubles = meeting.scene.marketplace.troubles
    with troubles.during({**troubles.armed, meeting.planned.id: meeting.hit}):
        return meeting.onward()


def ends(scene: Scene, planned: Planned) -> None:
    """End it at the marketplace, too."""
    scene.marketplace.troubles.end(planned.id)


def can_be_locked(scene: Scene, value: Any) -> bool:
    """Return whether it is the number of a return, a cancellation or an order."""
    return bool(scene.marketplace.can_be_locked(value))


_kind: Final = partial(
    Kind, begins=begins, meets=meets, ends=ends, says_hits=True, of_marketplace=True, finds_shop=True
)
_tokens: Final = partial(_kind, ends_tokens=True)
# fmt: off
MARKETPLACE: Final[Mapping[str, Kind]] = {
    "search_lag": _kind(words="searches lag behind", takes={"by": BY}),
    "pages_move": _kind(
        words="what a page shows is changed again before the next one is read",
        takes={"entries": Value(is_whole(1, 100), "how many of its entries, from 1 to 100", 1)},
    ),
    "pages_by_place": _kind(words="pages go on at a place in the list, whatever has moved there"),
    "pages_short": _kind(
        words="a page holds less than it could, and another one follows it",
        takes={"entries": Value(is_whole(1, 100), "how many entries it holds at most, from 1 to 100")},
    ),
    "locked": _kind(
        words="a claim takes no decision, an order no request",
        takes={"return_id": Value(is_text, _LOCKED, required=True, exists=can_be_locked)},
    ),
    "quota": _kind(
        words="calls beyond a quota are refused",
        takes={
            "calls": Value(is_whole(0, 1_000_000), "a number of calls", required=True),
            "per": Value(is_duration, "a duration above zero such as PT1H", "PT1H"),
        },
    ),
    "scope_removed": _kind(
        words="tokens lack a scope",
        takes={"scope": Value(lambda value: value in SCOPES, f"one of {', '.join(SCOPES)}", required=True)},
    ),
    "token_revoked": _tokens(words="access tokens are revoked"),
    "token_expired": _tokens(words="access tokens expire early"),
    "refresh_ended": _tokens(words="refresh tokens end", needs_consent=True),
    "deauthorised":  _tokens(words="the seller takes the authorization back", needs_consent=True),
}
# fmt: on
