"""What a change of a return makes known: a line of history, news to subscribers, money in the book, a mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mock_tiktok.domain.deadlines import Deadline
from mock_tiktok.domain.mail import ORDER_REFUND, REFUND_REJECTED, RETURN_REJECTED, write
from mock_tiktok.domain.phrases import EVIDENCE_OVER, OPENING, SELLER_OPENING, RecordWords, record_of
from mock_tiktok.domain.returns import Record, Return
from mock_tiktok.domain.words import Action, By, Role
from mock_tiktok.state.store import Store

# which decision makes which mail (R34, R49, R57, R69, R76; D25)
_MAILS: Final = {
    Action.PAYOUT: ORDER_REFUND,
    Action.REJECT_REFUND: REFUND_REJECTED,
    Action.REJECT_RETURN: RETURN_REJECTED,
    Action.REJECT_RECEIVED_PACKAGE: RETURN_REJECTED,
}


class Telling:
    """Tells the world what has happened to a shop's returns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._platform = store.platform

    def asked(self, item: Return, by: By, images: Sequence[str]) -> None:
        """A request is new."""
        words = (SELLER_OPENING if item.role is Role.SELLER else OPENING)[item.return_type]
        self._record(item, words, by, reason_text=item.reason_text, images=images)
        self._platform.news.tell(
            item.created_at,
            "return_requested",
            return_id=item.return_id,
            order_id=item.order_id,
            shop_id=item.shop_id,
            return_type=item.return_type.value,
            role=item.role.value,
            by=by.value,
            reason=item.reason,
            line_item_ids=tuple(line.line_item_id for line in item.lines),
            refund_total=item.amount.total,
            status=item.status.value,
            **_deadline(item),
        )

    def happened(
        self,
        old: Return,
        new: Return,
        action: Action,
        by: By,
        *,
        reason: str | None,
        note: str,
        images: Sequence[str],
    ) -> None:
        """An act has changed a return."""
        text = self._store.profile.reasons.text(reason) if reason else ""
        self._record(new, record_of(action, old.claim), by, reason_text=text, note=note, images=images)
        if (old.status, old.arbitration_status, old.deadline) != (new.status, new.arbitration_status, new.deadline):
            self._platform.news.tell(
                new.updated_at,
                "return_status_changed",
                return_id=new.return_id,
                order_id=new.order_id,
                was=old.status.value,
                now=new.status.value,
                shown=new.shown_status,
                action=action.spoken,
                by=by.value,
                reason=reason,
                refund_total=new.amount.total,
                offer=new.offer,
                **_deadline(new),
            )
        self._tell_particulars(new, action)
        if action is Action.PAYOUT:
            self._pay(new)
        if action in _MAILS:
            self._mail(new, _MAILS[action], text, note)

    def lapsed(self, item: Return, limit: Deadline) -> None:
        """A deadline has passed; what that does is told next."""
        self._platform.news.tell(
            self._platform.now,
            "deadline_lapsed",
            what=limit.what,
            whom=limit.whom.value,
            due=limit.due,
            return_id=item.return_id,
            order_id=item.order_id,
        )

    def evidence_over(self, item: Return) -> None:
        """The operator now decides on what there is."""
        self._record(item, EVIDENCE_OVER, By.SYSTEM)

    def _tell_particulars(self, item: Return, action: Action) -> None:
        parcel = {
            "return_id": item.return_id,
            "order_id": item.order_id,
            "line_item_ids": tuple(line.line_item_id for line in item.lines),
            "tracking_number": item.tracking_number,
        }
        tell, at = self._platform.news.tell, item.updated_at
        if action is Action.LABEL:
            tell(at, "label_generated", **parcel)
        elif action is Action.SHIP:
            tell(at, "parcel_shipped", **parcel)
        elif action is Action.ARRIVE:
            tell(at, "parcel_arrived", **parcel)
        elif action is Action.DISPUTE:
            tell(at, "dispute_opened", return_id=item.return_id, order_id=item.order_id, refund_total=item.amount.total)
        elif action in (Action.SUPPORT_BUYER, Action.SUPPORT_SELLER):
            tell(
                at,
                "dispute_decided",
                return_id=item.return_id,
                order_id=item.order_id,
                outcome=action.value,
                refund_total=item.amount.total,
            )

    def _pay(self, item: Return) -> None:
        shares = [(line.line_item_id, line.amount.total) for line in item.lines]
        self._store.pay_back(item.order_id, shares)
        self._platform.news.tell(
            item.updated_at,
            "money_paid",
            order_id=item.order_id,
            return_id=item.return_id,
            amount=item.amount.total,
            lines=dict(shares),
        )

    def _mail(self, item: Return, kind: str, reason: str, note: str) -> None:
        order = self._store.order(item.order_id)
        until = f"{item.deadline.due:%Y-%m-%d %H:%M} UTC" if item.deadline else ""
        mail = write(
            kind,
            order,
            at=item.updated_at,
            number=len(self._store.mails(order.id)) + 1,
            return_id=item.return_id,
            amount=str(item.amount.total),
            reason=reason,
            comment=f"The seller says: {note}\n" if note else "",
            until=until,
        )
        self._store.add_mail(mail)
        self._platform.news.tell(
            item.updated_at, "mail_sent", kind=kind, order_id=item.order_id, return_id=item.return_id
        )

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


def _deadline(item: Return) -> dict[str, object]:
    return {
        "deadline": item.deadline.due if item.deadline else None,
        "deadline_what": item.deadline.what if item.deadline else None,
        "seller_deadline": item.seller_deadline,
    }
