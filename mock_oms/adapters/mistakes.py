"""What an OMS asks that has mixed up its numbers: each of these calls is about what there is not."""

from typing import Final

from mock_oms.domain.cases import Level

NOTHING: Final = 2_147_483_647  # a number that nothing has: the last one of 32 bits. Certainty: assumed

ABOUT_NOTHING: Final = (
    ("GET", f"/v1/Orders({NOTHING})"),
    ("GET", f"/v1/Orders({NOTHING})/Items"),
    ("POST", f"/v1/Orders({NOTHING})/Export"),
    ("POST", f"/v1/Orders({NOTHING})/Adjust"),
    ("GET", f"/v1/OrderItems({NOTHING})"),
    ("GET", f"/v1/OrderItems({NOTHING})/Adjustments"),
    ("POST", f"/v1/OrderItems({NOTHING})/Adjust"),
    ("GET", f"/v1/{Level.ORDER}({NOTHING})"),
    ("POST", f"/v1/{Level.ORDER}({NOTHING})/RejectBuyerRequest"),
    ("GET", f"/v1/{Level.ITEM}({NOTHING})"),
    ("POST", f"/v1/{Level.ITEM}({NOTHING})/ApproveBuyerRequest"),
)
