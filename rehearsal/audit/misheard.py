"""What our OMS believes that the connector has taken on, because trouble has made a yes of something else."""

from dataclasses import dataclass, field, replace

from rehearsal.audit.event import PlayerEvent
from rehearsal.audit.outsiders import asked_by, may_have_taken
from rehearsal.wire.recorder import Exchange


@dataclass(slots=True)
class Misheard:
    """What the OMS's calls were about since it last said that something was taken on, by number and key."""

    _taken: set[tuple[str, str | None]] = field(default_factory=set)
    _seem_taken: set[tuple[str, str | None]] = field(default_factory=set)

    def on_exchange(self, exchange: Exchange) -> None:
        """Take note of a call with which something was asked for."""
        if exchange.caller != "oms" or (asked := asked_by(exchange)) is None:
            return
        about = asked.number, exchange.key
        if may_have_taken(exchange):
            self._taken.add(about)
        elif exchange.heard is not None and exchange.heard < 300:
            self._seem_taken.add(about)

    def as_it_is(self, event: PlayerEvent) -> PlayerEvent:
        """Return an event of the OMS's as the connector knows it: what only seems to be taken on is not accepted."""
        if not event.accepted:
            return event
        believed = self._seem_taken - self._taken
        self._taken.clear()
        self._seem_taken.clear()
        return replace(event, data={**event.data, "accepted": False}) if believed else event
