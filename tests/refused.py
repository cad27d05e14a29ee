"""What somebody refuses, said in one line."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import pytest

Given = ParamSpec("Given")
Refusal = TypeVar("Refusal", bound=BaseException)


def refused(kind: type[Refusal], act: Callable[Given, object], /, *args: Given.args, **kwargs: Given.kwargs) -> Refusal:
    """Return the error of that kind that `act` raises when it is given these arguments."""
    with pytest.raises(kind) as caught:
        act(*args, **kwargs)
    return caught.value
