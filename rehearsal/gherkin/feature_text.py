"""How feature files are written down: UTF-8 as every editor saves it, with or without a mark of its byte order.

What programs put for a space (a tab, or one that is no-break, narrow, of a fixed width) is read as one, so that a line
is what it looks like.
"""

import codecs
from encodings import utf_8_sig
from pathlib import Path
from typing import Final

from rehearsal.control.places import near

ENCODING: Final = "rehearsal_feature"
_SPACES: Final = dict.fromkeys(
    map(ord, "\t\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"), " "
)
_NO_WIDTH: Final = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))


class _Decoder(utf_8_sig.IncrementalDecoder):
    def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]
        return super().decode(data, final).translate(_SPACES | _NO_WIDTH)


def _codec(name: str) -> codecs.CodecInfo | None:
    if name != ENCODING:
        return None
    utf_8 = codecs.lookup("utf-8-sig")
    return codecs.CodecInfo(utf_8.encode, utf_8.decode, incrementaldecoder=_Decoder, name=ENCODING)


codecs.register(_codec)


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file as the parser counts them: nothing but a line's end begins another."""
    return path.read_text(encoding=ENCODING).removesuffix("\n").split("\n")


def unreadable(path: Path, mistake: UnicodeDecodeError) -> str:
    """Say what is wrong with a file that is not UTF-8, and where."""
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return f"{near(str(path))}: this file is UTF-16; save it as UTF-8"
    line = data.count(b"\n", 0, mistake.start) + 1
    return f"{near(str(path))}:{line}: byte {data[mistake.start]:#04x} is not UTF-8; save the file as UTF-8"
