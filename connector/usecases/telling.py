"""What the connector tells an OMS of its own accord: that a refund or a cancellation of an order has begun, or ended.

ChannelAdvisor's webhooks, as far as its pages describe them (D54). They are hints: the OMS reads for itself. What is to
be told is what the adjustments say, so nothing of it has to be kept: an adjustment that changed lately, and of which
the last that was told is something else, is told now; after a new start all of that is told again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connector.domain.adjustments import TERMINAL
from connector.ports import Store

TOLD_FOR: Final = timedelta(hours=12)  # certainty: assumed; what nobody has taken by then is told no more
Send = Callable[[str, bytes], bool]  # an event's type and the order; returns whether it was taken


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the OMS what it has not been told; `told` remembers, by adjustment, the last that it has taken."""

    store: Store
    send: Send
    told: dict[int, str]

    def tell(self, now: datetime) -> bool:
        """Tell what is new at `now`; return whether all of it was taken. What was not comes again with the next act."""
        with self.store.reading() as work:
            changed = {one.id: one for one in work.adjustments_changed(now - TOLD_FOR)}
            news: dict[tuple[str, int], list[int]] = {}
            for one in changed.values():
                event = f"{one.type}{'Finalized' if one.status in TERMINAL else 'Started'}"
                if self.told.get(one.id) != event:
                    news.setdefault((event, one.order_id), []).append(one.id)
            orders = {order_id: work.order(order_id) for _, order_id in news}
        for old in self.told.keys() - changed.keys():
            del self.told[old]
        for (event, order_id), ids in news.items():
            order = orders[order_id]
            assert order is not None, "an adjustment has an order"
            shown = {"ID": order.id, "ProfileID": order.profile_id, "SiteOrderID": order.site_order_id}
            if not self.send(event, json.dumps(shown).encode()):
                return False
            self.told.update(dict.fromkeys(ids, event))
        return True
