"""The published signature, the ones other clients lock in their own suites, and the forms real clients send."""

import json

import pytest

from mock_tiktok.open_api.signing import signature, verifies

SEARCH = "/return_refund/202309/returns/search"
APPROVE = "/return_refund/202309/returns/4035318504086604100/approve"
RECORDS = "/return_refund/202309/returns/4035318504086604100/records"
WEBHOOKS = "/event/202309/webhooks"
WEBHOOK_QUERY = {"app_key": "68xu9ks5p4i8", "shop_cipher": "ROW_xkMbgAAAeVAQra0eZWebFQq5aIK", "timestamp": "1696909648"}
OWN = {"app_key": "testkey01", "shop_cipher": "ROW_test", "timestamp": "1700000000"}
FILTER = (
    '{"update_time_ge":1699990000,"update_time_lt":1700000000,"return_status":["RETURN_OR_REFUND_REQUEST_PENDING"]}'
)
LISTED = {"app_key": "29a39d", "timestamp": "1623812664", "shop_cipher": "ROW_a+b/c=", "page_size": "10"}

# fmt: off
VECTORS = {
    "V1, published": ("e59af819cc", "/authorization/202309/shops", {"app_key": "29a39d", "timestamp": "1623812664"}, "",
                      "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"),
    "V2, PHP client": ("app_secret", "/test-api", {"foo": "bar"}, "",
                       "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f"),
    "V3, C# client, GET": ("e59af819cc", WEBHOOKS, WEBHOOK_QUERY, "",
                           "ed58e1b5e59865c22a7b828c1cab65007441f43cc91a6cb2f2cdc638e0995a37"),
    "V3, C# client, PUT": ("e59af819cc", WEBHOOKS, WEBHOOK_QUERY,
                           '{"event_type":"PACKAGE_UPDATE","address":"https://partner.tiktokshop.com"}',
                           "701dd6deb2389fe4c469b89bd37fc56f96a6da6afeb4d01c9077a65169752fa7"),
    "V4, values that need escaping": (
        "testsecret01", SEARCH,
        {"app_key": "testkey01", "page_size": "10", "page_token": "a+b/c==", "shop_cipher": "ROW_test/cipher+1=",
         "sort_field": "update_time", "sort_order": "ASC", "timestamp": "1700000000"}, FILTER,
        "46dd68deebecda73f396946372df67f81597c8521a377fe871d4f80a5ea1a7b4"),
    "V5, approve": ("testsecret01", APPROVE, {**OWN, "idempotency_key": "11111111-2222-3333-4444-555555555555"},
                    '{"decision":"APPROVE_REFUND"}',
                    "1ed7ed3f1f8ab0f1195ac668ded73024247e491c80cb412db8a100143ae302ee"),
    "V6, GET": ("testsecret01", RECORDS, OWN, "", "6d074c15adaf57df3c8a1f96909ef79f49c4584e6747ca657896c1ffb5545f90"),
    "V7, empty object": ("testsecret01", SEARCH, OWN, "{}",
                         "9a3213509726f9a00022e8fcb2ae0415bba2b6b4c1e0bab1475b73fb3b4acd41"),
    "V7, no body": ("testsecret01", SEARCH, OWN, "",
                    "e9446dea722ed93332d181b847ad591bbd32b80493ae7fe859acb97417e283d8"),
    "V7, empty array": ("testsecret01", SEARCH, OWN, "[]",
                        "6f215576a255790c26eb0d2bbdadb0b8de866ee6503af84c89422b4159e64e93"),
    "published string to sign": ("e59af819cc", WEBHOOKS, WEBHOOK_QUERY,
                                 '{"address":"https://partner.tiktokshop.com","event_type":"PACKAGE_UPDATE"}',
                                 "cd0d6268252f4ba293bf7ea4c0a2873bf9beec600d22530638564ab301435f7a"),
    "PHP escapes slashes": ("e59af819cc", WEBHOOKS, WEBHOOK_QUERY,
                            '{"address":"https:\\/\\/example.com\\/h","event_type":"PACKAGE_UPDATE"}',
                            "8bf2c9761c03d61079c926665612c26ca612d4d5d8d88e7065152c9c47f95fcb"),
    "listed, no body": ("e59af819cc", SEARCH, LISTED, "",
                        "859775aa94a7f6afb404af3158ff7d81dc22f59073992b94ca4caad19f1e1350"),
    "listed, empty array": ("e59af819cc", SEARCH, LISTED, "[]",
                            "217cca7f0da0f45ab4aa6f84b98ae4b808e7d902d8186a2af9d3f40162331cf0"),
    "listed, empty object": ("e59af819cc", SEARCH, LISTED, "{}",
                             "3c44c53e50cd8f68cfadecb7e378b751bcff26672dec4f653a4f85ee09b606c9"),
}
# fmt: on


@pytest.mark.parametrize("name", VECTORS)
def test_a_known_signature_comes_out_and_is_accepted(name: str) -> None:
    secret, path, query, body, sign = VECTORS[name]
    assert signature(secret, path, query.items(), body.encode()) == sign
    assert verifies(sign, secret, path, query.items(), body.encode())


@pytest.mark.parametrize("body", [b"{}", b"[]", b" { } "])
def test_an_empty_body_may_be_sent_though_it_was_signed_as_none(body: bytes) -> None:
    unsigned = "859775aa94a7f6afb404af3158ff7d81dc22f59073992b94ca4caad19f1e1350"
    assert verifies(unsigned, "e59af819cc", SEARCH, LISTED.items(), body)


def test_a_full_body_counts_byte_for_byte() -> None:
    body = {"address": "https://example.com/h", "event_type": "PACKAGE_UPDATE"}
    sign = "8bf2c9761c03d61079c926665612c26ca612d4d5d8d88e7065152c9c47f95fcb"
    assert not verifies(sign, "e59af819cc", WEBHOOKS, WEBHOOK_QUERY.items(), json.dumps(body).encode())
    assert not verifies(signature("s", SEARCH, OWN.items()), "s", SEARCH, OWN.items(), b'{"return_ids":["1"]}')


def test_the_access_token_and_the_sign_itself_are_left_out() -> None:
    plain = signature("s", SEARCH, OWN.items())
    assert signature("s", SEARCH, {**OWN, "access_token": "secret", "sign": plain}.items()) == plain


def test_a_repeated_name_may_be_signed_as_it_is_or_as_the_list_it_stands_for() -> None:
    path = "/order/202309/orders"
    sent = [("ids", "1"), ("ids", "2"), *OWN.items()]
    assert verifies(signature("s", path, sent), "s", path, sent, b"")
    assert verifies(signature("s", path, [("ids", "1,2"), *OWN.items()]), "s", path, sent, b"")
