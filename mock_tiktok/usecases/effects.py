"""What a change of a return or cancellation makes known: a line of history, an event, money in the ledger, a mail."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.deadlines import Deadline
from mock_tiktok.domain.mail import ORDER_REFUND, REFUND_REJECTED, RETURN_REJECTED, write
from mock_tiktok.domain.phrases import EVIDENCE_OVER, OPENING, SELLER_OPENING, RecordWords, record_of
from mock_tiktok.domain.returns import Record, Return
from mock_tiktok.domain.words import Action, By, Role
from mock_tiktok.state.platform import Platform
from mock_tiktok.state.store import Store

# which decision makes which mail (R34, R49, R57, R69, R76; D25)
_MAILS: Final = {
    Action.PAYOUT: ORDER_REFUND,
    Action.REJECT_REFUND: REFUND_REJECTED,
    Action.REJECT_RETURN: RETURN_REJECTED,
    Action.REJECT_RECEIVED_PACKAGE: RETURN_REJECTED,
}

DEADLINE_SET: Final = "DEADLINE_SET"  # what events call a deadline that is given to one request

_PARCEL_EVENTS: Final = {
    Action.LABEL: "label_generated",
    Action.SHIP: "parcel_shipped",
    Action.ARRIVE: "parcel_arrived",
}


class Effects:
    """What the claims on a shop's orders do to everything around them."""

    def __init__(self, platform: Platform, store: Store) -> None:
        self._store = store
        self._platform = platform
        self.publish = platform.news.publish

    def asked(self, item: Return, by: By, images: Sequence[str]) -> None:
        """A request is new."""
        words = (SELLER_OPENING if item.role is Role.SELLER else OPENING)[item.return_type]
        self._record(item, words, by, reason_text=item.reason_text, images=images)
        self.requested("return_requested", item, by, {"return_type": item.return_type.value}, _deadline(item))
        self._shown(item, by, images)

    def requested(
        self, event: str, claim: Return | Cancellation, by: By, kind: Mapping[str, str], deadline: Mapping[str, object]
    ) -> None:
        """Tell what is asked for, of which units and for how much."""
        self.publish(
            claim.created_at,
            event,
            **_id(claim),
            order_id=claim.order_id,
            shop_id=claim.shop_id,
            **kind,
            role=claim.role.value,
            by=by.value,
            reason=claim.reason,
            reason_text=claim.reason_text,
            line_item_ids=tuple(line.line_item_id for line in claim.lines),
            currency=claim.amount.currency,
            refund_total=claim.amount.total,
            parts=parts_of(claim),
            status=claim.status.value,
            **deadline,
        )

    def happened(
        self, old: Return, new: Return, action: Action, by: By, *, reason: str | None, note: str, images: Sequence[str]
    ) -> None:
        """An act has changed a return."""
        text = self._store.profile.reasons.text(reason) if reason else ""
        self._record(new, record_of(action, old.claim), by, reason_text=text, note=note, images=images)
        if (old.status, old.arbitration_status, old.deadline) != (new.status, new.arbitration_status, new.deadline):
            self._changed(new, old.status.value, action.spoken, by, reason=reason, words_to_buyer=note or None)
        self._publish_particulars(new, action)
        self._shown(new, by, images)
        if action is Action.PAYOUT:
            self.pay(new)
        if action in _MAILS:
            until = f"{new.deadline.due:%Y-%m-%d %H:%M} UTC" if new.deadline else ""
            comment = f"The seller says: {note}\n" if note else ""
            self.mail(new, _MAILS[action], reason=text, comment=comment, until=until)

    def _shown(self, item: Return, by: By, images: Sequence[str]) -> None:
        """Tell how many pictures and videos somebody has shown, where they have."""
        if not images:
            return
        videos = len(self._store.records(item.return_id)[-1].videos)
        self.publish(
            item.updated_at,
            "evidence_shown",
            return_id=item.return_id,
            order_id=item.order_id,
            by=by.value,
            pictures=len(images) - videos,
            videos=videos,
        )

    def deadline_set(self, item: Return) -> None:
        """Another deadline has been given to a return, which stands as it stood."""
        self._changed(item, item.status.value, DEADLINE_SET, By.SYSTEM)

    def _changed(
        self,
        item: Return,
        was: str,
        action: str,
        by: By,
        *,
        reason: str | None = None,
        words_to_buyer: str | None = None,
    ) -> None:
        self.publish(
            item.updated_at,
            "return_status_changed",
            return_id=item.return_id,
            order_id=item.order_id,
            was=was,
            now=item.status.value,
            shown=item.shown_status,
            action=action,
            by=by.value,
            reason=reason,
            currency=item.amount.currency,
            refund_total=item.amount.total,
            offer=item.offer,
            words_to_buyer=words_to_buyer,
            arbitration_status=item.arbitration_status.value if item.arbitration_status else None,
            **_deadline(item),
        )

    def refused(
        self, claim: Return | Cancellation, action: Action, by: By, reason: str | None, words: str | None, code: int
    ) -> None:
        """A decision of the seller's has been refused, and nothing has changed."""
        self.publish(
            self._platform.now,
            "decision_refused",
            **_id(claim),
            order_id=claim.order_id,
            action=action.spoken,
            by=by.value,
            reason=reason or None,
            words_to_buyer=words or None,
            code=code,
        )

    def lapsed(self, claim: Return | Cancellation, limit: Deadline) -> None:
        """A deadline has passed; what that does is published next."""
        self.publish(
            self._platform.now,
            "deadline_lapsed",
            what=limit.what,
            whom=limit.whom.value,
            due=limit.due,
            **_id(claim),
            order_id=claim.order_id,
        )

    def pay(self, claim: Return | Cancellation) -> None:
        """Money goes back to the buyer; calling off what was never paid moves none."""
        self._store.pay_back(claim.order_id, claim.lines)
        if isinstance(claim, Cancellation) and not claim.amount.total:
            return
        self.publish(
            claim.updated_at,
            "money_paid",
            order_id=claim.order_id,
            **_id(claim),
            currency=claim.amount.currency,
            amount=claim.amount.total,
            lines={line.line_item_id: line.amount.total for line in claim.lines},
            parts=parts_of(claim),
        )

    def mail(self, claim: Return | Cancellation, kind: str, **words: str) -> None:
        """The buyer gets a mail."""
        order = self._store.order(claim.order_id)
        number = len(self._store.mails(order.id)) + 1
        words = {"amount": str(claim.amount.total), **words}
        self._store.add_mail(write(kind, order, at=claim.updated_at, number=number, **_id(claim), **words))
        self.publish(claim.updated_at, "mail_sent", kind=kind, order_id=claim.order_id, **_id(claim))

    def evidence_over(self, item: Return) -> None:
        """The operator now decides on what there is."""
        self._record(item, EVIDENCE_OVER, By.SYSTEM)

    def _publish_particulars(self, item: Return, action: Action) -> None:
        at, ids = item.updated_at, {"return_id": item.return_id, "order_id": item.order_id}
        sum_ = {"currency": item.amount.currency, "refund_total": item.amount.total}
        if action in _PARCEL_EVENTS:
            lines = item.sent_line_ids or tuple(line.line_item_id for line in item.lines)
            damaged = tuple(unit for unit in item.damaged_line_ids if unit in lines)
            more = {"damaged_line_item_ids": damaged} if damaged else {}
            sent = {"tracking_number": item.tracking_number, "carrier": item.provider_name or None}
            self.publish(at, _PARCEL_EVENTS[action], **ids, line_item_ids=lines, **more, **sent)
        elif action is Action.DISPUTE:
            self.publish(at, "dispute_opened", **ids, **sum_)
        elif action in (Action.SUPPORT_BUYER, Action.SUPPORT_SELLER, Action.HAND_BACK):
            self.publish(at, "dispute_decided", **ids, outcome=action.value, **sum_)

    def _record(
        self,
        item: Return,
        words: RecordWords,
        by: By,
        *,
        reason_text: str = "",
        note: str = "",
        images: Sequence[str] = (),
    ) -> None:
        record = Record(
            at=item.updated_at,
            event=words.event,
            role=by.role,
            by=by,
            description=words.description,
            shown=item.shown_status,
            reason_text=reason_text,
            note=note,
            images=tuple(images),
        )
        self._store.add_record(item.return_id, record)


def parts_of(claim: Return | Cancellation) -> dict[str, dict[str, Decimal]]:
    """Return what the money of each unit is made of."""
    return {line.line_item_id: line.amount.parts for line in claim.lines}


def _id(claim: Return | Cancellation) -> dict[str, str]:
    """Return the claim's id under the name that events and mails have for it."""
    return {"return_id": claim.return_id} if isinstance(claim, Return) else {"cancel_id": claim.cancel_id}


def _deadline(item: Return) -> dict[str, object]:
    return {
        "deadline": item.deadline.due if item.deadline else None,
        "deadline_what": item.deadline.what if item.deadline else None,
        "seller_deadline": item.seller_deadline,
    }
