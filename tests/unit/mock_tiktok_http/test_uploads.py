"""What a seller uploads, pictures that a rejection names and labels for returns; and what an order's prices are."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from mock_tiktok import Discounts, Marketplace, OrderLine
from tests.clock import HandClock
from tests.unit.mock_tiktok.town import REFUND_REASON, pass_time
from tests.unit.mock_tiktok_http.client import Client

IMAGES = "/product/202309/images/upload"
DOCUMENTS = "/return_refund/202405/returns/shipping_documents"
RETURNS = "/return_refund/202309/returns"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def form(**fields: object) -> tuple[bytes, dict[str, str]]:
    boundary, body = encode_multipart(fields)
    return body, {"content-type": f"multipart/form-data; boundary={boundary}"}


def picture(content: bytes = PICTURE) -> tuple[bytes, dict[str, str]]:
    return form(data=FileStorage(BytesIO(content), "a.png"), use_case="MAIN_IMAGE")


def test_a_rejection_names_a_picture_that_was_uploaded_and_no_other(client: Client, market: Marketplace) -> None:
    asked = market.request_return(market.place_order().order_id, return_type="REFUND").return_id
    no = {"decision": "REJECT_REFUND", "reject_reason": REFUND_REASON}
    of_nobody = {**no, "images": [{"image_id": "tos-maliva/1", "mime_type": "image/png"}]}
    assert client.refusal("POST", f"{RETURNS}/{asked}/reject", None, of_nobody)[:2] == (200, 25001001)
    body, headers = picture()
    uploaded = client.document("POST", IMAGES, None, body, headers=headers, signed_body=b"")["data"]
    assert uploaded["url"].endswith(uploaded["uri"])
    client.data("POST", f"{RETURNS}/{asked}/reject", None, {**no, "images": [{"image_id": uploaded["uri"]}]})
    last = client.data("GET", f"{RETURNS}/{asked}/records")["records"][-1]
    assert [one["url"] for one in last["images"]] == [uploaded["url"]]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (form(use_case="MAIN_IMAGE"), 36009004),
        (picture(b"GIF89a"), 25001001),
        ((b"{}", {"content-type": "application/json"}), 36009022),
    ],
)
def test_what_is_no_picture_is_refused(client: Client, sent: tuple[bytes, dict[str, str]], code: int) -> None:
    body, headers = sent
    signed = b"" if headers["content-type"].startswith("multipart") else body
    assert client.refusal("POST", IMAGES, None, body, headers=headers, signed_body=signed)[1] == code


def test_a_seller_brings_the_label_of_a_return_that_waits_to_be_sent(
    client: Client, market: Marketplace, clock: HandClock
) -> None:
    asked = market.request_return(market.place_order().order_id, return_type="RETURN_AND_REFUND").return_id
    label = {"return_shipping_label": "JVBERi0x", "tracking_number": "TTH1", "return_provider_id": "659"}
    body, headers = form(**label)
    sent = {"headers": headers, "signed_body": b""}
    assert client.refusal("POST", DOCUMENTS, {"return_ids": asked}, body, **sent)[1] == 25020003
    pass_time(market, clock, clock.at + timedelta(minutes=1))
    assert client.refusal("POST", DOCUMENTS, None, body, **sent)[1] == 36009004
    nothing, without = form(tracking_number="TTH1")
    none = client.refusal("POST", DOCUMENTS, {"return_ids": asked}, nothing, headers=without, signed_body=b"")
    assert none[1] == 25001001
    client.document("POST", DOCUMENTS, {"return_ids": asked}, body, **sent)
    (item,) = client.data("POST", f"{RETURNS}/search", None, {"return_ids": [asked]})["return_orders"]
    shown = ("return_tracking_number", "return_provider_id", "return_shipping_document_type", "return_method")
    assert [item[name] for name in shown] == ["TTH1", "659", "SHIPPING_LABEL", "SELLER_SHIPPED"]
    market.ship_return(asked)


def test_the_price_detail_says_what_was_given_off_and_what_was_paid(client: Client, market: Marketplace) -> None:
    goods = [OrderLine("MUG", 2, Decimal("20.00")), OrderLine("BAG", 1, Decimal("5.00"), gift=True)]
    given = Discounts(*map(Decimal, ("4.00", "2.00", "1.00", "0.50")))
    order = market.place_order(lines=goods, shipping_fee=Decimal("6.00"), tax=Decimal("3.40"), discounts=given)
    detail = client.data("GET", f"/order/202407/orders/{order.order_id}/price_detail")
    lines = detail.pop("line_items")
    assert detail == {
        "currency": "USD", "total": "41.9", "payment": "41.9", "sku_list_price": "45", "sku_sale_price": "34",
        "subtotal": "34", "subtotal_deduction_seller": "9", "subtotal_deduction_platform": "2",
        "subtotal_tax_amount": "3.4", "shipping_list_price": "6", "shipping_sale_price": "4.5",
        "shipping_fee_deduction_seller": "1", "shipping_fee_deduction_platform": "0.5", "tax_amount": "3.4",
        "tax_rate": "0.1", "net_price_amount": "38.5",
    }  # fmt: skip
    for name in ("total", "sku_list_price", "subtotal", "shipping_sale_price", "tax_amount"):
        assert sum(Decimal(line[name]) for line in lines) == Decimal(detail[name]), name
