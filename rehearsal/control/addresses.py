"""Where the players of a world are met."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses that `GET /world` shows; origins have no trailing slash, vendors' own paths are appended."""

    control: str
    console: str
    tiktok: str
    tiktok_auth: str
    connector: str
    oms: str

    def document(self) -> dict[str, str]:
        """Return them as the control API shows them."""
        return asdict(self)


# A world in this process has no sockets. The vendors' production names are answered by the world's own wire; what is
# met by calling it has no address, and says so by its scheme.
IN_PROCESS = Addresses(
    control="inprocess:/control/v1",
    console="inprocess:/console",
    tiktok="https://open-api.tiktokglobalshop.com",
    tiktok_auth="https://auth.tiktok-shops.com",
    connector="https://api.channeladvisor.com",
    oms="inprocess:/oms",
)
