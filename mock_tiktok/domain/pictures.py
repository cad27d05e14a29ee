"""Pictures as the platform takes them: which are none, and how large they are. Pure: bytes in, numbers out.

That only these two kinds are taken is S9 and S5; a picture of 10 MB has been taken (S74), a larger one is refused.
"""

from typing import Final

LARGEST: Final = 10 * 1024 * 1024
MIME_TYPES: Final = ("image/jpeg", "image/jpg", "image/png")
# What an upload may be for; a rejection's evidence has no word of its own. No list is public, these are assumed.
USE_CASES: Final = (
    "MAIN_IMAGE",
    "ATTRIBUTE_IMAGE",
    "DESCRIPTION_IMAGE",
    "CERTIFICATION_IMAGE",
    "SIZE_CHART_IMAGE",
)  # fmt: skip
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the segments of a JPEG that tell its size


def size(content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG or JPEG; None for whatever else it is."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        found = content[16:20], content[20:24]
    elif content.startswith(_JPEG):
        found = _of_jpeg(content)
    else:
        return None
    width, height = (int.from_bytes(part) for part in found)
    return (width, height) if width and height else None


def _of_jpeg(content: bytes) -> tuple[bytes, bytes]:
    """Return the two numbers of the frame, after all that stands before it; nothing where there is no frame."""
    at = len(_JPEG)
    while content[at : at + 1] == b"\xff" and at + 9 <= len(content):
        if content[at + 1] in _FRAMES:
            return content[at + 7 : at + 9], content[at + 5 : at + 7]
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return b"", b""
