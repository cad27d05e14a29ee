"""A town in which a test plays."""

from __future__ import annotations

import pytest

from tests.unit.mock_tiktok.town import Town


@pytest.fixture
def town() -> Town:
    return Town()
