"""The invariants, by the number under which `docs/invariants.md` has them: a new one is registered here."""

from collections.abc import Mapping
from typing import Final

from rehearsal.audit.invariant import Invariant
from rehearsal.audit.invariants.arrivals import EverythingArrives
from rehearsal.audit.invariants.as_meant import AsMeant
from rehearsal.audit.invariants.calls import NoNeedlessCall, ShopsApart
from rehearsal.audit.invariants.contract import ContractKept
from rehearsal.audit.invariants.deaths import SurvivesDeath
from rehearsal.audit.invariants.decisions import InTime, NoRefundAfterNo
from rehearsal.audit.invariants.endings import CatchesUp, NothingStaysOpen
from rehearsal.audit.invariants.executed_once import ExecutedOnce
from rehearsal.audit.invariants.lapses import LapseOnce
from rehearsal.audit.invariants.leaks import NothingLeaks
from rehearsal.audit.invariants.mails import OneMail
from rehearsal.audit.invariants.money import BooksAgree, NeverAhead, NeverTooMuch
from rehearsal.audit.invariants.told import IsTold

__all__ = ["INVARIANTS"]

INVARIANTS: Final[Mapping[int, type[Invariant]]] = {
    1: NeverTooMuch,
    2: ExecutedOnce,
    3: NoRefundAfterNo,
    4: InTime,
    5: LapseOnce,
    6: BooksAgree,
    7: OneMail,
    8: ContractKept,
    9: SurvivesDeath,
    10: NothingLeaks,
    11: EverythingArrives,
    12: NothingStaysOpen,
    13: NeverAhead,
    14: AsMeant,
    15: NoNeedlessCall,
    16: ShopsApart,
    17: IsTold,
    18: CatchesUp,
}
