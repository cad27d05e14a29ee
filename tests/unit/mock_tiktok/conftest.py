"""A town in which a test plays."""

import pytest

from tests.unit.mock_tiktok.town import Town


@pytest.fixture
def town() -> Town:
    return Town()
