"""One archive of a home: packed with a manifest of hashes, unpacked only where every file is what the manifest says.

The manifest is the first member; a member is a plain file below the folder, named once. Links, devices, folders, names
that climb out and files that the manifest does not know are refused before a byte of theirs is written.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import platform
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import duckdb
import pyarrow as pa

from data.errors import BadInput, Unavailable, Unreadable

MANIFEST = "manifest.json"
FORMAT = 1
VERSIONS = {"duckdb": duckdb.__version__, "sqlite": sqlite3.sqlite_version, "pyarrow": pa.__version__, "python": platform.python_version()}
ENDINGS = (".tar.zst", ".tar.gz")
_BLOCK = 1 << 20
_LARGEST_MANIFEST = 32_000_000


@dataclass(frozen=True)
class Member:
    """One file: its name below the home, size and sha-256."""

    name: str
    size: int
    sha256: str


def pack(folder: Path, target: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Write every file below a folder into an archive for this user alone; returns its manifest. Raises BadInput, Unavailable."""
    if not target.name.endswith(ENDINGS):
        raise BadInput("A backup is a .tar.zst or a .tar.gz", "Name it so", file=target)
    if target.exists():
        raise BadInput("There is a file of that name", "Choose another name; nothing is overwritten", file=target)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    members = [Member(path.relative_to(folder).as_posix(), path.stat().st_size, _hash(path)) for path in paths]
    manifest = {"format": FORMAT, **about, "files": [member.__dict__ for member in members]}
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with _written(part, target.name) as stream, tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
            for member in members:
                with (folder / member.name).open("rb") as file:
                    archive.addfile(_info(member.name, member.size), file)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise Unavailable("The backup cannot be written", "Free space, or choose another folder", file=target, reason=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Write the files of an archive below a new folder; returns the manifest. Raises Unreadable, NotFound, Unavailable."""
    try:
        with _read(source) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            members = iter(archive)
            manifest = _manifest(archive, next(members, None), source)
            waiting = {member.name: member for member in (Member(**row) for row in manifest["files"])}
            for found in members:
                member = waiting.pop(found.name, None)
                if member is None or not found.isreg() or found.size != member.size or not is_inside(found.name):
                    raise _broken(source, f"{found.name[:100]!r} is not a plain file of the manifest")
                _take(archive.extractfile(found), folder / found.name, member, source)
            if waiting:
                raise _broken(source, f"{next(iter(waiting))!r} is missing")
            return manifest
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, pa.ArrowInvalid, KeyError, TypeError, ValueError) as error:
        raise _broken(source, error) from error
    except OSError as error:
        if error.errno is None:
            raise _broken(source, error) from error
        raise Unavailable("The backup cannot be read or unpacked", "Check the file, its rights and the space", file=source,
                          reason=error.strerror) from error


def is_inside(name: str) -> bool:
    """True for the name of a file below a folder: relative, without steps up, of plain parts."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and "\\" not in name and "\0" not in name and all(part not in ("..", ".") for part in parts)


def copy_sqlite(source: Path, target: Path) -> None:
    """One moment of a SQLite file as a file of its own, by SQLite's backup."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(source, timeout=30)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
            there.execute("pragma journal_mode = delete")
    except (sqlite3.Error, OSError) as error:
        raise Unavailable("A file of the home cannot be copied", "Check it, and the space", file=source, reason=error) from error


def _manifest(archive: tarfile.TarFile, first: tarfile.TarInfo | None, source: Path) -> dict[str, Any]:
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > _LARGEST_MANIFEST:
        raise _broken(source, "it does not begin with a manifest")
    manifest = json.loads(archive.extractfile(first).read())
    if manifest["format"] != FORMAT:
        raise Unreadable("The backup was made by another version", "Restore it with that version", file=source, format=manifest["format"])
    if not all(is_inside(row["name"]) for row in manifest["files"]):
        raise _broken(source, "the manifest names a file outside")
    return manifest


def _take(given: IO[bytes] | None, path: Path, member: Member, source: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb") as file:
        while block := given.read(_BLOCK):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != member.sha256:
        raise _broken(source, f"{member.name!r} is not what it was when the backup was made")


def _broken(source: Path, reason: object) -> Unreadable:
    return Unreadable("The backup is damaged or not ours; nothing was changed", "Take another one", file=source, reason=reason)


@contextmanager
def _written(path: Path, name: str) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb") as file:
        packed = pa.CompressedOutputStream(pa.PythonFile(file, "w"), "zstd") if name.endswith(".zst") else gzip.GzipFile("", "wb", 4, file)
        with packed as stream:
            yield stream


@contextmanager
def _read(path: Path) -> Iterator[IO[bytes]]:
    if path.name.endswith(".zst"):
        with pa.OSFile(str(path)) as file, pa.CompressedInputStream(file, "zstd") as stream:
            yield stream
    else:
        with gzip.open(path, "rb") as stream:
            yield stream


def _add(archive: tarfile.TarFile, name: str, body: bytes) -> None:
    archive.addfile(_info(name, len(body)), io.BytesIO(body))


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, 0
    return info


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
