"""What happens at the OMS: what staff decide and ask for, what a pull has read anew, what is booked and received.

decision_given    adjustment_id, return_id, cancel_id, order_id, decision (approve, partial, reject), question (request,
                  goods), amount, grade, reason, words_to_buyer, accepted (False: kept, as the connector did not answer;
                  noted again once taken)
refund_requested  adjustment_id, return_id, cancel_id, order_id, line_item_ids (None: all), amount, reason, restock,
                  accepted
refund_recorded   the same but for `accepted`, of what went back elsewhere and is not to be carried out
order_hinted      order_id, hint (what of it has begun or ended, in ChannelAdvisor's word), profile
parcels_read      order_id, statuses of its parcels
answers_unreadable  words, of what a pull could not rely on
order_read        order_id, refs, and what the connector shows of it
adjustment_read   adjustment_id, return_id, cancel_id, order_id, ref, asked, and what the connector shows of it
booked            adjustment_id, return_id, cancel_id, order_id, amount
parcel_received   return_id, order_id, line_item_ids, tracking_number
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened at the OMS."""

    at: datetime
    name: str
    data: Mapping[str, object]


Listener = Callable[[Event], None]
