"""What an OMS asks that has mixed up its numbers, or its names: each of these calls is about what there is not."""

from typing import Final
from urllib.parse import quote

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

NO_NAME: Final = "Nonesuch"  # a name that nothing has. Certainty: assumed

MISSPELT: Final = tuple(
    ("GET", f"/v1/{what}?{quote(option, safe='$=()')}")
    for what in ("Orders", str(Level.ORDER))
    for option in (
        f"$filter={NO_NAME} eq 1",
        f"$filter=CreatedDateUtc {NO_NAME} 2031-03-03T00:00:00Z",
        f"$filter=CreatedDateUtc gt {NO_NAME}",
        f"$filter=not ({NO_NAME}",
        f"$orderby={NO_NAME}",
        f"$orderby=ID {NO_NAME}",
        f"$select=ID,{NO_NAME}",
        f"$expand={NO_NAME}",
    )
)
