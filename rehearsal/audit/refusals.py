"""Which calls of a connector that is not ours the marketplace has turned away at its gate, and why.

Turned away is what gets HTTP 4xx there: a signature, a token, a parameter that is wrong. Whoever has never been let in
has done nothing that could be judged, and whoever no longer is does nothing more. What trouble was ordered for counts
for neither, nor does a 429, which only says when to come again.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.audit.limits import Limits
from rehearsal.moments import shown_time
from rehearsal.wire.recorder import Exchange

FOR_TOKENS: Final = ("getToken", "refreshToken")  # which let nobody in by themselves, and refuse with HTTP 200
TOO_MANY: Final = 429
SIGNATURE: Final = 106001
NOBODYS: Final = "app_key"  # in the words of who does not know the app
GUIDE: Final = "docs/your-connector.md"

Shop = str | None  # None: of a call that names none


@dataclass(slots=True)
class Reason:
    """In whose words calls were refused, how often, and the first of them by its place in the trace."""

    words: str
    first: int
    times: int = 0


@dataclass(slots=True)
class Refusals:
    """How the gate has answered a connector so far."""

    limits: Limits
    calls: int = 0
    let_in: bool = False
    _reasons: dict[str, Reason] = field(default_factory=dict)
    _since: dict[Shop, datetime] = field(default_factory=dict)  # when whoever is refused now was refused first

    def on_exchange(self, exchange: Exchange) -> None:
        """Take note of a call of the connector's."""
        if exchange.callee != "marketplace" or exchange.status is None or not self._of_the_connector(exchange):
            return
        for_tokens = exchange.operation in FOR_TOKENS
        refused = bool(exchange.code) if for_tokens else 400 <= exchange.status < 500
        if not refused:
            self.calls += not for_tokens
            self.let_in |= not for_tokens
            self._since.pop(None, None)
            self._since.pop(exchange.shop, None)
        elif not self._excused(exchange):
            self.calls += 1
            self._since.setdefault(exchange.shop, exchange.at)
            code = f"{exchange.status}, {exchange.code}" if exchange.code else str(exchange.status)
            section = "signing" if exchange.code == SIGNATURE else "when-something-does-not-work"
            words = f"{code} {exchange.refusal}".rstrip() + f" ({GUIDE}#{section})"
            self._reasons.setdefault(words, Reason(words, exchange.seq)).times += 1

    def _of_the_connector(self, exchange: Exchange) -> bool:
        """Return whether a call is the connector's; before it is let in, also one whose app is nobody's."""
        nobodys = exchange.outside and not self.let_in and bool(exchange.code) and NOBODYS in exchange.refusal
        return nobodys or exchange.caller == "connector"

    def _excused(self, exchange: Exchange) -> bool:
        troubled = self.limits.extension(exchange.shop, exchange.at - self.limits.one_round)
        return bool(exchange.fault or exchange.status == TOO_MANY or troubled)

    @property
    def times(self) -> int:
        return sum(reason.times for reason in self._reasons.values())

    def shut_out(self, now: datetime) -> str | None:
        """Return in words where nothing of it can be judged, as all its calls are refused; None where that is not so.

        A token that is renewed in the next round shuts nobody out.
        """
        if not self.let_in:
            return "so nothing that it does can be judged" if self.times else None
        long = {shop: since for shop, since in self._since.items() if now - since > self.limits.one_round}
        if not long:
            return None
        where = " and ".join(f"for the shop {shop}" if shop else "for tokens" for shop in long)
        since = shown_time(min(long.values()))
        return f"every one {where} since {since}, so what it does there cannot be judged"

    def told(self, now: datetime) -> str | None:
        """Return in words how many of the connector's calls were refused, and why; None where none was."""
        if not self.times:
            return None
        which = f"all {self.calls}" if self.times == self.calls else f"{self.times} of {self.calls}"
        consequence = f", {words}" if (words := self.shut_out(now)) else ""
        why = "; ".join(
            f"{one.words}, {one.times} times, first in exchange {one.first} of the trace"
            for one in sorted(self._reasons.values(), key=lambda one: -one.times)
        )
        return f"the marketplace has refused {which} calls of the connector{consequence}: {why}"
