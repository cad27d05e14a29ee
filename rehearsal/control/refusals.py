"""What players and the world refuse, as the problems of the control API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import connector.errors
import mock_oms.errors
import mock_tiktok.errors
from rehearsal.control.formats import refused
from rehearsal.control.places import CONNECTOR_FAILED, named, places
from rehearsal.control.stage import Problem
from rehearsal.seats.port import NotCapable, SeatDown, SeatFailed, SeatRefuses, Untold
from rehearsal.wire.faults.reading import Mistake, UnknownFault
from rehearsal.world.errors import Busy, InvalidValue
from rehearsal.world.world import World

# The players' own names of a field -> the control API's.
_FIELDS: Final = {"return_type": "type", "plan": "buyer.plan", "asks": "buyer.asks", "shop": "shop_id"}
_IDS: Final = {"order": "order_id", "return": "return_id", "cancellation": "cancel_id"}


@contextmanager
def noted(world: World) -> Iterator[None]:
    """Have the world take note of what our own connector raises."""
    try:
        yield
    except Exception as fault:
        if (through := places(fault)) and through[-1].of_connector:
            world.note_failure(f"{named(fault)} ({through[-1]})")
        raise


@contextmanager
def discreet(world: World) -> Iterator[None]:
    """Have what a connector from outside wrote before it failed told without secrets."""
    try:
        yield
    except SeatFailed as failure:
        raise type(failure)(world.hearing.discreet(str(failure))) from failure


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a player or the world refuses into a Problem."""
    try:
        yield
    except mock_tiktok.errors.ApiError as error:
        raise Problem(409, "The marketplace refuses", error.message, field=error.field, code=error.code) from error
    except mock_tiktok.errors.UnknownId as error:
        if error.kind == "shop":  # named in a body; the others are what the call is about
            raise refused("shop_id", f"names nobody: {error}") from error
        raise Problem(404, f"No such {error.kind}", str(error), field=_IDS.get(error.kind)) from error
    except mock_tiktok.errors.BadValue as error:
        field = _FIELDS.get(error.field, error.field)
        raise Problem(422, "Invalid value", f"{field} {error.message}", field=field) from error
    except (mock_oms.errors.Refused, SeatRefuses) as error:
        raise Problem(error.status, error.title, error.detail, field=error.field) from error
    except connector.errors.BadSettings as error:  # of a shop whose market it does not know
        raise Problem(409, "The connector does not take it", str(error), field="profile") from error
    except connector.errors.MarketplaceError as error:
        raise Problem(409, "The connector cannot take it", str(error)) from error
    except InvalidValue as error:
        raise Problem(422, error.title, error.detail, field=error.field) from error
    except Busy as error:
        raise Problem(409, error.title, error.detail) from error
    except UnknownFault as error:
        raise Problem(404, "No such fault", str(error), field=error.field) from error
    except Mistake as error:
        raise Problem(422, "Invalid value", str(error), field=error.field) from error
    except (NotCapable, SeatDown, Untold) as error:
        raise Problem(501, "Not on this stage", str(error)) from error
    except SeatFailed as error:
        raise Problem(500, CONNECTOR_FAILED, str(error)) from error
