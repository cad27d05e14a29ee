"""One shop: everything its seller can ask of the platform, one method per use case.

The methods take what the wire carries, already read, and return the domain's frozen values; `open_api/responses.py`
alone spells field names. Whatever raises `ApiError` has changed nothing. `by` says through which door the seller came:
`seller` is the Open API, `seller_center` the website. What buyers ask is in `buyers.py`, what is decided by hand in
`seller_center.py`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from mock_tiktok import errors
from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.money import split
from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.state_machines import Step
from mock_tiktok.domain.words import APPROVALS, REJECTIONS, Action, By, Claim, Parcel, ReturnType, is_plain
from mock_tiktok.errors import ApiError
from mock_tiktok.state.agenda import Entry
from mock_tiktok.state.platform import Platform
from mock_tiktok.state.store import SkuQuantity, Store
from mock_tiktok.state.tokens import AppName
from mock_tiktok.usecases import decisions, refusals
from mock_tiktok.usecases.cancellations import KINDS as CANCELLATION_KINDS
from mock_tiktok.usecases.cancellations import CancellationLifecycle
from mock_tiktok.usecases.effects import Effects
from mock_tiktok.usecases.orders import UNPAID_OVER, OrderLifecycle
from mock_tiktok.usecases.queries import Queries
from mock_tiktok.usecases.returns import KINDS as RETURN_KINDS
from mock_tiktok.usecases.returns import Manner, ReturnLifecycle
from mock_tiktok.usecases.troubles import Troubles

__all__ = ["Shop", "SkuQuantity"]


class Shop(Queries):
    """A seller's shop on the marketplace: what its seller can look up, and do."""

    def __init__(self, platform: Platform, store: Store, troubles: Troubles) -> None:
        super().__init__(store, troubles)
        self.platform = platform
        self.shop_id = store.shop_id
        self.code = f"{store.market}LC{platform.digest('shop code', self.shop_id).hex()[:8].upper()}"
        self.name, self.seller = store.name, store.seller
        self.region = store.market
        self._effects = Effects(platform, store)
        self.order_lifecycle = OrderLifecycle(platform, store)
        self.return_lifecycle = ReturnLifecycle(platform, store, self.order_lifecycle)
        self.cancellation_lifecycle = CancellationLifecycle(platform, store, self.order_lifecycle)

    @property
    def shop_cipher(self) -> str:
        return self.cipher_for(AppName.CONNECTOR)

    def cipher_for(self, app: AppName) -> str:
        """Return by what an app names the shop."""
        return self.store.ciphers[app]

    # deciding on what a buyer asks

    def approve_return(
        self,
        return_id: str,
        decision: str,
        *,
        partial_refund: tuple[Decimal, str] | None = None,
        buyer_keep_item: bool | None = None,
        total: Decimal | None = None,
        by: str = By.SELLER,
    ) -> Return:
        """Approve Return; `partial_refund` is (amount, currency). Keeping the item makes a return a direct refund."""
        item, action = self.store.get_return(return_id), decisions.read(decision, APPROVALS)
        with self._telling(item, action, by):
            decisions.check_fits(item, action)
            decisions.check_fields(action, keep=buyer_keep_item, offer=partial_refund)
            offer = None
            if action is Action.OFFER_PARTIAL_REFUND:
                offer = decisions.offered(item, partial_refund)
            self.check_decision(item, action)  # what is refused is what was sent
            if buyer_keep_item:
                action = Action.DIRECT_REFUND
            return self.return_lifecycle.act(item, action, By(by), offer=offer, total=total, refusing=refusals.of_state)

    def reject_return(
        self,
        return_id: str,
        decision: str,
        reason: str | None,
        comment: str | None = None,
        *,
        images: Sequence[str] = (),
        by: str = By.SELLER,
    ) -> Return:
        """Reject Return, with a reason from the list of this very case."""
        item, action = self.store.get_return(return_id), decisions.read(decision, REJECTIONS)
        with self._telling(item, action, by, reason, comment):
            decisions.check_fits(item, action)
            self.check_decision(item, action)
            self.check_reason(reason or "", "reject", decisions.reason_kind(item, action))
            self._check_comment(comment)
            self._check_images(images)
            return self.return_lifecycle.act(
                item, action, By(by), reason=reason, note=comment or "", images=images, refusing=refusals.of_state
            )

    def upload_image(self, content: bytes, size: tuple[int, int]) -> str:
        """Upload Product Image: note a picture and its size, and return the id that a rejection may name.

        It is not of a shop, so whoever has uploaded it, any shop's rejection may name it (assumed).
        """
        return self.store.upload(content, size)

    def upload_shipping_document(
        self, return_ids: Sequence[str], kind: str, tracking_number: str | None, provider_id: str | None
    ) -> None:
        """Have the seller bring the label of returns that wait to be sent, instead of the platform's (assumed)."""
        if provider_id and provider_id not in (known := self.profile.numbers["courier.names"].value):
            raise errors.INVALID(what=f"return_provider_id {provider_id!r} is not one of {', '.join(known)}")
        items = [self.store.get_return(return_id) for return_id in return_ids]
        for item in items:
            if item.claim is not Claim.APPROVED or item.parcel not in (Parcel.AWAITED, Parcel.LABELLED):
                raise errors.NOT_POSSIBLE(status=item.status, action="a shipping document")
        for item in items:
            self.return_lifecycle.label(item, kind, tracking_number, provider_id)

    def approve_cancellation(self, cancel_id: str, *, by: str = By.SELLER) -> Cancellation:
        """Approve Cancellation."""
        item, action = self.store.get_cancellation(cancel_id), Action.APPROVE_CANCELLATION
        with self._telling(item, action, by):
            self.cancellation_lifecycle.check_decision(item, action)
            return self.cancellation_lifecycle.act(item, action, By(by))

    def reject_cancellation(
        self,
        cancel_id: str,
        reason: str | None,
        comment: str | None = None,
        *,
        images: Sequence[str] = (),
        by: str = By.SELLER,
    ) -> Cancellation:
        """Reject Cancellation."""
        item, action = self.store.get_cancellation(cancel_id), Action.REJECT_CANCELLATION
        with self._telling(item, action, by, reason, comment):
            self.cancellation_lifecycle.check_decision(item, action)
            self.check_reason(reason or "", "reject", "CANCEL")
            self._check_comment(comment)
            self._check_images(images)
            return self.cancellation_lifecycle.act(item, action, By(by), reason=reason, comment=comment)

    @contextmanager
    def _telling(
        self, item: Return | Cancellation, action: Action, by: str, reason: str | None = None, words: str | None = None
    ) -> Iterator[None]:
        """Make known that a decision is refused, where it is."""
        try:
            yield
        except ApiError as refused:
            self._effects.refused(item, action, By(by), reason, words, refused.code)
            raise

    # starting something

    def create_return(
        self,
        order_id: str,
        return_type: str,
        reason: str,
        *,
        line_item_ids: Sequence[str] = (),
        skus: Sequence[SkuQuantity] = (),
        refund_total: Decimal | None = None,
        currency: str | None = None,
        shipment_type: str | None = None,
        handover_method: str | None = None,
        by: str = By.SELLER,
    ) -> Return:
        """Create Return: the seller refunds, or takes back, without being asked. It needs no further approval."""
        order = self.store.order(order_id)
        refusals.check_request(self.profile, order, return_type, "SELLER")
        total = None
        if refund_total is not None:
            total = decisions.money("refund_total", refund_total, order.currency, currency)
        elif currency is not None and currency != order.currency:
            raise errors.INVALID(what=f"currency {currency} is not the order's {order.currency}")
        self._within_refundable(order, total, line_item_ids)
        self.check_reason(reason, "seller", return_type, order.status)
        lines = self.store.units(order, line_item_ids, skus)
        if len({line.package_id for line in lines}) > 1:
            raise errors.LINES_NOT_POSSIBLE(why="one request covers lines of one package only")
        caps = [line.refundable for line in lines]
        most = sum(caps, Decimal(0))
        if most <= 0:
            raise decisions.nothing_left(lines if line_item_ids or skus else order.lines)
        if total is not None and total > most:
            raise errors.OVER_REFUND(amount=total, most=most)
        shares = caps if total is None else split(total, caps, order.currency)
        return self.return_lifecycle.open(
            order,
            ReturnType(return_type),
            reason,
            lines,
            self.store.amounts(order, lines, shares),
            by=By(by),
            claim=Claim.GRANTED if return_type == ReturnType.REFUND else Claim.APPROVED,
            manner=Manner(shipment_type=shipment_type, handover_method=handover_method),
        )

    def cancel_order(
        self,
        order_id: str,
        reason: str,
        *,
        line_item_ids: Sequence[str] = (),
        skus: Sequence[SkuQuantity] = (),
        by: str = By.SELLER,
    ) -> Cancellation:
        """Cancel Order: the seller calls off an order, or units of it that are out of stock."""
        order = self.store.order(order_id)
        refusals.check_request(self.profile, order, "CANCEL", "SELLER")
        self.check_reason(reason, "seller", "CANCEL", order.status)
        lines = self.store.units(order, line_item_ids, skus)
        self.cancellation_lifecycle.check_units(order, lines, reason)
        return self.cancellation_lifecycle.call_off(order_id, reason, lines, By(by))

    def ship_order(self, order_id: str, line_item_ids: Sequence[str] = ()) -> Order:
        """Hand the order, or parcels of it, to the carrier; that may decide on a buyer's wish to cancel."""
        self.check_shipping(self.store.order(order_id))
        self.order_lifecycle.ship(order_id, line_item_ids)
        self.cancellation_lifecycle.shipped(order_id)
        return self.store.order(order_id)

    def act(self, return_id: str, action: Action, by: By, **more: Any) -> Return:
        """Have a buyer, a courier or the operator do `action`; what goes with it is `ReturnLifecycle.act`'s."""
        return self.return_lifecycle.do(self.store.get_return(return_id), action, by, **more)

    # what happens by itself

    def run(self, entry: Entry) -> tuple[str, bool]:
        """Do what was due; return the words for it and whether anything changed."""
        if entry.kind in RETURN_KINDS:
            return self.return_lifecycle.run(entry.kind, entry.subject)
        if entry.kind in CANCELLATION_KINDS:
            return self.cancellation_lifecycle.run(entry.kind, entry.subject)
        if entry.kind == UNPAID_OVER:
            return self.cancellation_lifecycle.never_paid(entry.subject)
        return self.order_lifecycle.run(entry.kind, entry.subject)

    def order_of(self, entry: Entry) -> str:
        """Return the order that an entry of the agenda concerns."""
        if entry.kind in RETURN_KINDS:
            return self.store.get_return(entry.subject).order_id
        if entry.kind in CANCELLATION_KINDS:
            return self.store.get_cancellation(entry.subject).order_id
        return entry.subject

    # checks

    def check_shipping(self, order: Order) -> None:
        """Raise what the platform says where the order cannot be handed over now."""
        self.cancellation_lifecycle.check_shipping(order.id)
        self.order_lifecycle.check(order, Step.HAND_OVER)

    def check_decision(self, item: Return, action: Action) -> None:
        """Raise what the platform says to a decision that the return does not take, or that is barred."""
        self.return_lifecycle.check(item, action, refusals.of_state)
        self.check_hour(item, action)
        refusals.check_decision(self.store.order(item.order_id), action)
        self.check_worth(item, action)
        if action is Action.OFFER_PARTIAL_REFUND:
            self.check_offers(item)

    def check_hour(self, item: Return, action: Action) -> None:
        """Raise what the platform says to a decision that comes too late, or too early."""
        limit = item.deadline
        if limit and limit.seller_action and limit.missed(self.platform.now):
            raise refusals.too_late(item, action)
        if action is not Action.REJECT_RECEIVED_PACKAGE:
            return
        if item.is_quick_refund:
            raise errors.QUICK_REFUND()
        if item.parcel is Parcel.SHIPPED and item.shipped_at:
            free_from = self.profile.due("inspection.undelivered_review_after", item.shipped_at)
            if self.platform.now < free_from:
                raise errors.PARCEL_NOT_REJECTABLE(why="it has not arrived")

    def check_worth(self, item: Return, action: Action) -> None:
        """Raise what the platform says to paying for what is to be replaced where there is nothing to pay."""
        if action is Action.ISSUE_REPLACEMENT_REFUND and not item.amount.total:
            raise decisions.nothing_left(self.store.order(item.order_id).claimed(item.lines))

    def check_offers(self, item: Return) -> None:
        """Raise what the platform says where the seller has offered a part as often as may be."""
        if item.offers_made >= self.profile.count("partial_offer.most") and item.claim is Claim.REQUESTED:
            raise errors.OFFERS_USED_UP(count=item.offers_made)

    def _within_refundable(self, order: Order, total: Decimal | None, line_item_ids: Sequence[str]) -> None:
        """An amount above what is left is 25005005, also where nothing is left at all."""
        if total is None:
            return
        chosen = [line for line in order.lines if not line_item_ids or line.id in line_item_ids]
        most = sum((line.refundable for line in chosen if not line.cancelled), Decimal(0))
        if total > most:
            raise errors.OVER_REFUND(amount=total, most=most)

    def _check_images(self, images: Sequence[str]) -> None:
        """Refuse a picture that nobody has uploaded; with which code is assumed."""
        for image in images:
            if self.store.size_of(image) is None:
                raise errors.INVALID(what=f"images: image_id {image!r} has not been uploaded")

    def _check_comment(self, comment: str | None) -> None:
        limit = self.profile.count("reject.comment_limit")
        if comment and len(comment.encode()) > limit:
            raise errors.COMMENT_TOO_LONG(limit=limit)
        if comment and not is_plain(comment):
            raise errors.INVALID(what="the comment has a control character", at="comment")
