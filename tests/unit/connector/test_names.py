"""By which names the service may be called."""

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from connector.adapters.names import by_own_names

LOCAL = ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST"]
FOREIGN = ["evil.example", "localhost.evil.example:8080", "127.0.0.1.evil.example", "", "[", "a b"]
PUBLIC = ["api.example", "API.example:443"]


@pytest.mark.parametrize(
    ("host", "public_url", "served", "refused"),
    [
        ("127.0.0.1", None, LOCAL, [*FOREIGN, *PUBLIC, "10.0.0.5"]),
        ("localhost", "https://api.example", [*LOCAL, *PUBLIC], [*FOREIGN, "10.0.0.5"]),
        ("0.0.0.0", "https://api.example/base", [*LOCAL, *PUBLIC, "10.0.0.5:8080"], FOREIGN),
        ("inner.example", "https://api.example", [*LOCAL, *PUBLIC, "inner.example:8080"], FOREIGN),
        ("0.0.0.0", None, [*LOCAL, *PUBLIC, "10.0.0.5"], []),
    ],
)
def test_a_name_that_was_made_to_point_here_is_refused(
    host: str, public_url: str | None, served: list[str], refused: list[str]
) -> None:
    client = Client(by_own_names(Response("in"), host, public_url))
    said = {name: client.get("/", headers={"Host": name}).status_code for name in (*served, *refused)}
    assert said == dict.fromkeys(served, 200) | dict.fromkeys(refused, 403)
