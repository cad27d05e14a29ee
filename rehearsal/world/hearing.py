"""What a world hears of what goes on inside its players and between them, and to whom it passes that on.

It is the road on which parcels travel from the marketplace's couriers to the warehouse's dock.
"""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from mock_tiktok import AppName, Marketplace
from rehearsal.audit.auditor import Auditor
from rehearsal.audit.event import EventName, LogLine, Trouble
from rehearsal.audit.invariant import PlayerEvent
from rehearsal.contract.events import EventContract
from rehearsal.contract.redaction import REDACTED
from rehearsal.seats.port import OF_THE_STAFF, Activity, Capability, ConnectorSeat, OmsSeat, SeatEvent
from rehearsal.simulation.clock import SimulatedClock
from rehearsal.simulation.player import FiredLike
from rehearsal.trace.log import Trace
from rehearsal.wire.faults.trouble import Hit, stage_act
from rehearsal.wire.recorder import Exchange, Recorder
from rehearsal.world.state import Failure, WorldState

SECRET_LIKE: Final = re.compile(r"[\w-]*[0-9a-f]{40,}")
CALLED: Final = re.compile(r"\b(sign|auth_code|refresh_token)\b[\"']?\s*[=:]\s*[\"']?\S")
TAKEN_FOR_ONE: Final = "what is taken for a secret, which is learnt from the wire or has 40 hexadecimal digits"
REFRESH: Final = "/api/v2/token/refresh"
INTERNAL: Final = 500


class Hearing:
    """Hears the players, the recorder and the trouble; tells the trace, the auditor and whoever waits for rest."""

    def __init__(
        self,
        marketplace: Marketplace,
        connector: ConnectorSeat,
        oms: OmsSeat,
        auditor: Auditor,
        clock: SimulatedClock,
        trace: Trace,
        state: WorldState,
        happened: Callable[[FiredLike], None],
    ) -> None:
        self._marketplace, self._connector, self._oms, self._auditor = marketplace, connector, oms, auditor
        self._clock, self._trace, self._state, self._happened = clock, trace, state, happened

    def listen(self, recorder: Recorder, on_staff: Callable[[SeatEvent], None]) -> None:
        """Hear from now on; `on_staff` hears of what the staff do once all others have."""
        recorder.subscribe(self._auditor.on_exchange)
        recorder.subscribe(self._on_exchange)
        if self._connector.from_outside:
            recorder.subscribe(self._auditor.memory.refusals.on_exchange)
        self._marketplace.subscribe(self._on_marketplace)
        self._marketplace.troubles.shut_out = self._on_shut_out
        if not OF_THE_STAFF.isdisjoint(self._oms.capabilities):
            self._oms.subscribe(partial(self._on_oms, on_staff))
        if Capability.OUTPUT in self._connector.capabilities:
            self._connector.on_output(self._on_line)

    def _on_marketplace(self, event: Any) -> None:
        self.note("marketplace", event)
        if event.name == "parcel_arrived" and Capability.STAFF_DECIDES in self._oms.capabilities:
            data = event.data
            self._oms.receive_parcel(
                return_id=data["return_id"],
                order_id=data["order_id"],
                line_item_ids=data["line_item_ids"],
                tracking_number=data["tracking_number"],
                damaged=data.get("damaged_line_item_ids", ()),
            )

    def _on_exchange(self, exchange: Exchange) -> None:
        if exchange.status == INTERNAL:
            self._on_fault(exchange)
        if exchange.writes and (exchange.outside or exchange.caller == "connector"):
            self._state.written += exchange.caller == "connector"
            if exchange.outside or self._connector.from_outside:
                self._state.rest.disturb(self._clock.now())

    def _on_fault(self, exchange: Exchange) -> None:
        """Take note of a 500 that one of those who play in this process has answered."""
        where = f"{exchange.operation or 'a call'}, exchange {exchange.seq} of the trace"
        failure = Failure(exchange.at, self.discreet(f"the {exchange.callee} answers 500: {where}"))
        if exchange.callee == "marketplace":
            self._state.stage_failures.append(failure)
        elif exchange.callee == "connector" and not self._connector.from_outside:
            self._state.failures.append(failure)

    def on_hit(self, hit: Hit) -> None:
        """Have the auditor give more time to those whom trouble has hit."""
        self._state.rest.troubled = True
        fault, call = hit.planned.fault, hit.call
        lasting = fault.until - hit.at if fault.until is not None and call is None else timedelta(0)
        pulls = 1 if call is not None and call.caller == "oms" else 0
        if fault.caller != "marketplace" and fault.callee != "oms":  # webhooks are hints: all is to be as early without
            for shop_id in hit.shop_ids:
                more = Trouble(hit.at, shop_id, 1, pulls, lasting, until_authorized=hit.needs_consent)
                self._auditor.on_trouble(more)
        if call is not None:
            self._state.renewals_hit |= call.path == REFRESH
            self._happened(stage_act(hit.at, hit.what))

    def _on_shut_out(self, shop_id: str) -> None:
        """Where trouble befell renewals of tokens, only the seller can help whom it has left with a used one."""
        for shop in self._marketplace.sharing(shop_id) if self._state.renewals_hit else ():
            self._auditor.on_trouble(Trouble(self._clock.now(), shop.shop_id, rounds=1, until_authorized=True))

    def _on_line(self, text: str) -> None:
        shows = [f"a buyer's {kind}" for kind in self._marketplace.personal_data_in(text)]
        if self._trace.state.secrets.stand_in(text.encode()):
            shows += self._known_secrets_in(text) or [TAKEN_FOR_ONE]
        self._auditor.on_line(LogLine(self._clock.now(), self.discreet(text), tuple(shows)))

    def on_history(self, lines: Iterable[Activity]) -> None:
        """Have an order's history be judged as the log is, by the secrets that are known: a key may look like one."""
        for line in lines:
            text = f"{line.text} {line.source_words or ''}"
            if shows := self._known_secrets_in(text):
                self._auditor.on_line(LogLine(line.at, self.discreet(text), tuple(shows), "an order's history"))

    def _known_secrets_in(self, text: str) -> list[str]:
        """Return in words which secrets stand in a text, by their values or by what it calls them."""
        whose, app = self._marketplace.whose, self._marketplace.developer_apps[AppName.CONNECTOR]
        kinds = ["the app's secret"] if app.secret in text else []
        kinds += ["an access token" for word in SECRET_LIKE.findall(text) if whose(None, word)][:1]
        kinds += [f"the `{name}` of a call" for name in dict.fromkeys(CALLED.findall(text))]
        return kinds

    def discreet(self, text: str) -> str:
        """Return lines as they may be shown: without secrets, and nothing of one that has something of a buyer's."""
        hidden = self._trace.state.secrets.hidden
        lines = text.split("\n")
        return "\n".join(REDACTED if self._marketplace.personal_data_in(one) else hidden(one) for one in lines)

    def _on_oms(self, on_staff: Callable[[SeatEvent], None], event: Any) -> None:
        if event.name == EventName.CASE_SEEN:  # it answers again, if it did not
            self._auditor.on_answer(Capability.STAFF_SEES, None)
        self.note("oms", event)
        on_staff(event)

    def note(self, who: str, event: Any) -> None:
        shop = event.data.get("shop_id")
        entry = self._trace.event(event.at, who, event.name, event.data, shop if isinstance(shop, str) else None)
        self._state.rest.disturb(self._clock.now())
        breaches = EventContract.load().breaches(who, event.name, entry["data"])
        self._auditor.on_event(PlayerEvent(entry["seq"], event.at, who, event.name, event.data, breaches))
