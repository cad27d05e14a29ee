"""Where the players of a world are met."""

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
    proxy: str | None = None  # for clients that have the vendors' `https` hosts written in; only on sockets
    ca_file: str | None = None  # whom such clients trust, as a path on this machine

    def document(self) -> dict[str, str | None]:
        """Return the addresses as the control API shows them."""
        urls = asdict(self)
        del urls["ca_file"]
        return urls


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
