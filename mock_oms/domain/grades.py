"""What the warehouse can say of goods that came back, and what it says when nobody looked closely."""

from enum import StrEnum
from typing import Final


class Grade(StrEnum):
    """The condition of returned goods, spelled as the connector takes it in a `ConditionQuantityList`."""

    AS_SOLD = "AS_SOLD"
    USED = "USED"
    DAMAGED = "DAMAGED"
    WRONG_ITEM = "WRONG_ITEM"
    MISSING_PARTS = "MISSING_PARTS"


# Certainty: assumed, as the connector takes it: the gravest of several is the reason to refuse the goods.
GRAVEST: Final = (Grade.WRONG_ITEM, Grade.MISSING_PARTS, Grade.DAMAGED, Grade.USED, Grade.AS_SOLD)
NOT_IN_THE_PARCEL: Final = Grade.MISSING_PARTS  # certainty: assumed

# Certainty: assumed. A person who accepts or refuses goods without naming a grade means these.
UNGRADED: Final = {True: Grade.AS_SOLD, False: Grade.USED}
