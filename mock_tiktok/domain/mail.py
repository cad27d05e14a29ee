"""What the platform writes to buyers: real e-mail messages, exactly one per decision.

The guide names the kinds ("order refund", "return rejected", "refund rejected"); subjects and texts are ours, since
the real ones are not public.
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Final

from mock_tiktok.domain.orders import Order

ORDER_REFUND: Final = "order refund"
RETURN_REJECTED: Final = "return rejected"
REFUND_REJECTED: Final = "refund rejected"
ORDER_CANCELLED: Final = "order cancelled"

# kind: (subject, text). Assumed.
_TEXTS: Final = {
    ORDER_REFUND: (
        "Your refund for order {order_id}",
        "Hello {name},\n\nyour refund of {amount} {currency} for order {order_id} has been issued. It reaches your "
        "original payment method within 3 to 10 business days.\n\nTikTok Shop\n",
    ),
    RETURN_REJECTED: (
        "Your return for order {order_id} was rejected",
        "Hello {name},\n\nthe seller has rejected your return for order {order_id}. Reason: {reason}.\n{comment}"
        "If you do not agree, you can open a dispute until {until}.\n\nTikTok Shop\n",
    ),
    REFUND_REJECTED: (
        "Your refund request for order {order_id} was rejected",
        "Hello {name},\n\nthe seller has rejected your refund request for order {order_id}. Reason: {reason}.\n"
        "{comment}"
        "If you do not agree, you can open a dispute until {until}.\n\nTikTok Shop\n",
    ),
    ORDER_CANCELLED: (
        "Your order {order_id} has been cancelled",
        "Hello {name},\n\norder {order_id}, or a part of it, has been cancelled. {amount} {currency} go back to your "
        "original payment method within 3 to 10 business days.\n\nTikTok Shop\n",
    ),
}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in a buyer's mailbox."""

    kind: str
    subject: str
    sent_at: datetime
    text: str
    order_id: str
    return_id: str | None
    cancel_id: str | None
    to_name: str
    to_address: str
    number: int

    @property
    def message(self) -> EmailMessage:
        """Return the mail as it lies in the mailbox, headers and all."""
        message = EmailMessage()
        message["From"] = formataddr(("TikTok Shop", "no-reply@shop.tiktok.com"))
        message["To"] = formataddr((self.to_name, self.to_address))
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.sent_at)
        message["Message-ID"] = f"<{self.order_id}.{self.number}@shop.tiktok.com>"
        message.set_content(self.text)
        return message


def write(
    kind: str,
    order: Order,
    *,
    at: datetime,
    number: int,
    return_id: str | None = None,
    cancel_id: str | None = None,
    **words: str,
) -> Mail:
    """Write the mail of that kind to the order's buyer."""
    subject, text = (
        template.format(order_id=order.id, name=order.buyer.name, currency=order.currency, **words)
        for template in _TEXTS[kind]
    )
    return Mail(kind, subject, at, text, order.id, return_id, cancel_id, order.buyer.name, order.buyer.email, number)
