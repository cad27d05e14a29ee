"""What is not in a table is refused; every row says who says so."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mock_tiktok.domain.money import Amount
from mock_tiktok.domain.orders import ClaimLine
from mock_tiktok.domain.returns import _STATUS, SHOWN, Return
from mock_tiktok.domain.rules import NotAllowed, after
from mock_tiktok.domain.state_machines import (
    CANCELLATION,
    DISPUTE,
    MONEY,
    ORDER,
    PARCEL,
    REFUND,
    REPLACEMENT,
    RETURN,
    TABLES,
    Consequence,
    Step,
    claim_table,
)
from mock_tiktok.domain.words import (
    Action,
    CancelStatus,
    Claim,
    Dispute,
    Money,
    OrderStatus,
    Parcel,
    ReturnStatus,
    ReturnType,
    Role,
)
from tests.clock import START
from tests.refused import refused


def a_return(
    kind: ReturnType = ReturnType.REFUND,
    claim: Claim = Claim.REQUESTED,
    parcel: Parcel = Parcel.NONE,
    money: Money = Money.NONE,
    dispute: Dispute = Dispute.NONE,
) -> Return:
    amount = Amount("USD", Decimal("10.00"), Decimal("10.00"), Decimal("0.00"), Decimal("0.00"))
    return Return(
        "r", "s", "o", 1, kind, Role.BUYER, "b", "why", "Why", (ClaimLine("l", "i", amount),), amount, START, START,
        claim, parcel, money, dispute,
    )  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_names_its_source_and_how_sure_it_is(table: object) -> None:
    for row in table.rows:  # type: ignore[attr-defined]  # tables of four kinds
        assert row.source
        assert row.certainty in ("documented", "observed", "assumed")


@pytest.mark.parametrize(
    ("table", "states", "actions"),
    [
        (REFUND, Claim, Action),
        (RETURN, Claim, Action),
        (REPLACEMENT, Claim, Action),
        (PARCEL, Parcel, [*Action, *Consequence]),
        (MONEY, Money, Consequence),
        (DISPUTE, Dispute, Action),
        (CANCELLATION, CancelStatus, Action),
        (ORDER, OrderStatus, Step),
    ],
    ids=["refund", "return", "replacement", "parcel", "money", "dispute", "cancellation", "order"],
)
def test_a_table_has_its_rows_and_nothing_else(table: object, states: object, actions: object) -> None:
    rows = {(row.state, row.action): row.becomes for row in table.rows}  # type: ignore[attr-defined]
    for state in states:  # type: ignore[attr-defined]
        for action in actions:  # type: ignore[attr-defined]
            assert table.after(state, action) == rows.get((state, action))  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", list(ReturnType))
def test_every_pair_of_state_and_action_outside_the_table_is_refused(kind: ReturnType) -> None:
    table = claim_table(kind)
    for claim in Claim:
        for action in Action:
            if table.after(claim, action) is None:
                refused(NotAllowed, after, a_return(kind, claim), action, table)


@pytest.mark.parametrize("kind", list(ReturnType))
def test_nothing_happens_to_what_is_closed_or_paid(kind: ReturnType) -> None:
    for claim, money in ((Claim.CLOSED, Money.NONE), (Claim.GRANTED, Money.PAID), (Claim.REPLACED, Money.NONE)):
        for action in set(Action) - {Action.ARRIVE}:
            refused(NotAllowed, after, a_return(kind, claim, money=money), action, claim_table(kind))


def test_no_seller_decides_while_the_operator_has_the_case() -> None:
    for kind in ReturnType:
        for claim in (Claim.REJECTED, Claim.PARCEL_REJECTED):
            item = a_return(kind, claim, dispute=Dispute.IN_PROGRESS)
            for action in Action:
                if action.value.startswith(("APPROVE_", "REJECT_", "OFFER_", "ISSUE_", "DIRECT_")):
                    refused(NotAllowed, after, item, action, claim_table(kind))


def test_a_parcel_needs_its_label_before_it_is_shipped() -> None:
    waiting = a_return(ReturnType.RETURN_AND_REFUND, Claim.APPROVED, Parcel.AWAITED)
    refused(NotAllowed, after, waiting, Action.SHIP, RETURN)
    own = replace(waiting, shipment_type="BUYER_ARRANGE")
    assert after(own, Action.SHIP, RETURN).status is ReturnStatus.BUYER_SHIPPED_ITEM


def test_a_granted_claim_is_owed_its_money_and_paid_once() -> None:
    granted = after(a_return(), Action.APPROVE_REFUND, REFUND)
    assert (granted.money, granted.status) == (Money.OWED, ReturnStatus.SUCCESS)
    paid = after(granted, Action.PAYOUT, REFUND)
    assert (paid.money, paid.status) == (Money.PAID, ReturnStatus.COMPLETE)
    refused(NotAllowed, after, paid, Action.PAYOUT, REFUND)


def test_every_status_has_words_for_people_and_every_claim_a_status() -> None:
    assert set(SHOWN) == set(ReturnStatus)
    assert {claim for replaced, claim in _STATUS if not replaced} == set(Claim) - {Claim.REPLACED}


def test_a_table_draws_itself() -> None:
    assert "REQUESTED --> GRANTED: APPROVE_REFUND" in REFUND.mermaid()
