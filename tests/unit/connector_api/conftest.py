from collections.abc import Iterator

import pytest

from tests.unit.connector_api.oms_client import OmsClient


@pytest.fixture
def oms() -> Iterator[OmsClient]:
    made = OmsClient()
    yield made
    made.close()
