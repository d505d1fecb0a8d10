"""Keys of this installation: made at first use, kept in `var/secrets` for this user alone, or given by the environment.

A secret is 32 random bytes, written as base64. `CHENGSHU_SECRET_<NAME>` overrides the file. Rotating keeps every earlier
key beside the new one, so that what was sealed or signed with them can still be opened and verified.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import hmac
import os
import re
import secrets as chance
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import BadInput, NotFound, Refused, Unavailable

PREFIX = "CHENGSHU_SECRET_"
SIZE = 32
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EARLIER = ".earlier"
_DISTINCT = 16          # 32 random bytes have fewer different ones once in 10^15


@dataclass(frozen=True)
class SecretRow:
    """One secret as `run.py secrets` lists it; never its value."""

    name: str
    source: str             # environment | file
    made_at: float | None   # epoch seconds; None where the environment gives it
    earlier: int            # how many rotated keys are kept to open what they sealed


class Secrets:
    """The keys under `home/secrets`, by name."""

    def __init__(self, home: Path) -> None:
        self.folder = Path(home) / "secrets"
        self._kept: dict[str, tuple[tuple[object, ...], tuple[bytes, ...]]] = {}
        self._lock = threading.Lock()

    def key(self, name: str) -> bytes:
        """The 32 bytes in use; made when first asked for. Raises Refused for a file others can read, BadInput for a weak value."""
        return self.keys(name)[0]

    def keys(self, name: str) -> tuple[bytes, ...]:
        """The key in use, then every earlier one, newest first."""
        path, given = self._path(name), os.environ.get(PREFIX + name.upper())
        mark = (given, _mark(path), _mark(path.with_suffix(_EARLIER)))
        kept = self._kept.get(name)
        if kept is not None and kept[0] == mark:
            return kept[1]
        with self._lock:
            if given is None and mark[1] is None:
                self._make(path)
            found = [] if given is None else [_decoded(given.strip(), PREFIX + name.upper())]
            found += [_decoded(line, str(file)) for file in (path, path.with_suffix(_EARLIER)) for line in _lines(file)]
            mark = (given, _mark(path), _mark(path.with_suffix(_EARLIER)))
            self._kept[name] = (mark, tuple(dict.fromkeys(found)))
            return self._kept[name][1]

    def seal(self, name: str, value: bytes) -> str:
        """The value encrypted and authenticated (AES-256-GCM) as text."""
        nonce = chance.token_bytes(12)
        return base64.urlsafe_b64encode(nonce + AESGCM(_sealing(self.key(name))).encrypt(nonce, value, name.encode())).decode()

    def unseal(self, name: str, text: str) -> bytes:
        """What was sealed, with the key in use or an earlier one. Raises BadInput where it was changed or sealed elsewhere."""
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii"))
        except (ValueError, binascii.Error) as error:
            raise BadInput("A sealed value is damaged", "Restore it from a backup, or set it anew", name=name) from error
        for key in self.keys(name):
            try:
                return AESGCM(_sealing(key)).decrypt(raw[:12], raw[12:], name.encode())
            except (InvalidTag, ValueError):
                continue
        raise BadInput("A sealed value cannot be opened: it was changed, or sealed with a key that is not here",
                       "Restore var/secrets from the backup of the same day, or set the value anew", name=name)

    def rotate(self, name: str) -> None:
        """A new key; the one before stays to open and verify what it made. Raises Refused where the environment gives the key."""
        path = self._path(name)
        if PREFIX + name.upper() in os.environ:
            raise Refused("This secret comes from the environment", f"Change {PREFIX}{name.upper()} where the server is started; "
                          "keep the value before in the file, so that it still opens what it sealed", name=name, file=path)
        if _mark(path) is None:
            raise NotFound("No such secret", "`run.py secrets` lists them", name=name)
        with self._lock, self._locked():
            earlier = path.with_suffix(_EARLIER)
            write_private(earlier, [*_lines(path), *_lines(earlier)])
            write_private(path, [_encoded(chance.token_bytes(SIZE))])

    def rows(self) -> list[SecretRow]:
        """Every secret there is, by name. Raises what `keys` raises."""
        files = {path.name for path in self.folder.glob("*") if _NAME.fullmatch(path.name)} if self.folder.is_dir() else set()
        given = {key.removeprefix(PREFIX).lower() for key in os.environ if key.startswith(PREFIX)}
        found = []
        for name in sorted(files | given):
            mark, count = _mark(self._path(name)), len(self.keys(name)) - 1
            found.append(SecretRow(name, "environment" if name in given else "file", None if name in given or mark is None else mark[0] / 1e9, count))
        return found

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise BadInput("That is not the name of a secret", "Names are lower-case letters, digits and _", value=name[:60])
        return self.folder / name

    def _make(self, path: Path) -> None:
        with self._locked():
            if _mark(path) is None:            # another process may have been faster
                write_private(path, [_encoded(chance.token_bytes(SIZE))])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _require_private(self.folder, self.folder.lstat())
            handle = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise Unavailable("The folder of the secrets cannot be written", "Give this user the right, or set CHENGSHU_HOME",
                              file=self.folder, reason=error.strerror) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def fingerprint(key: bytes) -> str:
    """Names a key without telling it: the first 12 hex digits of a hash."""
    return hashlib.sha256(b"chengshu key" + key).hexdigest()[:12]


def _sealing(key: bytes) -> bytes:
    return hmac.digest(key, b"chengshu seal", "sha256")


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What changes when the file does; None where there is none. Raises Refused where others can read it."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable("A secret cannot be read", "Give this user the right", file=path, reason=error.strerror) from error
    _require_private(path, found)
    return found.st_mtime_ns, found.st_ino, found.st_size


def _require_private(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise Refused("A secret is a link", "Put the file itself there", file=path)
    if found.st_mode & 0o077:
        mode = "700" if stat.S_ISDIR(found.st_mode) else "600"
        raise Refused("Others can read a secret", f"`chmod {mode} {path}`, then rotate it: it may be known", file=path,
                      mode=oct(stat.S_IMODE(found.st_mode)))


def _lines(path: Path) -> list[str]:
    if _mark(path) is None:
        return []
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "r", encoding="ascii") as file:
            return [line.strip() for line in file if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable("A secret cannot be read", "Restore var/secrets from a backup", file=path, reason=error) from error


def write_private(path: Path, lines: list[str], is_durable: bool = True) -> None:
    """Atomically, for this user alone; `is_durable`: on the disk before it counts."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Unavailable("A secret cannot be written", "Free space, or give this user the right", file=path, reason=error.strerror) from error


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _decoded(text: str, source: str) -> bytes:
    remedy = "Give base64 of 32 random bytes: `openssl rand -base64 32`"
    try:
        value = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadInput("A secret is not base64", remedy, source=source) from error
    if len(value) != SIZE:
        raise BadInput(f"A secret has {len(value)} bytes where it must have {SIZE}", remedy, source=source)
    if len(set(value)) < _DISTINCT or value.isascii():
        raise BadInput("A secret is not random: it repeats itself or is a text", remedy, source=source)
    return value
