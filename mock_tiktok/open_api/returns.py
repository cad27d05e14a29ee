"""Returns over the Open API: search, history, decisions, the seller's own refunds, and the questions about them."""

from typing import Final

from mock_tiktok.open_api import requests as read
from mock_tiktok.open_api import responses as wire
from mock_tiktok.open_api.gateway import Act, Call, Json
from mock_tiktok.usecases.decision_eligibility import verdicts


def search_returns(call: Call) -> Json:
    sort, page = read.paging(call.query, read.RETURN_PAGES)
    found = call.shop.search_returns(read.returns_filter(call.body), sort, page)
    return wire.return_page(found, call.shop.order)


def records(call: Call) -> Json:
    return wire.records(call.shop.records(call.ids["return_id"]), call.shop.store.size_of)


def approve_return(call: Call) -> Json:
    call.shop.approve_return(call.ids["return_id"], **read.approval(call.body))
    return {}


def reject_return(call: Call) -> Json:
    call.shop.reject_return(call.ids["return_id"], **read.rejection(call.body))
    return {}


def upload_image(call: Call) -> Json:
    content, size, use_case = read.image(call.body)
    return wire.uploaded(call.shop.upload_image(content, size), size, use_case)


def upload_shipping_document(call: Call) -> Json:
    call.shop.upload_shipping_document(*read.shipping_document(call.query, call.body))
    return {}


def create_return(call: Call) -> Json:
    return wire.created_return(call.shop.create_return(**read.new_return(call.body, call.version)))


def reject_reasons(call: Call) -> Json:
    return wire.reasons(call.shop.reject_reasons(read.return_or_cancel_id(call.query)))


def decision_eligibility(call: Call) -> Json:
    which = read.return_or_cancel_id(call.query)
    return wire.verdicts(verdicts(call.shop, which, read.decisions(call.query)))


def aftersale_eligibility(call: Call) -> Json:
    user, kinds = read.eligibility(call.query, call.version)
    return wire.eligibility(call.shop.aftersale_eligibility(call.ids["order_id"], user, kinds), call.version)


def calculate_refund(call: Call) -> Json:
    return wire.calculated(call.shop.calculate_refund(**read.refund_question(call.body, call.version)))


ACTS: Final[tuple[Act, ...]] = (
    search_returns, records, approve_return, reject_return, create_return, upload_image, upload_shipping_document,
    reject_reasons, decision_eligibility, aftersale_eligibility, calculate_refund,
)  # fmt: skip
