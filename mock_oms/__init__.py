"""A fake Order Management System with its warehouse, which talks to the connector as a real one would.

    clock -> Oms -> requests -> the connector's ChannelAdvisor API

It pulls every quarter of an hour, keeps its own orders and ledger, receives parcels and inspects them, answers what
waits by a policy or through a person on its pages, and asks for refunds of its own.
"""

from mock_oms.domain.grades import Grade
from mock_oms.domain.policy import Policy
from mock_oms.errors import Refused
from mock_oms.main import Oms
from mock_oms.state.agenda import AgendaEntry, Due, Fired
from mock_oms.state.events import Event
from mock_oms.usecases.views import AdjustmentRow, CommandResult

__all__ = [
    "AdjustmentRow",
    "AgendaEntry",
    "CommandResult",
    "Due",
    "Event",
    "Fired",
    "Grade",
    "Oms",
    "Policy",
    "Refused",
]
