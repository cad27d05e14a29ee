"""What is not in a table is refused; every row says who says so."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mock_tiktok.domain import state_machines as machines
from mock_tiktok.domain import words
from mock_tiktok.domain.money import Amount
from mock_tiktok.domain.orders import ClaimLine
from mock_tiktok.domain.returns import _STATUS, SHOWN, Return
from mock_tiktok.domain.rules import NotAllowed, after
from tests.clock import START
from tests.refused import refused


def a_return(
    kind: words.ReturnType = words.ReturnType.REFUND,
    claim: words.Claim = words.Claim.REQUESTED,
    parcel: words.Parcel = words.Parcel.NONE,
    money: words.Money = words.Money.NONE,
    dispute: words.Dispute = words.Dispute.NONE,
) -> Return:
    amount = Amount("USD", Decimal("10.00"), Decimal("10.00"), Decimal("0.00"), Decimal("0.00"))
    return Return(
        "r", "s", "o", 1, kind, words.Role.BUYER, "why", "Why", (ClaimLine("l", "i", amount),), amount,
        START, START, claim, parcel, money, dispute,
    )  # fmt: skip


@pytest.mark.parametrize("table", machines.TABLES, ids=lambda table: table.name)
def test_every_row_names_its_source_and_how_sure_it_is(table: object) -> None:
    for row in table.rows:  # type: ignore[attr-defined]  # tables of four kinds
        assert row.source
        assert row.certainty in ("documented", "observed", "assumed")


@pytest.mark.parametrize(
    ("table", "states", "actions"),
    [
        (machines.REFUND, words.Claim, words.Action),
        (machines.RETURN, words.Claim, words.Action),
        (machines.REPLACEMENT, words.Claim, words.Action),
        (machines.PARCEL, words.Parcel, [*words.Action, *machines.Consequence]),
        (machines.MONEY, words.Money, machines.Consequence),
        (machines.DISPUTE, words.Dispute, words.Action),
        (machines.CANCELLATION, words.CancelStatus, words.Action),
        (machines.ORDER, words.OrderStatus, machines.Step),
    ],
    ids=["refund", "return", "replacement", "parcel", "money", "dispute", "cancellation", "order"],
)
def test_a_table_has_its_rows_and_nothing_else(table: object, states: object, actions: object) -> None:
    rows = {(row.state, row.action): row.becomes for row in table.rows}  # type: ignore[attr-defined]
    for state in states:  # type: ignore[attr-defined]
        for action in actions:  # type: ignore[attr-defined]
            assert table.after(state, action) == rows.get((state, action))  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", list(words.ReturnType))
def test_every_pair_of_state_and_action_outside_the_table_is_refused(kind: words.ReturnType) -> None:
    table = machines.claim_table(kind)
    for claim in words.Claim:
        for action in words.Action:
            if table.after(claim, action) is None:
                refused(NotAllowed, after, a_return(kind, claim), action, table)


@pytest.mark.parametrize("kind", list(words.ReturnType))
def test_nothing_happens_to_what_is_closed_or_paid(kind: words.ReturnType) -> None:
    for claim, money in (
        (words.Claim.CLOSED, words.Money.NONE),
        (words.Claim.GRANTED, words.Money.PAID),
        (words.Claim.REPLACED, words.Money.NONE),
    ):
        for action in set(words.Action) - {words.Action.ARRIVE}:
            refused(NotAllowed, after, a_return(kind, claim, money=money), action, machines.claim_table(kind))


def test_no_seller_decides_while_the_operator_has_the_case() -> None:
    for kind in words.ReturnType:
        for claim in (words.Claim.REJECTED, words.Claim.PARCEL_REJECTED):
            item = a_return(kind, claim, dispute=words.Dispute.IN_PROGRESS)
            for action in words.Action:
                if action.value.startswith(("APPROVE_", "REJECT_", "OFFER_", "ISSUE_", "DIRECT_")):
                    refused(NotAllowed, after, item, action, machines.claim_table(kind))


def test_a_parcel_needs_its_label_before_it_is_shipped() -> None:
    waiting = a_return(words.ReturnType.RETURN_AND_REFUND, words.Claim.APPROVED, words.Parcel.AWAITED)
    refused(NotAllowed, after, waiting, words.Action.SHIP, machines.RETURN)
    own = replace(waiting, shipment_type="BUYER_ARRANGE")
    assert after(own, words.Action.SHIP, machines.RETURN).status is words.ReturnStatus.BUYER_SHIPPED_ITEM


def test_a_granted_claim_is_owed_its_money_and_paid_once() -> None:
    granted = after(a_return(), words.Action.APPROVE_REFUND, machines.REFUND)
    assert (granted.money, granted.status) == (words.Money.OWED, words.ReturnStatus.SUCCESS)
    paid = after(granted, words.Action.PAYOUT, machines.REFUND)
    assert (paid.money, paid.status) == (words.Money.PAID, words.ReturnStatus.COMPLETE)
    refused(NotAllowed, after, paid, words.Action.PAYOUT, machines.REFUND)


def test_every_status_has_words_for_people_and_every_claim_a_status() -> None:
    assert set(SHOWN) == set(words.ReturnStatus)
    assert {claim for replaced, claim in _STATUS if not replaced} == set(words.Claim) - {words.Claim.REPLACED}


def test_a_table_draws_itself() -> None:
    assert "REQUESTED --> GRANTED: APPROVE_REFUND" in machines.REFUND.mermaid()
