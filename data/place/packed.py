"""What a zip may grow to: its directory says how much it holds, and that is checked before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from data.errors import Unreadable

UNPACKED_MOST = 4 * 2**30
SMALL, TIMES_MOST = 256 * 2**20, 200
"""Above so many bytes a zip may grow so many times; real shapefiles and sheets grow 3 to 30 times, a bomb 1 000 times."""


def check_size(archive: zipfile.ZipFile, path: Path) -> None:
    """Raise Unreadable for a zip that would unpack to too much."""
    unpacked = sum(item.file_size for item in archive.infolist())
    if unpacked > UNPACKED_MOST:
        raise Unreadable("The zip would unpack to more than 4 GB", "Hand in a smaller extract", file=path)
    if unpacked > max(SMALL, TIMES_MOST * path.stat().st_size):
        raise Unreadable(f"The zip would unpack to more than {TIMES_MOST} times its size", "Check where it comes from", file=path)
