"""The Open API's endpoints as data: method, path, the versions each has, the scope it needs, what it reads of a query.

Versions are per endpoint, as in life: there is a `202602` of Search Returns and none of Approve Return. Asking for a
version that an endpoint lacks, or for a path that nobody has, is refused before anything else is looked at.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

RETURNS: Final = "seller.return_refund.basic"
ORDERS: Final = "seller.order.info"
AUTHORIZATION: Final = "seller.authorization.info"

Cipher = Literal["needed", "none", "either"]  # whether a call names its shop by `shop_cipher`

PAGING: Final = frozenset({"page_size", "page_token", "sort_field", "sort_order"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation. `path` has `<version>` where the version stands; `object_id` names what a key is bound to.

    `query` names what it reads beside what the gate reads of every call; whatever else is sent is ignored (D47).
    """

    operation: str
    method: str
    path: str
    versions: frozenset[str]
    scope: str = RETURNS
    query: frozenset[str] = frozenset()
    takes_key: bool = False
    object_id: str = ""
    cipher: Cipher = "needed"
    form: bool = False  # whether it takes a multipart form, of which the sign leaves out the body

    @property
    def locks(self) -> bool:
        """Say whether it needs the lock on the return, cancellation or order that it is about."""
        return self.object_id != "" or self.operation in ("create_return", "cancel_order")


def _endpoint(operation: str, method: str, path: str, versions: str, *of: Any, **more: Any) -> Endpoint:
    return Endpoint(operation, method, path, frozenset(versions.split()), *of, **more)


_LOCALE: Final = frozenset({"locale"})
_WHICH: Final = frozenset({"return_or_cancel_id", "locale"})
_RR: Final = "/return_refund/<version>"

# fmt: off
ENDPOINTS: Final = (
    _endpoint("shops", "GET", "/authorization/<version>/shops", "202309", AUTHORIZATION, cipher="none"),
    _endpoint("webhooks", "GET", "/event/<version>/webhooks", "202309", AUTHORIZATION),
    _endpoint("set_webhook", "PUT", "/event/<version>/webhooks", "202309", AUTHORIZATION),
    _endpoint("delete_webhook", "DELETE", "/event/<version>/webhooks", "202309", AUTHORIZATION),
    _endpoint("search_orders", "POST", "/order/<version>/orders/search", "202309", ORDERS, PAGING),
    _endpoint("orders", "GET", "/order/<version>/orders", "202309 202507", ORDERS, frozenset({"ids"})),
    _endpoint("price_detail", "GET", "/order/<version>/orders/<order_id>/price_detail", "202407", ORDERS),
    # That it needs no scope of its own is assumed. Clients of both kinds are in use, with a shop_cipher and without; a
    # shop in Mexico refused it in 2026. Both are taken, and the picture is no shop's (assumed).
    _endpoint("upload_image", "POST", "/product/<version>/images/upload", "202309", cipher="either", form=True),
    _endpoint("upload_shipping_document", "POST", f"{_RR}/returns/shipping_documents", "202405",
              query=frozenset({"return_ids"}), form=True),
    _endpoint("search_returns", "POST", f"{_RR}/returns/search", "202309 202602", query=PAGING),
    _endpoint("create_return", "POST", f"{_RR}/returns", "202309 202602", takes_key=True),
    _endpoint("records", "GET", f"{_RR}/returns/<return_id>/records", "202309", query=_LOCALE),
    _endpoint("approve_return", "POST", f"{_RR}/returns/<return_id>/approve", "202309",
              takes_key=True, object_id="return_id"),
    _endpoint("reject_return", "POST", f"{_RR}/returns/<return_id>/reject", "202309 202606",
              takes_key=True, object_id="return_id"),
    _endpoint("reject_reasons", "GET", f"{_RR}/reject_reasons", "202309", query=_WHICH),
    _endpoint("decision_eligibility", "GET", f"{_RR}/decision_eligibility", "202601",
              query=_WHICH | {"check_decisions"}),
    _endpoint("aftersale_eligibility", "GET", f"{_RR}/orders/<order_id>/aftersale_eligibility", "202309 202512 202602",
              query=frozenset({"initiate_aftersale_user", "request_types"})),
    _endpoint("calculate_refund", "POST", f"{_RR}/refunds/calculate", "202309 202602"),
    _endpoint("cancel_order", "POST", f"{_RR}/cancellations", "202309 202602"),
    _endpoint("search_cancellations", "POST", f"{_RR}/cancellations/search", "202309 202602", query=PAGING),
    _endpoint("approve_cancellation", "POST", f"{_RR}/cancellations/<cancel_id>/approve", "202309",
              takes_key=True, object_id="cancel_id"),
    _endpoint("reject_cancellation", "POST", f"{_RR}/cancellations/<cancel_id>/reject", "202309",
              takes_key=True, object_id="cancel_id"),
)
# fmt: on

# What the platform has and is not served: a call is one to an unknown path, and is told why.
_BATCH: Final = (
    "batch returns are announced, that they are on is unverified, and no source has the fields of these calls: single "
    "returns are read and answered by the others"
)
LEFT_OUT: Final = {
    "POST /return_refund/<version>/aftersales/search": _BATCH,
    "POST /return_refund/<version>/rma/search": _BATCH,
    "POST /return_refund/<version>/aftersales/review": _BATCH,
    "GET /return_refund/<version>/review_decision": _BATCH,
    **dict.fromkeys(
        ("GET /open/authorize", "GET /oauth/authorize"),
        "the seller's consent is a page for people; the control API gives the code it ends in",
    ),
}
# What no source settles, by what it is about: each is our choice, and assumed.
CHOICES: Final = {
    "a body field that an endpoint, or that version of it, does not have": "is refused by name, 36009004; observed of "
    "orders alone. So is an unknown part of the shipping document's form, and not one of a picture's, whose form no "
    "source has. An unknown query parameter is ignored",
    "`idempotency_key`": "no body, `{}` and `[]` are the same body. An empty key protects nothing and is refused, "
    "36009004",
    "HTTP statuses": "401 for 105005 (scope) and 101000 (token and cipher), 405 for 36009010 (method), 400 for "
    "36009014 (version) and 106013 (cipher)",
    "several shops of one seller": "are under one authorization: the seller consents for all of them and takes it back "
    "for all of them. Where they sell in several countries, `seller_type` is `CROSS_BORDER`. A call that may leave "
    "`shop_cipher` out has to say it then, 106013",
    "after-sales codes on order calls": "Search Orders answers a bad `page_token` with 25001001; Get Price Detail an "
    "unknown order with 25007006, another shop's with 25020005; Get Order Detail leaves an unknown id out, and one of "
    "another shop fails the whole call (21008111)",
    "Calculate Refund": "has `buyer_service_fee` where the market adds that fee, as a return's `refund_amount` has. "
    "It changes nothing, so it previews what Create Return then refuses: one request for lines of several packages, or "
    "what an open request asks for or a grant is to pay. What has been paid back is off",
    "`skus`": "mean the lowest-numbered units of a SKU that no request holds, whatever of them was paid back",
    "`sub_order_line_item_id`": "is empty: no line item here is a bundle, and another value is 25001001",
    "fields of newer versions": "`is_quick_refund` and `should_replenish_stock` are in 202309 as well",
    "the address of a webhook": "is https on a domain; a served stage also takes http on loopback, with a port",
    "Get Reject Reasons": "lists what is for the case also where nothing can be rejected now: whether a decision is "
    "taken is what Decision Eligibility says",
    "a second OFFER_PARTIAL_REFUND": "is refused once the buyer has declined an offer or let it lapse, as often as "
    "`partial_offer.most` ([policies.md](policies.md)) says; 25011032 names it. Decision Eligibility cannot be asked "
    "about offers (S20)",
    "the seller's own label": "comes as exactly one of `return_shipping_label` and `return_qr_code`, which a tracking "
    "number alone does not replace. `return_provider_id` is one of the market's `courier.names` "
    "([policies.md](policies.md))",
}
_VERSION: Final = re.compile("/[0-9]{6}(?=/)")


def why_left_out(method: str, path: str) -> str:
    """Return why a call is not served that the platform has, in whatever version; nothing, of one that it has not."""
    return LEFT_OUT.get(f"{method} {_VERSION.sub('/<version>', path)}", "")
