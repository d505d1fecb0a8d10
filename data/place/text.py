"""Text files whose encoding nobody wrote down: UTF-8, UTF-8 or UTF-16 with a mark, GB 18030."""

from __future__ import annotations

import codecs
from pathlib import Path

from data.errors import Unreadable

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text(path: Path) -> tuple[str, str]:
    """(text, encoding). UTF-8 is tried first because GB 18030 accepts nearly anything.

    Raises Unreadable naming the first byte that is in neither, or that is NUL.
    """
    data = path.read_bytes()
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), None)
    if encoding is None:
        nul = data.find(b"\0")
        if nul >= 0:
            line = data.count(b"\n", 0, nul) + 1
            raise Unreadable(
                f"There is a NUL byte in line {line}, byte {nul}", "Export the file again as text (UTF-8)", file=path
            )
    for name in (encoding,) if encoding else ("utf-8", "gb18030"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError as error:
            first = error
            continue
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise Unreadable(
                f"There is a NUL character in line {line}", "Export the file again as text (UTF-8)", file=path
            )
        return text, name
    raise Unreadable(f"Byte {first.start} is neither UTF-8 nor GB 18030", "Save the file as UTF-8", file=path)


def head(path: Path, size: int = 4096) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)


def json_head(path: Path, size: int = 65536) -> bytes | None:
    """The first bytes of what looks like JSON, without mark and blanks; None when it is not."""
    data = head(path, size).removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n\x1e")
    return data if data[:1] in (b"{", b"[") else None
