"""How working clients spell addresses and options, and what an address that is not there answers."""

import json

import pytest

from connector.api.paths import canonical
from tests.unit.connector_api.oms_client import OmsClient


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/v1/orders", "/v1/Orders"),
        ("/v1/Orders/", "/v1/Orders"),
        ("/V1/ORDERS(1)/ITEMS/", "/v1/Orders(1)/Items"),
        ("/v1/orders(1)/adjust", "/v1/Orders(1)/Adjust"),
        ("/v1/Orders(1)/ChannelAdvisor.RestApi.V1.Models.Adjust", "/v1/Orders(1)/Adjust"),
        ("/OAuth2/Token/", "/oauth2/token"),
        ("/orders/1", "/orders/1"),
        ("/v1/Orders(1)/../x", "/v1/Orders(1)/../x"),
    ],
)
def test_every_spelling_in_use_leads_to_the_one_address(written: str, meant: str) -> None:
    assert canonical(written) == meant


def test_lower_case_slash_encoded_dollar_and_a_body_on_get_are_taken(oms: OmsClient) -> None:
    order = oms.order()
    for body in (b"{}", b"null", None):
        answer = oms.call("get", "/v1/orders/", "%24top=1&%24filter=ID%20ge%201", raw=body)
        assert [row["ID"] for row in answer.get_json()["value"]] == [order]


def test_a_qualified_action_is_the_action(oms: OmsClient) -> None:
    order = oms.order()
    answer = oms.call("post", f"/v1/orders({order})/ChannelAdvisor.RestApi.V1.Models.Export")
    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize(
    "path",
    ["/v1/Orders(abc)", "/v1/Orders()", "/v1/Orders(99999999999)", "/v1/Orders(１)", "/v1/Nothing", "/v2/Orders"],
)
def test_an_address_of_the_wrong_shape_is_404_with_a_message(oms: OmsClient, path: str) -> None:
    answer = oms.call("get", path)
    assert answer.status_code == 404
    assert path in answer.get_json()["Message"]


@pytest.mark.parametrize(
    "path", ["/v1/$batch", "/v1/$metadata", "/v1/Webhooks", "/v1/OrderAdjustments(1)/ReturnShippingLabel"]
)
def test_what_is_not_modelled_is_refused_by_name(oms: OmsClient, path: str) -> None:
    message = oms.call("post", path).get_json()["Message"]
    assert message == f"{path.rsplit('/', 1)[1]} is not modelled by this connector."


def test_an_unknown_id_is_404_in_the_business_shape(oms: OmsClient) -> None:
    for path in ("/v1/Orders(7)", "/v1/Orders(7)/Items", "/v1/OrderItems(7)/Adjustments", "/v1/OrderAdjustments(7)"):
        answer = oms.call("get", path)
        assert answer.status_code == 404
        assert "7" in answer.get_json()["error"]["message"]
    assert oms.call("post", "/v1/OrderItems(7)/Adjust").status_code == 404


def test_a_method_that_is_not_there_is_405(oms: OmsClient) -> None:
    answer = oms.call("put", "/v1/Orders")
    assert answer.status_code == 405
    assert "PUT" in answer.get_json()["Message"]
    assert oms.call("get", f"/v1/Orders({oms.order()})/Adjust").status_code == 405


def test_orders_that_may_not_be_shown_yet_are_not_there(oms: OmsClient) -> None:
    held = oms.order(offered=False)
    assert oms.ids("/v1/Orders") == []
    assert oms.call("get", f"/v1/Orders({held})").status_code == 404
    assert oms.call("get", f"/v1/Orders({held})/Items").status_code == 404
    assert oms.call("get", f"/v1/OrderItems({oms.items(held)[0]})").status_code == 404
    called_off = oms.adjustment(held), oms.adjustment(held, item_id=oms.items(held)[0])
    for address, number in zip(("/v1/OrderAdjustments", "/v1/OrderItemAdjustments"), called_off, strict=True):
        assert oms.ids(address) == []
        assert oms.call("get", f"{address}({number})").status_code == 404


def test_money_is_written_as_exact_numbers(oms: OmsClient) -> None:
    order = oms.order(("MUG", 1, "0.10"), ("CUP", 1, "1234567.89"), ("PEN", 2, "19.99"))
    text = oms.call("get", f"/v1/Orders({order})", {"$expand": "Items", "$select": "TotalPrice"}).text
    assert '"TotalPrice":1234607.97' in text
    assert [item["UnitPrice"] for item in json.loads(text)["Items"]] == [0.1, 1234567.89, 19.99]


def test_sites_say_what_the_marketplace_allows(oms: OmsClient) -> None:
    [site] = oms.get("/v1/Sites")["value"]
    assert site["SiteName"] == "TikTok Shop"
    assert site["RefundConfiguration"]["SupportsOrderItemRefunds"] is True


@pytest.mark.parametrize("option", ["$top=1", "%24filter=ID eq 1", "$count=true", "exported=false", "nonsense=1"])
def test_an_address_that_takes_no_options_refuses_each_by_name(oms: OmsClient, option: str) -> None:
    for path in (f"/v1/Orders({oms.order()})/ActivityHistory", "/v1/Sites"):
        assert "is not an option of this address." in oms.refused("get", path, option)
        assert oms.call("get", path, f"access_token={oms.token}").status_code == 200


def test_a_body_that_is_too_large_is_413(oms: OmsClient) -> None:
    answer = oms.call("post", f"/v1/Orders({oms.order()})/Adjust", raw=b" " * 300_000)
    assert answer.status_code == 413
    assert oms.ask_token(b"x" * 300_000, label="text/plain").status_code == 413
