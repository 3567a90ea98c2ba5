# SPDX-License-Identifier: GPL-2.0
"""seccomp-tree.img, each time with one thing wrong.

It speaks the wire format of protobuf itself: what a library writes is always
in order.
"""
import struct
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

HEADER, PROGRAM, FILTER, THREADS, END = 1, 2, 3, 4, 6
# as linux/audit.h calls them
X86_64, ARM64 = 0xc000003e, 0xc00000b7
VARINT, BYTES = 0, 2

# of a message: each a list of its number and an int or bytes, in order
Fields = list[Any]
# of an image: [kind, fields]
Entry = list[Any]
# what is wrong, and the file with it
Damage = tuple[str, bytes]


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    out = b''
    value &= (1 << 64) - 1
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number there, and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def decode(data: bytes) -> Fields:
    """A message as a list of [field, value], in order; bytes or int."""
    fields: Fields = []
    at = 0
    value: int | bytes
    while at < len(data):
        key, at = read_varint(data, at)
        number, at = read_varint(data, at)
        value = number
        if key & 7 == BYTES:
            value, at = data[at:at + number], at + number
        fields.append([key >> 3, value])
    return fields


def encode(fields: Fields) -> bytes:
    """The way back."""
    out = b''
    for field, value in fields:
        if isinstance(value, int):
            out += varint(field << 3 | VARINT) + varint(value)
        else:
            out += varint(field << 3 | BYTES) + varint(len(value)) + value
    return out


def numbers(data: bytes) -> list[int]:
    """Unpacked numbers."""
    values, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        values.append(value)
    return values


def signed(data: bytes) -> list[int]:
    """Unpacked signed numbers."""
    return [v >> 1 ^ -(v & 1) for v in numbers(data)]


def zigzag(values: Iterable[int]) -> bytes:
    """Packed signed numbers."""
    return b''.join(varint(v << 1 ^ v >> 63) for v in values)


class Image:
    """The file, taken apart: magic numbers, and entries as [kind, fields]."""

    def __init__(self, data: bytes) -> None:
        self.magic, self.entries, self.offsets = data[:8], [], [0, 8]
        at = 8
        while at < len(data):
            size = struct.unpack_from('<I', data, at)[0]
            kind, inner = decode(data[at + 4:at + 4 + size])[0]
            self.entries.append([kind, decode(inner)])
            at += 4 + size
            self.offsets.append(at)

    def data(self) -> bytes:
        """Put together again."""
        return self.magic + b''.join(self.framed(e) for e in self.entries)

    @staticmethod
    def framed(entry: Entry) -> bytes:
        """An entry with its length in front."""
        kind, fields = entry
        message = encode([[kind, encode(fields)]])
        return struct.pack('<I', len(message)) + message

    def nth(self, kind: int, n: int = 0) -> Fields:
        """The fields of the n-th entry of a kind; -1 is the last."""
        return [fields for k, fields in self.entries if k == kind][n]


def put(fields: Fields, number: int, value: int | bytes) -> None:
    """Set a field, whether it was there or not."""
    for field in fields:
        if field[0] == number:
            field[1] = value
            return
    fields.append([number, value])


def changed(data: bytes, change: Callable[[Image], object]) -> bytes:
    """The image after change(Image)."""
    image = Image(data)
    change(image)
    return image.data()


def with_length(data: bytes, index: int, length: int) -> bytes:
    """An entry with a wrong length."""
    at = Image(data).offsets[1 + index]
    return data[:at] + struct.pack('<I', length & 0xffffffff) + data[at + 4:]


def cuts(data: bytes) -> list[int]:
    """The file cut off: around every entry's end, and in many other places."""
    places = set(range(0, 24)) | set(range(24, len(data), max(1, len(data) // 12)))
    for at in Image(data).offsets:
        places |= {at - 1, at, at + 1, at + 3, at + 4, at + 5}
    return sorted(p for p in places if 0 <= p < len(data))


def all_of(data: bytes) -> Iterator[Damage]:
    """Pairs of what is wrong, and the file with it."""
    for at in cuts(data):
        yield f'cut off after {at} of {len(data)} bytes', data[:at]
    yield 'wrong common magic', b'\1' + data[1:]
    yield 'wrong own magic', data[:4] + b'\1' + data[5:]
    yield 'one byte more', data + b'\0'
    yield 'four zero bytes more', data + b'\0' * 4
    yield 'a page more', data + b'x' * 4096

    last = len(Image(data).entries) - 1
    for index in (0, 1, last // 2, last):
        at, end = Image(data).offsets[1 + index:3 + index]
        size = end - at - 4
        for length in (0, size - 1, size + 1, len(data), 0x7fffffff, 0xffffffff):
            yield f'entry {index} of {size} bytes says {length}', with_length(data, index, length)

    def in_last_filter(number: int, value: int, image: Image) -> None:
        put(image.nth(FILTER, -1), number, value)

    def in_end(number: int, value: int, image: Image) -> None:
        put(image.nth(END, -1), number, value)

    def change(what: str, function: Callable[[Image], object]) -> Damage:
        return what, changed(data, function)

    yield change('another version', lambda i: put(i.nth(HEADER), 1, 99))
    yield change('the version before', lambda i: put(i.nth(HEADER), 1, 2))
    yield change('no run of CRIU', lambda i: i.nth(HEADER).pop(1))
    yield change('no architecture', lambda i: i.nth(HEADER).pop())
    yield change('another run of CRIU',
                 lambda i: put(i.nth(HEADER), 2, b'f14ad6c8-25a2-4d3c-8f0d-96cc2ab8e1b2'))
    yield change('another architecture', lambda i: put(i.nth(HEADER), 3, another_arch(i)))
    yield change('no header', lambda i: i.entries.pop(0))
    yield change('two headers', lambda i: i.entries.insert(1, i.entries[0]))
    yield change('no end entry', lambda i: i.entries.pop())
    yield change('two end entries', lambda i: i.entries.append(i.entries[-1]))
    yield change('an unknown entry', lambda i: i.entries.insert(1, [9, [[1, 1]]]))

    yield change('no program', lambda i: put(i.nth(PROGRAM), 1, b''))
    yield change('half an instruction', lambda i: put(i.nth(PROGRAM), 1, b'\6' + b'\0' * 11))
    yield change('4,097 instructions',
                 lambda i: put(i.nth(PROGRAM), 1, struct.pack('<HBBI', 6, 0, 0, 0) * 4097))
    yield change('a program that is none',
                 lambda i: put(i.nth(PROGRAM), 1, struct.pack('<HBBI', 0x20, 0, 0, 0)))
    for value in (Image(data).nth(END)[0][1], 0xffffffff):
        yield change(f'program {value} in a filter',
                     partial(in_last_filter, 1, value))
    filters = sum(kind == FILTER for kind, _ in Image(data).entries)
    for value in (filters - 1, filters, 0x7fffffff, 0xffffffff):
        yield change(f'parent {value} of the last filter',
                     partial(in_last_filter, 2, value))
    yield change('parent 0 of filter 0', lambda i: put(i.nth(FILTER), 2, 0))
    yield change('unknown flags', lambda i: put(i.nth(FILTER), 3, 1 << 20))

    threads = Image(data).nth(THREADS)
    yield change('a thread with a filter that is not there',
                 lambda i: put(i.nth(THREADS), 3, zigzag([filters + 1])
                               + zigzag([0]) * (len(dict(threads)[3]) - 1)))
    yield change('a thread without an id',
                 lambda i: put(i.nth(THREADS), 2, b'\0' + dict(threads)[2][2:]))
    yield change('fewer filters than threads',
                 lambda i: put(i.nth(THREADS), 3, dict(threads)[3][:-1]))
    yield change('a process with more threads than there are',
                 lambda i: put(i.nth(THREADS), 1, b'\x40' + dict(threads)[1][1:]))
    yield change('a process with no thread',
                 lambda i: put(i.nth(THREADS), 1, b'\0' + dict(threads)[1]))
    for number, what in enumerate(('programs', 'filters', 'threads', 'processes', 'files'), 1):
        for value in (dict(Image(data).nth(END))[number] + 1, 0xffffffff):
            yield change(f'{value} {what} in the end entry',
                         partial(in_end, number, value))


def another_arch(image: Image) -> int:
    """Not that of the dump."""
    return ARM64 if dict(image.nth(HEADER))[3] == X86_64 else X86_64


def drop_last_process(image: Image) -> None:
    """The image of a tree with one process fewer, and right in itself."""
    fields = dict(image.nth(THREADS, -1))
    sizes = numbers(fields[1])
    gone = sizes.pop()
    if sizes:
        kept = len(numbers(fields[2])) - gone
        put(image.nth(THREADS, -1), 1, b''.join(varint(size) for size in sizes))
        for number in (2, 3):
            put(image.nth(THREADS, -1), number, zigzag(signed(fields[number])[:kept]))
    else:
        image.entries.remove([THREADS, image.nth(THREADS, -1)])
    counts = dict(image.nth(END, -1))
    put(image.nth(END, -1), 3, counts[3] - gone)
    put(image.nth(END, -1), 4, counts[4] - 1)


def renumber(image: Image, which: int) -> None:
    """Another id for a thread, first or last, that nobody has."""
    tids = signed(dict(image.nth(THREADS, which))[2])
    tids[which] += 1000
    if which == 0 and len(tids) > 1:
        tids[1] -= 1000
    put(image.nth(THREADS, which), 2, zigzag(tids))


def of_another_tree(data: bytes) -> Iterator[Damage]:
    """Images without a fault, that do not fit to the rest of the dump."""
    yield 'a leader with another id', changed(data, lambda i: renumber(i, 0))
    yield 'a last thread with another id', changed(data, lambda i: renumber(i, -1))
    yield 'a process fewer', changed(data, drop_last_process)
