"""What a log may show: no query of an address, in which signatures and tokens stand, and no credential.

Other people's lines are read too: urllib3 warns with the whole signed address, and so does the text of its exceptions.
"""

import logging
import re
from typing import Final

URLLIB3: Final = ("urllib3.connection", "urllib3.connectionpool", "urllib3.response", "urllib3.util.retry")
HIDDEN: Final = "[redacted]"
_QUERY: Final = re.compile(r"\?[^\s'\"<>?]*=[^\s'\"<>]*")
# A name and what sets its value off: `name=`, `"name": "`, `('name', '`, `name "`. A quote that closes a name, with
# prose behind it, sets nothing off.
_NAMED: Final = re.compile(
    r"((?:authorization|x-tts-access-token|(?:access|refresh)_token|(?:app|client|shared)_secret|auth_code)\b"
    r"(?!['\"](?:$|[\s.;)\]!?])(?!\W{0,3}[:=,'\"]))(?=\W{0,3}[:=,'\"])\W{1,6})"
    r"(?:(?:basic|bearer) )?[^\s'\",&]+",
    re.IGNORECASE,
)
# Tokens, secrets and ciphers as both sides make them, whoever repeats one without its name.
_MADE: Final = re.compile(r"\b(?:(?:TTP|ROW|GCP)_[\w-]{12,}|[0-9a-f]{40,})\b")


def discreet(text: str) -> str:
    """Return a text without what it must not show."""
    return _MADE.sub(HIDDEN, _NAMED.sub(rf"\1{HIDDEN}", _QUERY.sub(f"?{HIDDEN}", text)))


class DiscreetFormatter(logging.Formatter):
    """Writes lines, and the tracebacks under them, discreetly."""

    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))


def _discreetly(record: logging.LogRecord) -> bool:
    record.msg, record.args = discreet(record.getMessage()), None
    return True


def quieten() -> None:
    """Have urllib3 write discreetly, whoever collects its lines; its debug lines say nothing else."""
    for name in URLLIB3:
        logging.getLogger(name).addFilter(_discreetly)
