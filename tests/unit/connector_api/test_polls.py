"""Filters, lists and pages, as an OMS polls with them."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from connector.adapters.sql import tables as t
from connector.adapters.sql.engines import engine_for
from connector.adapters.sql.store import SqlStore
from tests.unit.connector_api.oms_client import OmsClient


def test_the_usual_polls_find_what_they_ask_for(oms: OmsClient) -> None:
    order = oms.order(("MUG", 2, "19.99"), ("CUP", 1, "5.00"))
    mug, cup = oms.items(order)
    early = oms.adjustment(order, item_id=mug)
    oms.clock.at += timedelta(minutes=15)
    late = oms.adjustment(order, item_id=cup, status="ReadyForReturn", amount="5.00")
    whole = oms.adjustment(order, request_type="CANCEL")
    for text, found in {
        "CreatedDateUtc ge 2031-03-03T09:00:00Z": [early, late],
        "CreatedDateUtc gt 2031-03-03T09:00:00Z": [late],
        "CreatedDateUtc ge 2031-03-03T10:15:00%2B01:00": [late],
        "RequestStatus eq 'NewRma'": [early],
        "RequestStatus ne 'NewRma' and CreatedDateUtc ge 2031-03-03T09:00:00Z": [late],
        f"ID in ({early},{late})": [early, late],
        f"ID in ({late})": [late],
        f"ID eq {early} or ID eq {late}": [early, late],
        "SellerAdjustmentID eq null": [early, late],
        "ItemAdjustment gt 5": [early],
        "ItemAdjustment ge 5.00 and ItemAdjustment lt 39.98": [late],
        "floor(ItemAdjustment) eq 39": [early],
        "CreatedDateUtc eq 2031-03-03": [early, late],
        "CreatedDateUtc lt 2031-03-03": [],
        "CreatedDateUtc le 9999-12-31": [early, late],
        "CreatedDateUtc ge 9999-12-31": [],
        "CreatedDateUtc le 9999-12-31T23:59:59-05:00": [early, late],
        "CreatedDateUtc gt 0001-01-01T00:00:00%2B05:00": [early, late],
        "SiteReasonText ne '１ é'": [early, late],
        "minute(CreatedDateUtc) eq 15": [late],
        "not(IsRestock eq false)": [],
        "startswith(SiteReasonText,'Item')": [early, late],
        "SiteReasonText eq 'it''s'": [],
    }.items():
        assert oms.ids("/v1/OrderItemAdjustments", f"$filter={text}") == found, text
    assert oms.ids("/v1/OrderAdjustments") == [whole]
    assert oms.ids(f"/v1/Orders({order})/Adjustments") == [whole]
    assert oms.ids(f"/v1/OrderItems({cup})/Adjustments") == [late]


def test_a_filter_by_a_child_list_finds_the_owner(oms: OmsClient) -> None:
    wanted = oms.order(("MUG", 2, "19.99"))
    oms.order(("MUG", 1, "19.99"))
    assert oms.ids("/v1/Orders", {"$filter": "Items/Any (c: c/Sku eq 'MUG' and c/Quantity gt 1)"}) == [wanted]
    assert oms.ids("/v1/Orders", {"$filter": "not Items/any(c: c/Quantity eq 1)"}) == [wanted]
    assert oms.ids("/v1/Orders", {"$filter": "ShippingStatus eq 'Unshipped' or SiteName eq 'TikTok Shop'"}) == [1, 2]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("$filter=Foo eq 1", "Foo"),
        ("$filter=ID eq 'one'", "ID"),
        ("$filter=RequestStatus eq 'Refunded'", "RequestStatus"),
        ("$filter=CreatedDateUtc ge 'yesterday'", "CreatedDateUtc"),
        ("$filter=CreatedDateUtc ge 2031-02-30T00:00:00Z", "CreatedDateUtc"),
        ("$filter=CreatedDateUtc ge 10000-01-01", "$filter"),
        ("$filter=CreatedDateUtc ge 2031-02-30", "'CreatedDateUtc' takes a date; there is no 2031-02-30."),
        ("$filter=CreatedDateUtc ge ２031-03-03", "$filter: cannot be read at '２'."),
        ("$filter=CreatedDateUtc ge 2031-03-03T０9:00:00Z", "$filter: cannot be read at '０'."),
        ("$filter=ID eq １", "$filter: cannot be read at '１'."),
        ("$filter=ID eq 2１", "$filter: cannot be read at '１'."),
        ("$filter=ItemAdjustment eq 1.٣", "$filter: cannot be read at '٣'."),
        ("$filter=ID eq 12345678901", "ID"),
        ("$filter=ID eq " + "9" * 4_301, "ID"),
        ("$filter=ID in (1,-" + "9" * 4_301 + ")", "ID"),
        ("$filter=ItemAdjustment eq 1e999999999999999999", "ItemAdjustment"),
        ("$filter=ItemAdjustment eq 1e99999999999999999999", "ItemAdjustment"),
        ("$filter=ItemAdjustment eq 1.23456", "ItemAdjustment"),
        ("$filter=ID eq", "$filter"),
        ("$filter={t} eq 1", "$filter"),
        ("$filter=" + "(" * 500 + "ID", "$filter"),
        ("$filter=SiteOrderLineItemIDs eq 'x'", "SiteOrderLineItemIDs"),
        ("$filter=ID add 1 eq 2", "$filter"),
        ("$select=ID,Nope", "Nope"),
        ("$orderby=Nope", "Nope"),
        ("$orderby=ID sideways", "$orderby"),
        ("$expand=Nope", "Nope"),
        ("$expand=OrderItem($filter=ID eq 1)", "$filter"),
        ("$expand=OrderItem(", "$expand"),
        ("$top=-1", "$top"),
        ("$top=ten", "$top"),
        ("$top=１", "$top"),
        ("$skip=99999999999", "$skip"),
        ("$count=maybe", "$count"),
        ("$search=x", "$search"),
        (f"$filter=ID{' ' * 200_000}eq", "$filter"),  # read in one go, not once more for each of them
        ("$top=1&$top=2", "$top"),
        ("exported=false", "exported"),
        ("nonsense=1", "nonsense"),
    ],
)
def test_a_bad_option_is_400_and_named(oms: OmsClient, query: str, named: str) -> None:
    assert named in oms.refused("get", "/v1/OrderItemAdjustments", query)


def test_exported_is_kept_per_order_and_ignored_when_one_is_fetched(oms: OmsClient) -> None:
    first, second = oms.order(), oms.order()
    oms.post(f"/v1/Orders({first})/Export")
    oms.post(f"/v1/Orders({first})/Export")
    assert oms.ids("/v1/Orders", {"exported": "false"}) == [second]
    assert oms.ids("/v1/Orders", {"exported": "True"}) == [first]
    assert oms.ids("/v1/Orders") == [first, second]
    assert oms.get(f"/v1/Orders({first})", {"exported": "false"})["ID"] == first
    assert oms.call("delete", f"/v1/Orders({first})/Export").status_code == 204
    assert oms.ids("/v1/Orders", {"exported": "false"}) == [first, second]
    assert "exported" in oms.refused("get", "/v1/Orders", {"exported": "no"})


def test_exported_is_kept_per_application(oms: OmsClient) -> None:
    order = oms.order()
    oms.post(f"/v1/Orders({order})/Export")
    oms.credentials = oms.connector.add_client("another")
    oms.token = oms.new_token()
    assert oms.ids("/v1/Orders", {"exported": "false"}) == [order]


def turn_pages(oms: OmsClient, path: str, query: dict[str, str], *, between: object = None) -> list[int]:
    found: list[int] = []
    page = oms.get(path, query)
    while True:
        found += [row["ID"] for row in page["value"]]
        if callable(between):
            between(page)
        link = page.get("@odata.nextLink")
        if link is None:
            return found
        assert link.startswith(f"http://localhost{path}?")
        assert "$skip=" in link
        page = oms.get(path, urlsplit(link).query)


def test_pages_follow_the_next_link_to_the_end(oms: OmsClient) -> None:
    orders = [oms.order() for _ in range(101)]
    assert turn_pages(oms, "/v1/Orders", {}) == orders
    assert turn_pages(oms, "/v1/orders", {"$top": "101", "$orderby": "ID desc"}) == orders[::-1]
    assert turn_pages(oms, "/v1/Orders", {"$top": "3", "$skip": "2"}) == orders[2:5]
    page = oms.get("/v1/Orders", {"$count": "true"})
    assert page["@odata.count"] == 101
    assert "$count=true" in page["@odata.nextLink"]
    assert oms.get("/v1/Orders", {"$top": "0", "$count": "true"})["@odata.count"] == 101
    assert "@odata.nextLink" not in oms.get("/v1/Orders", {"$skip": "1"})
    assert oms.ids("/v1/Orders", {"$skip": "500"}) == []


def test_orders_that_come_in_between_do_not_repeat_others(oms: OmsClient) -> None:
    first = [oms.order() for _ in range(101)]
    assert turn_pages(oms, "/v1/Orders", {}, between=lambda page: oms.order()) == [*first, 102]


def test_the_next_link_keeps_the_base_that_was_called(oms: OmsClient) -> None:
    for _ in range(101):
        oms.order()
    page = oms.get("/v1/Orders", {"$filter": "ID ge 1"}, base_url="https://connector.example:8443/")
    assert page["@odata.nextLink"].startswith("https://connector.example:8443/v1/Orders?$filter=ID%20ge%201&")
    assert page["@odata.context"] == "https://connector.example:8443/v1/$metadata#Orders"


def test_lists_are_expanded_into_lists(oms: OmsClient) -> None:
    order = oms.order(("MUG", 2, "19.99"), ("CUP", 1, "5.00"))
    mug, cup = oms.items(order)
    line, whole = oms.adjustment(order, item_id=mug), oms.adjustment(order, request_type="CANCEL")
    query = {
        "$expand": "Items($expand=Adjustments,Promotions;$select=ID,Sku),Fulfillments($expand=Items),"
        "Adjustments,CustomFields",
        "$select": "ID",
    }
    [found] = oms.get("/v1/Orders", query)["value"]
    assert [item["Sku"] for item in found["Items"]] == ["MUG", "CUP"]
    assert [[a["ID"] for a in item["Adjustments"]] for item in found["Items"]] == [[line], []]
    assert found["Items"][0]["Promotions"] == [] == found["CustomFields"]
    assert [a["ID"] for a in found["Adjustments"]] == [whole]
    [parcel] = found["Fulfillments"]
    assert parcel["DeliveryStatus"] == "Complete"
    assert [(part["OrderItemID"], part["Quantity"]) for part in parcel["Items"]] == [(mug, 2), (cup, 1)]
    assert set(found) == {"ID", "Items", "Fulfillments", "Adjustments", "CustomFields"}
    [back] = oms.get("/v1/OrderItemAdjustments", {"$expand": "OrderItem($expand=Order)"})["value"]
    assert back["OrderItem"]["Order"]["ID"] == order


def test_a_long_list_is_cut_at_twenty_in_a_list_and_whole_in_one_order(oms: OmsClient) -> None:
    order = oms.order(*((f"SKU{n:02}", 1, "1.00") for n in range(25)))
    [listed] = oms.get("/v1/Orders", {"$expand": "Items($select=ID)"})["value"]
    assert len(listed["Items"]) == 20
    link = urlsplit(listed["Items@odata.nextLink"])
    rest = oms.get(link.path, link.query)
    assert [row["ID"] for row in listed["Items"] + rest["value"]] == oms.items(order)
    assert len(oms.get(f"/v1/Orders({order})", {"$expand": "Items"})["Items"]) == 25


def test_links_lead_to_the_public_address_of_a_connector_behind_a_proxy() -> None:
    behind = OmsClient(settings={"public_url": "https://connector.example/ca"})
    assert behind.get("/v1/Orders")["@odata.context"] == "https://connector.example/ca/v1/$metadata#Orders"
    behind.close()


def test_a_line_tells_its_units_at_the_marketplace(oms: OmsClient) -> None:
    order = oms.order(("MUG", 2, "19.99"), site_order_id="5700")
    [line] = oms.get(f"/v1/Orders({order})/Items")["value"]
    assert line["SiteOrderLineItemIDs"] == ["5700000", "5700001"]


def test_a_selection_answers_just_those_fields(oms: OmsClient) -> None:
    order = oms.order()
    page = oms.get("/v1/Orders", {"$select": "SiteOrderID, ID"})
    assert page["@odata.context"].endswith("#Orders(SiteOrderID,ID)")
    assert list(page["value"][0]) == ["SiteOrderID", "ID"]
    assert oms.get(f"/v1/Orders({order})", {"$select": "ID"})["@odata.context"].endswith("#Orders(ID)/$entity")


def test_a_poll_never_waits_for_a_writer(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'connector.db'}"
    filed = OmsClient(engine=engine_for(database))
    filed.order()
    with SqlStore(filed.connector.engine).writing() as books:
        books.connection.execute(sa.update(t.orders).values(seller_order_id="not yet committed"))
        [order] = filed.get("/v1/Orders")["value"]
    assert order["SellerOrderID"] == ""
    filed.close()
