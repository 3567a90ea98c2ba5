#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""limits.py FOLDER           writes images that reach the limits
limits.py --renew FOLDER   gives the images there today's header

Images that reach each limit of doc/image-format.md are called ok-NAME, those
that go one past it no-NAME. It shares no code with the project's own writer.

--renew is for the corpus, when the header has changed, so that what comes behind
it is read again.
"""
import os
import struct
import sys
from collections.abc import Callable

from checker import (COUNTED_AT_LEAST, ENTRIES, FILTER_FD, HUNG_UP, LISTENER, MAX_FILES, MAX_PATH,
                     MAX_PROGRAM, MAX_TID, MAX_TOGETHER, NEW_LISTENER, REPLACEABLE, VERSION)

# of a field
Value = int | bytes | list[int]

# what is in the header of these images
HEADER_VALUES: dict[str, Value] = {'version': VERSION, 'run_id': b'run', 'arch': 0xC000003E}

KINDS = {kind: (number, fields) for number, (kind, fields) in ENTRIES.items()}


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def zigzag(value: int) -> bytes:
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def delimited(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def field(number: int, value: Value, name: str) -> bytes:
    """A list is a packed one; those of threads but "size" are signed, "newer" is not."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, list):
        value = b"".join(map(varint if name in ("size", "newer") else zigzag, value))
    return delimited(number, value)


class Image:
    def __init__(self) -> None:
        self.parts = [struct.pack("<II", 0x54564319, 0x52544353)]
        self.counts = dict.fromkeys(("programs", "filters", "threads", "processes", "files"), 0)
        self.last_tid = 0
        self.entry("header", **HEADER_VALUES)

    def entry(self, which: str, **values: Value | None) -> None:
        number, fields = KINDS[which]
        there = {name: value for name, value in values.items() if value is not None}
        message = b"".join(field(n, there[name], name)
                           for n, (name, _, _) in fields.items() if name in there)
        message = delimited(number, message)
        self.parts.append(struct.pack("<I", len(message)) + message)

    def count(self, what: str, more: int = 1) -> int:
        self.counts[what] += more
        return self.counts[what] - more

    def program(self, insns: int) -> int:
        self.entry("program", insns=bytes(8 * insns))
        return self.count("programs")

    def filter(self, program: int, parent: int | None = None, flags: int | None = None) -> int:
        self.entry("filter", program=program, parent=parent, flags=flags)
        return self.count("filters")

    def replaceable(self, programs: list[int], generation: int, parent: int | None = None) -> int:
        self.entry("filter", program=programs[0], parent=parent, flags=REPLACEABLE,
                   generation=generation, newer=programs[1:] or None)
        return self.count("filters")

    def file(self, kind: int, filter_: int | None = None) -> int:
        self.entry("file", id=self.counts["files"], kind=kind, filter=filter_)
        return self.count("files")

    def process(self, filters: list[int], first: int | None = None) -> None:
        """Threads on these filters."""
        first = self.last_tid + 1 if first is None else first
        tids = [first] + [1] * (len(filters) - 1)
        numbers = [f + 1 for f in filters]
        self.entry("threads", size=[len(filters)], tid=tids,
                   filter=[b - a for a, b in zip([0] + numbers, numbers)])
        self.last_tid = first + len(filters) - 1
        self.count("threads", len(filters))
        self.count("processes")

    def bytes(self) -> bytes:
        self.entry("end", **self.counts)
        return b"".join(self.parts)


def program_of(insns: int) -> Image:
    image = Image()
    image.process([image.filter(image.program(insns))])
    return image


def path_of(lengths: list[int]) -> Image:
    image = Image()
    programs: dict[int, int] = {}
    parent = None
    for length in lengths:
        if length not in programs:
            programs[length] = image.program(length)
        parent = image.filter(programs[length], parent)
    assert parent is not None
    image.process([parent])
    return image


def together(*parts: tuple[int, int]) -> Image:
    """So many roots of so many instructions each."""
    image = Image()
    for insns, count in parts:
        program = image.program(insns)
        image.process([image.filter(program) for _ in range(count)])
    return image


def thread_ids(first: int, count: int) -> Image:
    image = Image()
    newest = image.filter(image.program(1))
    image.process([newest] * count, first)
    return image


def files(count: int) -> Image:
    image = Image()
    newest = image.filter(image.program(1))
    for _ in range(count):
        image.file(FILTER_FD, newest)
    return image


def hung_up(count: int) -> Image:
    """Listeners that have hung up, each of which keeps a filter."""
    image = Image()
    for _ in range(count):
        image.file(HUNG_UP)
    return image


def process_without_filters() -> Image:
    image = program_of(1)
    image.process([-1])
    return image


def listeners(parent: int | None, *numbers: int) -> Image:
    """Two filters with a listener, and files for them."""
    image = Image()
    program = image.program(1)
    image.filter(program, flags=NEW_LISTENER)
    image.filter(program, parent=parent, flags=NEW_LISTENER)
    image.process([0, 1])
    for number in numbers:
        image.file(LISTENER, number)
    return image


def program_twice() -> Image:
    """The end counts what a reader has that finds the second to be the first."""
    image = Image()
    image.process([image.filter(image.program(2))])
    image.entry("program", insns=bytes(16))
    return image


def used(*users: tuple[int, int], program: bool = False) -> Image:
    """A path of two filters, and a user of it: thread or file, of filter 0 or 1."""
    image = Image()
    below = image.filter(image.program(1))
    image.filter(image.program(2), below)
    for kind, number in users:
        if kind:
            image.file(kind, number)
        else:
            image.process([number])
    if program:
        image.program(3)
    return image


def tightened(lengths: list[int], generation: int = 100) -> Image:
    """A filter with programs of these lengths, each another one."""
    image = Image()
    programs = [image.program(length) for length in lengths]
    image.process([image.replaceable(programs, generation)])
    return image


def replaceable_path(*lengths: int) -> Image:
    """A replaceable filter, and others on it."""
    image = Image()
    newest = image.replaceable([image.program(1)], 1)
    for length in lengths:
        newest = image.filter(image.program(length), newest)
    image.process([newest])
    return image


FULL = MAX_TOGETHER // MAX_PROGRAM
PAGES = MAX_TOGETHER // COUNTED_AT_LEAST
LONGEST_PATH = [MAX_PROGRAM] * 7 + [MAX_PATH - 7 * (MAX_PROGRAM + 4)]
LIMITS: dict[str, Callable[[], Image]] = {
    "ok-empty": Image,
    "no-program-of-0": lambda: program_of(0),
    "ok-program-of-4096": lambda: program_of(MAX_PROGRAM),
    "no-program-of-4097": lambda: program_of(MAX_PROGRAM + 1),
    "no-program-twice": program_twice,
    "ok-path-of-long": lambda: path_of(LONGEST_PATH),
    "no-path-of-long": lambda: path_of(LONGEST_PATH[:7] + [LONGEST_PATH[7] + 1]),
    "ok-path-of-short": lambda: path_of([3] + [1] * 6553),
    "no-path-of-short": lambda: path_of([4] + [1] * 6553),
    "ok-together-long": lambda: together((MAX_PROGRAM, FULL)),
    "no-together-long": lambda: together((MAX_PROGRAM, FULL), (1, 1)),
    "ok-together-short": lambda: together((1, PAGES)),
    "no-together-short": lambda: together((1, PAGES - 1), (COUNTED_AT_LEAST + 1, 1)),
    "no-thread-0": lambda: thread_ids(0, 1),
    "ok-thread-1": lambda: thread_ids(1, 1),
    "ok-last-threads": lambda: thread_ids(MAX_TID - 99, 100),
    "no-last-threads": lambda: thread_ids(MAX_TID - 98, 100),
    "ok-files": lambda: files(MAX_FILES),
    "no-files": lambda: files(MAX_FILES + 1),
    "ok-hung-up": lambda: hung_up(PAGES),
    "no-hung-up": lambda: hung_up(PAGES + 1),
    "no-process-without-filters": process_without_filters,
    "ok-listeners-apart": lambda: listeners(None, 0, 1),
    "ok-listeners-on-a-path": lambda: listeners(0, 0, 1),
    "no-listener-twice": lambda: listeners(None, 0, 0),
    "ok-used-by-thread": lambda: used((0, 1)),
    "ok-used-by-file": lambda: used((FILTER_FD, 1)),
    "no-used-below-only": lambda: used((0, 0)),
    "no-used-below-by-file": lambda: used((FILTER_FD, 0)),
    "no-used-at-all": used,
    "ok-tightened": lambda: tightened([2048, 2044]),
    "no-tightened": lambda: tightened([2048, 2045]),
    "ok-tightened-often": lambda: tightened(list(range(1, 87)), 86),
    "no-tightened-often": lambda: tightened(list(range(1, 88)), 88),
    "no-tightened-generation": lambda: tightened([1, 2, 3], 2),
    "no-generation": lambda: tightened([1], 0),
    "ok-last-generation": lambda: tightened([1], 2**63 - 1),
    "no-last-generation": lambda: tightened([1], 2**63),
    "ok-replaceable-path": lambda: replaceable_path(MAX_PROGRAM, MAX_PROGRAM - 1, MAX_PROGRAM - 2,
                                                    4087),
    "no-replaceable-path": lambda: replaceable_path(MAX_PROGRAM, MAX_PROGRAM - 1, MAX_PROGRAM - 2,
                                                    4088),
    "no-used-program": lambda: used((0, 1), program=True),
}


def renew(folder: str) -> None:
    header = Image().parts[1]
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            data = file.read()
        if data[12:13] != header[4:5]:
            continue
        (size,) = struct.unpack_from("<I", data, 8)
        with open(path, "wb") as file:
            file.write(data[:8] + header + data[12 + size:])


def main() -> int:
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if len(sys.argv) == 3 and sys.argv[1] == "--renew":
        renew(sys.argv[2])
        return 0
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, make in LIMITS.items():
        with open(os.path.join(sys.argv[1], name), "wb") as file:
            file.write(make().bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
