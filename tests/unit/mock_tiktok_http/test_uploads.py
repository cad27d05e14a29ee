"""What a seller uploads, pictures that a rejection names and labels for returns; and what an order's prices are."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from mock_tiktok import Discounts, Marketplace, OrderLine
from mock_tiktok.domain import pictures
from mock_tiktok.open_api.app import LARGEST_UPLOAD
from tests.clock import HandClock
from tests.unit.mock_tiktok.town import REFUND_REASON, pass_time
from tests.unit.mock_tiktok_http.client import Client

COURIER = "7117858858072016686"
IMAGES = "/product/202309/images/upload"
DOCUMENTS = "/return_refund/202405/returns/shipping_documents"
RETURNS = "/return_refund/202309/returns"
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\xc8\0\0\0\x96\x08\x02\0\0\0"  # 200 to 150
PHOTO = b"\xff\xd8\xff\xe0\0\x04??\xff\xc4\0\x05???\xff\xc2\0\x11\x08\x01\x2c\x01\x90\x03"  # 400 to 300
NO = {"decision": "REJECT_REFUND", "reject_reason": REFUND_REASON}


def form(**fields: object) -> tuple[bytes, dict[str, str]]:
    boundary, body = encode_multipart(fields)
    return body, {"content-type": f"multipart/form-data; boundary={boundary}"}


def picture(content: bytes = PICTURE, use_case: str = "MAIN_IMAGE") -> tuple[bytes, dict[str, str]]:
    return form(data=FileStorage(BytesIO(content), "a.png"), use_case=use_case)


def upload(client: Client, content: bytes = PICTURE, **how: str) -> dict[str, object]:
    body, headers = picture(content)
    return dict(client.document("POST", IMAGES, None, body, headers=headers, signed_body=b"", **how)["data"])


def a_refund(market: Marketplace, shop_id: str | None = None) -> str:
    return market.request_return(market.place_order(shop_id=shop_id).order_id, return_type="REFUND").return_id


def test_a_rejection_names_a_picture_that_was_uploaded(client: Client, market: Marketplace) -> None:
    asked, uploaded = a_refund(market), upload(client)
    assert str(uploaded["url"]).endswith(str(uploaded["uri"]))
    shown = {"image_id": uploaded["uri"], "mime_type": "image/png", "width": 200, "height": 150}
    client.data("POST", f"{RETURNS}/{asked}/reject", None, {**NO, "images": [shown]})
    last = client.data("GET", f"{RETURNS}/{asked}/records")["records"][-1]
    assert last["images"] == [{name: uploaded[name] for name in ("url", "width", "height")}]


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ({}, 36009004),
        ({"mime_type": "image/png"}, 36009004),
        ({"image_id": None}, 36009004),
        ({"image_id": "tos-maliva/1"}, 25001001),
        ({"image_id": ""}, 25001001),
        ({"mime_type": "video/mp4"}, 25001001),
        ({"width": -1}, 25001001),
        ({"height": 0}, 25001001),
    ],
)
def test_a_rejection_names_no_picture_that_is_none(
    client: Client, market: Marketplace, image: dict[str, object], code: int
) -> None:
    uploaded = {} if "image_id" in image or code == 36009004 else {"image_id": upload(client)["uri"]}
    refused = {**NO, "images": [{**uploaded, **image}]}
    assert client.refusal("POST", f"{RETURNS}/{a_refund(market)}/reject", None, refused)[1] == code


@pytest.mark.parametrize(("content", "size"), [(PICTURE, (200, 150)), (PHOTO, (400, 300))])
@pytest.mark.parametrize("left_out", ["", "shop_cipher"])
def test_an_upload_needs_no_shop_and_says_the_picture_s_size(
    client: Client, content: bytes, size: tuple[int, int], left_out: str
) -> None:
    uploaded = upload(client, content, leave_out=left_out)
    assert (uploaded["width"], uploaded["height"]) == size


def test_an_upload_says_which_shop_where_its_seller_has_several(client: Client, market: Marketplace) -> None:
    market.add_shop(seller=client.shop.name)
    (body, headers), signed = picture(), {"signed_body": b""}
    assert client.refusal("POST", IMAGES, None, body, headers=headers, leave_out="shop_cipher", **signed)[1] == 106013
    assert client.document("POST", IMAGES, None, body, headers=headers, **signed)["code"] == 0


def test_what_one_shop_has_uploaded_another_may_name(client: Client, market: Marketplace, clock: HandClock) -> None:
    elsewhere = Client(market, market.add_shop(name="Another"), clock)
    no = {**NO, "images": [{"image_id": upload(elsewhere)["uri"]}]}
    client.data("POST", f"{RETURNS}/{a_refund(market, client.shop.shop_id)}/reject", None, no)


def test_a_picture_of_ten_megabytes_is_taken_and_no_larger_one(client: Client) -> None:
    upload(client, PICTURE.ljust(pictures.LARGEST, b"\0"))
    for larger, code in ((1, 25001001), (LARGEST_UPLOAD, 36009022)):
        body, headers = picture(PICTURE.ljust(pictures.LARGEST + larger, b"\0"))
        assert client.refusal("POST", IMAGES, None, body, headers=headers, signed_body=b"")[1] == code


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (form(use_case="MAIN_IMAGE"), 36009004),
        (picture(b"GIF89a"), 25001001),
        (picture(PICTURE[:20]), 25001001),
        (picture(PHOTO[:12]), 25001001),
        (picture(use_case="X"), 25001001),
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
    label = {"return_shipping_label": "JVBERi0x", "tracking_number": "TTH1", "return_provider_id": COURIER}
    body, headers = form(**label)
    sent = {"headers": headers, "signed_body": b""}
    assert client.refusal("POST", DOCUMENTS, {"return_ids": asked}, body, **sent)[1] == 25020003
    pass_time(market, clock, clock.at + timedelta(minutes=1))
    assert client.refusal("POST", DOCUMENTS, None, body, **sent)[1] == 36009004
    for other, code, says in (
        ({"tracking_number": "TTH1"}, 25001001, "exactly one of"),
        ({**label, "return_qr_code": "iVBORw0K"}, 25001001, "exactly one of"),
        ({**label, "tracking_nr": "TTH1"}, 36009004, "'param body.tracking_nr': unexpected identifier"),
    ):
        wrong, told = form(**other)
        said = client.refusal("POST", DOCUMENTS, {"return_ids": asked}, wrong, headers=told, signed_body=b"")
        assert (said[1], says in said[2]) == (code, True)
    client.document("POST", DOCUMENTS, {"return_ids": asked}, body, **sent)
    (item,) = client.data("POST", f"{RETURNS}/search", None, {"return_ids": [asked]})["return_orders"]
    shown = ("return_tracking_number", "return_provider_id", "return_shipping_document_type", "return_method")
    assert [item[name] for name in shown] == ["TTH1", COURIER, "SHIPPING_LABEL", "SELLER_SHIPPED"]
    market.ship_return(asked)


@pytest.mark.parametrize("shipment", [None, "BUYER_ARRANGE"])
def test_the_label_a_seller_brings_keeps_its_number_and_names_its_courier(
    client: Client, market: Marketplace, clock: HandClock, shipment: str | None
) -> None:
    order = market.place_order().order_id
    asked = market.request_return(order, return_type="RETURN_AND_REFUND", shipment=shipment).return_id
    pass_time(market, clock, clock.at + timedelta(minutes=10))
    label = {"return_shipping_label": "JVBERi0x", "tracking_number": "TTH1"}
    for courier, code in (("1", 25001001), ("6599541761693270018", 0), (COURIER, 0)):
        body, headers = form(**label, return_provider_id=courier)
        sent = client.document("POST", DOCUMENTS, {"return_ids": asked}, body, headers=headers, signed_body=b"")
        assert sent["code"] == code
    for ship in (False, True):
        if ship:
            market.ship_return(asked)
        (item,) = client.data("POST", f"{RETURNS}/search", None, {"return_ids": [asked]})["return_orders"]
        assert (item["return_tracking_number"], item["return_provider_name"]) == ("TTH1", "UPS")


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
