"""The marketplace's way out: a signed POST of a notification to whoever asked for it, who has 3 seconds to answer."""

from collections.abc import Mapping
from typing import Final

import requests

from mock_tiktok.domain.webhooks import PATIENCE, signature
from mock_tiktok.state.webhooks import Delivery
from mock_tiktok.usecases.market import DeveloperApp
from mock_tiktok.usecases.webhooks import Answer, Post

JSON: Final = "application/json"


def sender(http: requests.Session, apps: Mapping[str, DeveloperApp]) -> Post:
    """Return what sends notifications of these apps over `http`; redirects are not followed."""

    def post(delivery: Delivery) -> Answer:
        app = apps[delivery.app]
        headers = {"Authorization": signature(app.key, app.secret, delivery.body), "Content-Type": JSON}
        try:
            response = http.post(
                delivery.address,
                data=delivery.body,
                headers=headers,
                timeout=PATIENCE.total_seconds(),
                allow_redirects=False,
            )
        except requests.Timeout:
            return Answer(None, f"no answer within {PATIENCE.total_seconds():g} s")
        except requests.RequestException as error:
            return Answer(None, str(error) or type(error).__name__)
        return Answer(response.status_code)

    return post
