"""Clients of TikTok Shop as they are published, unmodified: led here by the proxy, they work in a seat."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from rehearsal.world.world import API_HOST, AUTH_HOST
from tests.integration.test_foreign_seat import ADDRESS, ENV, describe
from tests.up import rehearsal

ROOT = Path(__file__).parents[2]
SUITE = """\
Feature: A published client

  Scenario: It answers
    Given Maya has received a desk lamp for 39.98 USD
    When Maya asks for her money back
    And an hour passes
    Then Maya has been paid back 39.98 USD
"""
# what has to be installed, the connector that is written with it, and whose hosts it has to know by itself
CLIENTS = {
    "tiktok-shop-api": ("tiktok_shop_api", "published_client.py", ("API", "AUTH")),
    "tiktok-shop-mcp": ("tiktok_shop_mcp", "published_tools.py", ("API",)),
}
HOSTS = {"API": f"https://{API_HOST}/nowhere", "AUTH": f"https://{AUTH_HOST}/nowhere"}
THROUGH_THE_PROXY = {"HTTPS_PROXY": "{proxy}", "SSL_CERT_FILE": "{ca_file}", "NO_PROXY": "localhost,127.0.0.1"}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_published_client_works_in_a_seat(client: str, tmp_path: Path) -> None:
    module, script, knows = CLIENTS[client]
    assert find_spec(module), f"{client} is not installed: it is in the group dev of pyproject.toml"
    command = [sys.executable, str(ROOT / "tests/integration/seats" / script)]
    nowhere = {door: HOSTS[door] for door in knows}  # it has its own hosts written in
    env = ENV | nowhere | THROUGH_THE_PROXY | {"PYTHONPATH": str(ROOT), "TIKTOK_SHOP_CONFIG": "{data}/config.json"}
    seat = describe(tmp_path / "seat.yaml", {"name": client, "command": command, "env": env, "ready": f"{ADDRESS}/"})
    (tmp_path / "own.feature").write_text(SUITE, encoding="utf-8")
    played = rehearsal("play", str(tmp_path / "own.feature"), "--seat", str(seat))
    assert (played.returncode, "1 scenario: 1 held" in played.stdout) == (0, True), played.stdout + played.stderr
