"""What begins by itself: a buyer asks for something, or the seller pays a part back, as was planned with the order."""

from typing import Final

from mock_tiktok.errors import ApiError
from mock_tiktok.state.agenda import Entry
from mock_tiktok.state.people import plan_named
from mock_tiktok.usecases import buyers, seller_center
from mock_tiktok.usecases.orders import ASKS, BUYER_ASKS, PAID_BACK, paid_back_words
from mock_tiktok.usecases.shop import Shop

KINDS: Final = (BUYER_ASKS, PAID_BACK)


def run(shop: Shop, entry: Entry) -> tuple[str, bool]:
    """Do what was planned with an order; return the words for it and whether the platform took it."""
    order = shop.order(entry.subject)
    back = plan_named(order.plan).gets_back
    words = paid_back_words(back) if entry.kind == PAID_BACK else ASKS[str(order.asks)][1]
    try:
        if entry.kind == PAID_BACK:
            seller_center.refund(shop, order.id, line_item_ids=(), amount=getattr(order, back), reason=None)
        elif order.asks == "CANCEL":
            buyers.request_cancellation(shop, order.id)
        else:
            buyers.request_return(shop, order.id, return_type=str(order.asks))
    except ApiError as refused:
        return f"{words}: refused, {refused.message}", False
    return words, True
