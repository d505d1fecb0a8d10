"""Mapbox Vector Tile 2.1, written with NumPy: hundreds of thousands of features at once, each as the bytes that a layer holds of it.

A layer is its head (name, version, keys, values, extent) and then its features, each with its own tag and length; their order is
free. So a tile is made by putting together what was encoded before; a part of a layer has its values numbered anew (`prune`), and
a feature that comes later goes under the head that is there (`merge`). Nothing here knows of a database.
Source: github.com/mapbox/vector-tile-spec 2.1; Protocol Buffers encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.errors import BadInput
from data.varints import Rows, as_bytes, chosen, interleave, numbers, places, read_each, sizes, table, varints
from data.wkb import Paths, paths

EXTENT = 4096
_LAYER, _FEATURE = 0x1A, 0x12                    # a protobuf tag is field << 3 | wire type
_NAME, _KEY, _VALUE, _EXTENT, _VERSION = 0x0A, 0x1A, 0x22, 0x28, 0x78
_ID, _TAGS, _KIND, _COMMANDS = 0x08, 0x12, 0x18, 0x22
_MOVE, _LINE, _CLOSE = 1, 2, 15                  # count << 3 | command; closing is always once


def encode(shapes: pa.BinaryArray, ids: NDArray[np.int64], tags: Rows) -> pa.BinaryArray:
    """Every feature with tag and length, as it stands in a layer.

    shapes: [n] WKB (little endian, x and y) in tile space, none null or empty; a coordinate is cut off behind the point, not rounded.
    ids: [n], 0 or less for none. tags: n rows of key and value numbers in turn. Raises BadInput for a shape that no tile can hold.
    """
    count, found = len(shapes), paths(shapes)
    kinds, commands = np.zeros(count, np.uint8), _commands(found, count)
    kinds[found.owner] = found.kind
    tag_bytes, command_bytes = sizes(tags), sizes(commands)
    has_id, has_tags = ids > 0, tags.counts > 0
    start = chosen(table(count, _ID, ids, _TAGS, tag_bytes), np.column_stack([has_id, has_id, has_tags, has_tags]))
    middle = Rows(table(count, _KIND, kinds, _COMMANDS, command_bytes).ravel(), np.full(count, 4))
    size = sizes(start) + tag_bytes + sizes(middle) + command_bytes
    front = Rows(table(count, _FEATURE, size).ravel(), np.full(count, 2))
    ends = np.cumsum(sizes(front) + size)
    if count and ends[-1] >= 2**31:
        raise BadInput("Too many features at once", "Encode them in several parts", value=count)
    body = varints(interleave([front, start, tags, middle, commands]))
    return pa.Array.from_buffers(pa.binary(), count, [None, pa.py_buffer(np.r_[0, ends].astype(np.int32)), pa.py_buffer(body)])


def number(groups: NDArray[np.int64], columns: Sequence[pa.Array], keys: NDArray[np.int64]) -> tuple[Rows, list[bytes]]:
    """The tags of every feature, and of every group of them the values that they number, as the fields of a head.

    groups: [n] numbers from 0 that never fall, a dictionary each. columns: [n] strings, floats or integers, null for no tag.
    keys: [n, columns] the number of the column's key.
    """
    told, texts = _distinct(columns)
    row, column = np.nonzero(told >= 0)                            # row by row: a group's come one after the other
    which, used = _count_up(groups[row], told[row, column], int(groups[-1]) + 1 if len(groups) else 0)
    tags = np.column_stack([keys[row, column], which])
    return (Rows(tags.ravel(), 2 * np.bincount(row, minlength=len(groups)).astype(np.int64)),
            [b"".join([texts[code] for code in codes]) for codes in used])


def head(name: str, keys: Sequence[str], values: bytes) -> bytes:
    """What a layer holds besides features: its name, keys and values (as `number` gives them)."""
    return b"".join((_field(_NAME, name.encode()), bytes((_VERSION, 2)), *(_field(_KEY, key.encode()) for key in keys), values,
                     bytes((_EXTENT,)), _varint(EXTENT)))


def layer(*parts: bytes) -> bytes:
    """A layer as it stands in a tile, from its head and its features."""
    return b"".join((bytes((_LAYER,)), _varint(sum(map(len, parts))), *parts))


def merge(head: bytes, other: bytes, features: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """(head, features): features that number the values of another head of this layer, under this one, which gets what it lacks."""
    at = {value: i for i, value in enumerate(_values(head))}
    to = [at.setdefault(value, len(at)) for value in _values(other)]
    return _with_values(head, at), [_renumbered(feature, to) for feature in features]


def prune(heads: Sequence[bytes], groups: NDArray[np.int64], features: pa.BinaryArray) -> list[tuple[bytes, bytes]]:
    """(head, features) of every group: the head keeps only the values of these features, in the order in which they come.

    groups: [n] the number of the head that each feature has now; it never falls.
    """
    data, begin, end = _raw(features)
    first = read_each(data, begin + 1)[1]
    behind_id = np.where(data[first] == _ID, read_each(data, first + 1)[1], first)
    has_tags = data[behind_id] == _TAGS
    size, start = read_each(data, behind_id + 1)
    size, start = np.where(has_tags, size, 0), np.where(has_tags, start, behind_id)
    tags = numbers(Rows(data[places(start, size)], size))
    group = np.repeat(groups, tags.counts // 2)
    which, told = _count_up(group, tags.values[1::2], len(heads))
    tags.values[1::2] = which
    before, rest = (Rows(data[places(at, count)], count) for at, count in ((first, behind_id - first), (start + size, end - start - size)))
    size = sizes(tags)
    head = chosen(table(len(begin), _TAGS, size), np.column_stack([has_tags, has_tags]))
    whole = before.counts + sizes(head) + size + rest.counts
    front = Rows(table(len(begin), _FEATURE, whole).ravel(), np.full(len(begin), 2))
    body = interleave([as_bytes(front), before, as_bytes(head), as_bytes(tags), rest]).astype(np.uint8)
    ends = np.r_[0, np.cumsum(sizes(front) + whole)][np.searchsorted(groups, np.arange(len(heads) + 1))]
    values = [list(_values(head)) for head in heads]
    return [(_with_values(head, [mine[value] for value in used]), body[one:two].tobytes())
            for head, mine, used, (one, two) in zip(heads, values, told, pairwise(ends.tolist()), strict=True)]


def _commands(found: Paths, shapes: int) -> Rows:
    """The commands of every shape: moves, lines, closings, and the steps between points (from the last one of the path before)."""
    owner, kind, count = found.owner, found.kind, found.count
    first, opens = np.cumsum(count) - count, np.r_[True, owner[1:] != owner[:-1]][:len(owner)]      # the first path of its shape
    has_move = opens | (kind > 1)                                  # all points of a shape are one move
    size = 2 * count + np.where(kind > 1, kind, opens)
    begin = np.cumsum(size) - size
    out = np.empty(size.sum(), np.uint32)
    place = np.arange(len(found.x)) - np.repeat(first, count)
    at = np.repeat(begin + has_move, count) + 2 * place + (np.repeat(kind > 1, count) & (place > 0))
    for axis, values in enumerate((found.x, found.y)):
        step = np.diff(values, prepend=np.int32(0))
        step[first[opens]] = values[first[opens]]
        out[at + axis] = (step << 1 ^ step >> 31).view(np.uint32)
    moved = np.bincount(owner, minlength=shapes)[owner]            # of points: how many
    out[begin[has_move]] = np.where(kind == 1, moved, 1)[has_move] << 3 | _MOVE
    out[(begin + 3)[kind > 1]] = (count - 1)[kind > 1] << 3 | _LINE
    out[(begin + size - 1)[kind == 3]] = _CLOSE
    return Rows(out, np.bincount(owner, size, shapes).astype(np.int64))


def _distinct(columns: Sequence[pa.Array]) -> tuple[NDArray[np.int64], list[bytes]]:
    """([n, columns] number of each value, −1 for none; the distinct values as fields of a head). Columns of one type share theirs."""
    numbers, texts = np.full((len(columns[0]), len(columns)), -1, np.int64), []
    for kind in dict.fromkeys(column.type for column in columns):
        mine = [i for i, column in enumerate(columns) if column.type == kind]
        told = pa.concat_arrays([columns[i] for i in mine]).dictionary_encode()
        codes = told.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        numbers[:, mine] = np.where(codes < 0, -1, codes + len(texts)).reshape(len(mine), -1).T
        texts += [_field(_VALUE, _value(value)) for value in told.dictionary.to_pylist()]
    return numbers, texts


def _count_up(groups: NDArray[np.int64], codes: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], list[list[int]]]:
    """([n] the place of each code among those of its group, in the order in which they come; the codes of every group)."""
    most = int(codes.max()) + 1 if len(codes) else 1
    pairs = pa.array(groups * most + codes).dictionary_encode()
    found = pairs.dictionary.to_numpy()
    firsts = np.searchsorted(found // most, np.arange(count + 1))
    codes = (found % most).tolist()
    return pairs.indices.to_numpy() - firsts[groups], [codes[first:last] for first, last in pairwise(firsts.tolist())]


def _value(value: str | float) -> bytes:
    """string_value, float_value or int_value of the format."""
    if isinstance(value, str):
        return _field(0x0A, value.encode())
    return b"\x15" + struct.pack("<f", value) if isinstance(value, float) else b"\x20" + _varint(value & 2**64 - 1)


def _raw(rows: pa.BinaryArray) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """(bytes, where each row begins, where it ends)."""
    _, ends, data = rows.buffers()
    ends = np.frombuffer(ends, np.int32)[rows.offset:rows.offset + len(rows) + 1].astype(np.int64)
    return np.frombuffer(data, np.uint8), ends[:-1], ends[1:]


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes((*found, value))


def _field(tag: int, body: bytes) -> bytes:
    return bytes((tag, len(body))) + body if len(body) < 128 else b"".join((bytes((tag,)), _varint(len(body)), body))


def _read(raw: bytes, at: int) -> tuple[int, int]:
    """(varint, where it ends)."""
    value = shift = 0
    while True:
        byte = raw[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at


def _fields(head: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, whole field) of a head, as `head` writes it."""
    at = 0
    while at < len(head):
        tag, start = head[at], at
        size, at = _read(head, at + 1)
        at += size if tag & 7 == 2 else 0
        yield tag, head[start:at]


def _values(head: bytes) -> Iterator[bytes]:
    return (field for tag, field in _fields(head) if tag == _VALUE)


def _with_values(head: bytes, values: Iterable[bytes]) -> bytes:
    return b"".join((*(field for tag, field in _fields(head) if tag != _VALUE), *values))


def _tags(feature: bytes) -> tuple[bytes, list[int], bytes]:
    """(what stands before the tags, the tags, what stands behind them) of a feature without its own tag and length."""
    _, first = _read(feature, 1)
    at = first
    if feature[at] == _ID:
        _, at = _read(feature, at + 1)
    if feature[at] != _TAGS:
        return feature[first:at], [], feature[at:]
    size, start = _read(feature, at + 1)
    tags, end = [], start
    while end < start + size:
        value, end = _read(feature, end)
        tags.append(value)
    return feature[first:at], tags, feature[end:]


def _renumbered(feature: bytes, to: Sequence[int]) -> bytes:
    before, tags, behind = _tags(feature)
    new = b"".join(_varint(value if i % 2 == 0 else to[value]) for i, value in enumerate(tags))
    return _field(_FEATURE, b"".join((before, _field(_TAGS, new) if tags else b"", behind)))
