"""No line of a log shows a signature, a token or what a statement was given, whoever writes it."""

import logging

import pytest
import requests
import sqlalchemy as sa

from connector.adapters.logs import DiscreetFormatter, discreet
from connector.adapters.sql.engines import engine_for
from mock_tiktok import errors
from tests.unit.connector.conftest import Bench
from tests.unit.connector.stub_tiktok import refusal
from tests.unit.connector.test_rounds import a_refund_request

TOKEN = "TTP_pwSm2AAAAABmmtFz1xlyKMnwg74T2GJ5s0uQ"

SIGNED = "/order/202309/orders/search?app_key=k&sign=5ec2e7&shop_cipher=c1&timestamp=1"
LINES = [
    ("Failed to parse headers (url=%s): %s", f"https://open-api.example{SIGNED}", "[NoBoundary]"),
    ("Retrying (%r) after connection broken by %r: %s", "Retry(total=1)", "ReadTimeoutError()", SIGNED),
    ('%s://%s:%s "%s %s %s" %s %s', "https", "h", 443, "POST", SIGNED, "HTTP/1.1", 200, 10),
    ("sent %s", {"x-tts-access-token": "5ec2e7", "Authorization": "Bearer 5ec2e7"}),
    ("%s", "app_secret=5ec2e7 refresh_token: 5ec2e7, auth_code='5ec2e7'"),
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line[0]))
@pytest.mark.parametrize("name", ["urllib3.connectionpool", "urllib3.util.retry"])
def test_urllib3_warns_without_what_is_secret(
    bench: Bench, caplog: pytest.LogCaptureFixture, name: str, line: tuple[object, ...]
) -> None:
    caplog.set_level("DEBUG")
    logging.getLogger(name).warning(*line)
    assert caplog.messages
    assert "5ec2e7" not in caplog.text


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("bad token TTP_pwSm2AAAAABmmtFz1xlyKMnwg74T2GJ5s0uQbS8jPjb_GkdFVCxPqzQXSyuyfXdQ", "bad token [redacted]"),
        ("the secret 5054418b5376b07bb370eb43ac6c811b83bc5dd3 is not right", "the secret [redacted] is not right"),
        ("access_token is missing or of another kind", "access_token is missing or of another kind"),
        ("('x-tts-access-token', '5ec2e7')", "('x-tts-access-token', '[redacted]')"),
        ('{"refresh_token": "5ec2e7"}', '{"refresh_token": "[redacted]"}'),
        ("the auth_code '5ec2e7' is used", "the auth_code '[redacted]' is used"),
        ("app_secret  '5ec2e7'", "app_secret  '[redacted]'"),
        ("'x-tts-access-token' '5ec2e7'", "'x-tts-access-token' '[redacted]'"),
        ('the app_secret ("5ec2e7") is wrong', 'the app_secret ("[redacted]") is wrong'),
        ("client_secret ['5ec2e7']", "client_secret ['[redacted]']"),
        ("auth_code'5ec2e7'", "auth_code'[redacted]'"),
        *((f"shared_secret '{sign}5ec2e7'", f"shared_secret '{sign}[redacted]'") for sign in "$~.!%"),
        (r"{\"access_token\": \"5ec2e7\"}", r'{\"access_token\": \"[redacted]"}'),
        (
            "no \"x-tts-access-token\" header, no 'auth_code'. Stop",
            "no \"x-tts-access-token\" header, no 'auth_code'. Stop",
        ),
    ],
)
def test_a_credential_is_known_by_its_name_or_its_look_and_words_stay_words(line: str, shown: str) -> None:
    assert DiscreetFormatter("%(message)s").format(logging.makeLogRecord({"msg": line})) == shown


@pytest.mark.parametrize("said", sorted({refusal.text for refusal in (*errors.GATE, *errors.REFUSALS)}))
def test_what_the_marketplace_says_of_a_credential_is_shown_whole(said: str) -> None:
    assert discreet(said) == said


def test_what_the_marketplace_repeats_of_a_credential_is_neither_logged_nor_kept(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    a_refund_request(bench)
    bench.round()
    bench.tiktok.responses.append(refusal(25011012, f"status does not allow approve; the token was {TOKEN}"))
    bench.approve()
    bench.round()
    assert bench.adjustments()[0].error_message == "status does not allow approve; the token was [redacted]"
    assert TOKEN not in caplog.text


def test_a_traceback_is_written_discreetly_and_stays_readable() -> None:
    try:
        raise requests.ConnectionError(f"Max retries exceeded with url: {SIGNED} (Caused by ReadTimeoutError())")
    except requests.ConnectionError as error:
        record = logging.LogRecord("any", logging.ERROR, __file__, 1, "an act failed", (), (type(error), error, None))
    written = DiscreetFormatter("%(message)s").format(record)
    assert "5ec2e7" not in written
    assert "with url: /order/202309/orders/search?[redacted] (Caused by ReadTimeoutError())" in written


def test_an_error_of_the_database_does_not_say_what_the_statement_was_given() -> None:
    with engine_for("sqlite://").connect() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
        connection.execute(sa.text("SELECT * FROM nothing WHERE token = :token"), {"token": "5ec2e7"})
    assert "5ec2e7" not in str(caught.value)
