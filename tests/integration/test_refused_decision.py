"""A decision that the marketplace refuses: seen by a person, and given again before the deadline gives another."""

from datetime import timedelta

from rehearsal.audit.finding import Verdict
from rehearsal.world.world import World

HALF_AN_HOUR = timedelta(minutes=30)


def test_a_no_with_a_reason_the_case_does_not_know_is_said_again_in_time(world: World) -> None:
    order = world.marketplace.place_order()
    return_id = world.marketplace.request_return(order.order_id, return_type="REFUND").return_id
    world.advance(by=HALF_AN_HOUR)
    (asked,) = world.oms.adjustments()
    world.oms.reject(asked.id, reason="reverse_reject_return_parcel_reason_2")
    world.advance(by=HALF_AN_HOUR)
    (row,) = world.oms.adjustments()
    assert (row.id, row.status, row.deadline) == (asked.id, "NewRma", asked.deadline)
    assert row.error
    world.oms.reject(row.id)
    world.advance(by=timedelta(hours=25))
    (row,) = world.oms.adjustments()
    assert (row.status, row.error) == ("RejectionCompleted", None)
    assert world.marketplace.return_view(return_id).refunded == 0
    assert not [finding for finding in world.findings() if finding.verdict is Verdict.BROKEN]
