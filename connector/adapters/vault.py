"""Secrets at rest (D49): sealed with the first of the keys, opened with any of them.

To change keys, put the new one in front, start everything anew, run `connector migrate`, drop the old one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from connector.errors import BadSettings
from connector.settings import NO_KEYS, SECRET_KEYS

SEALED: Final = "fernet:"  # how a sealed secret begins, and no token of the marketplace


class Vault:
    """Holds the keys. Without any it neither seals nor opens: raises BadSettings."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [Fernet(key) for key in keys]
        self.open = lru_cache(256)(self._open)  # a worker reads the same few tokens in every round

    def seal(self, secret: str) -> str:
        """Return a secret as the database may keep it."""
        return SEALED + self._all().encrypt(secret.encode()).decode()

    def sealed_anew(self, kept: str) -> str:
        """Return what is kept as the first key seals it: the same where it does so already."""
        if not kept.startswith(SEALED):
            return self.seal(kept)
        secret = self._open(kept)
        try:
            self._keys[0].decrypt(kept.removeprefix(SEALED))
        except InvalidToken:
            return self.seal(secret)
        return kept

    def _open(self, kept: str) -> str:
        """Return the secret that is kept. Raises BadSettings where no key opens it."""
        keys = self._all()
        if not kept.startswith(SEALED):
            raise BadSettings(SECRET_KEYS, "the database holds secrets that are not sealed; run `connector migrate`")
        try:
            return keys.decrypt(kept.removeprefix(SEALED)).decode()
        except InvalidToken as error:
            problem = "none of them opens what the database holds; the one that sealed it has to be among them"
            raise BadSettings(SECRET_KEYS, problem) from error

    def _all(self) -> MultiFernet:
        if not self._keys:
            raise BadSettings(SECRET_KEYS, NO_KEYS)
        return MultiFernet(self._keys)
