"""The file of a hand-in as a table: Parquet as it is, CSV as text in the encodings of departments; what is neither says so."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from data.errors import BadInput, Unreadable

MOST_CELLS = 4_000_000_000      # rows × columns: what a small file may claim to hold
MOST_BYTES = 16 * 2**30         # bytes of its pages unpacked
BLOCK_BYTES = 64 * 2**20        # of CSV read at a time; a row may not be longer


def read_table(path: Path) -> pa.Table:
    """A hand-in file as an Arrow table. Raises Unreadable naming file and reason, BadInput where it unpacks to more than can be held."""
    try:
        with path.open("rb") as handle:
            head = handle.read(4)
        if head == b"PAR1":
            _check_size(path)
            return pq.read_table(path)
        text = _decode(path.read_bytes(), path)
        names = next(csv.reader(io.StringIO(text[: text.find("\n") + 1 or len(text)])), [])
        return pyarrow.csv.read_csv(
            pa.BufferReader((text if text.endswith("\n") else f"{text}\n").encode()), read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True), convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=True, null_values=[""]))
    except OSError as error:
        raise Unreadable("The file cannot be read", "Check that it exists and may be read", file=path, reason=error) from error
    except (pa.ArrowException, csv.Error) as error:
        raise Unreadable("The file is not a whole Parquet or CSV table", "Export it again and hand it in anew",
                         file=path, reason=str(error).splitlines()[0]) from error


def sha256(path: Path) -> str:
    """The content hash of a file. Raises Unreadable."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable("The file cannot be read", "Check that it exists and may be read", file=path, reason=error) from error


def _check_size(path: Path) -> None:
    """What a Parquet file says it holds, before any of it is unpacked."""
    found = pq.read_metadata(path)
    unpacked = sum(found.row_group(i).total_byte_size for i in range(found.num_row_groups))
    if found.num_rows * found.num_columns > MOST_CELLS or unpacked > MOST_BYTES:
        raise BadInput("The file unpacks to more than can be taken in at once", "Hand it in in parts", file=path,
                       rows=f"{found.num_rows:,}", columns=found.num_columns, unpacked_bytes=f"{unpacked:,}")


def _decode(raw: bytes, path: Path) -> str:
    if b"\0" in raw:
        row = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise Unreadable("The text has NUL bytes", "Export it again as plain CSV", file=path, row=row)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("The text is neither UTF-8 nor GB 18030", "Save it as UTF-8", file=path)
