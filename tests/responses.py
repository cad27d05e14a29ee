"""A response as an adapter of `requests` gives it."""

import requests


def response_of(
    status: int, content: bytes = b"", request: requests.PreparedRequest | None = None, **headers: str
) -> requests.Response:
    response = requests.Response()
    response.status_code, response._content = status, content
    response.headers.update(headers)
    if request is not None:
        response.request, response.url = request, request.url or ""
    return response
