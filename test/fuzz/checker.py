#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A second reader of seccomp-tree.img, written from doc/image-format.md alone.

checker.py FILE...     what it says of images, and why
checker.py --agree     reads what test/fuzz/verdict writes, and compares; TAP

Where the two readers differ, one of them is wrong, or the page is.
"""
import collections
import os
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

VERSION = 3

U32, U64, S32, BYTES, LIST_U32, LIST_S32 = range(6)

Fields = dict[int, tuple[str, int, bool]]
# what was read: an int, bytes or a list of ints, by the field's name
Message = dict[str, Any]

# field number: name, type, required. A new header field is a line here.
HEADER: Fields = {1: ("version", U32, True), 2: ("run_id", BYTES, False),
                  3: ("arch", U32, False)}
PROGRAM: Fields = {1: ("insns", BYTES, True)}
FILTER: Fields = {
    1: ("program", U32, True),
    2: ("parent", U32, False),
    3: ("flags", U32, False),
    4: ("listener_flags", U32, False),
    5: ("generation", U64, False),
    6: ("newer", LIST_U32, False),
}
THREADS: Fields = {
    1: ("size", LIST_U32, False),
    2: ("tid", LIST_S32, False),
    3: ("filter", LIST_S32, False),
}
FILE: Fields = {
    1: ("id", U32, True),
    2: ("kind", U32, True),
    3: ("filter", U32, False),
    4: ("flags", U32, False),
}
END: Fields = {
    1: ("programs", U32, True),
    2: ("filters", U32, True),
    3: ("threads", U32, True),
    4: ("processes", U32, True),
    5: ("files", U32, True),
}
ENTRIES = {
    1: ("header", HEADER),
    2: ("program", PROGRAM),
    3: ("filter", FILTER),
    4: ("threads", THREADS),
    5: ("file", FILE),
    6: ("end", END),
}

LOG, NEW_LISTENER, WAIT_KILLABLE_RECV, ALLOW_NESTED_LISTENERS = 2, 8, 32, 64
REPLACEABLE, KEEP = 65536, 131072
SYNC_WAKE_UP = 1
O_APPEND, O_NONBLOCK = 0o2000, 0o4000
FILTER_FD, LISTENER, HUNG_UP, SEALED = 1, 2, 3, 4

MAX_PROGRAM = 4096
MAX_PATH = 32768
COUNTED_REPLACEABLE = 16380
MAX_TOGETHER = 67108864
COUNTED_AT_LEAST = 512
MAX_TID = 4194304
MAX_FILES = 262144
MAX_SIZE = 695599240


class Refused(Exception):
    pass


def refuse_if(condition: object, why: str) -> None:
    if condition:
        raise Refused(why)


class Bytes:
    """What is left of a message."""

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data, self.at = data, at
        self.end = len(data) if end is None else end

    def left(self) -> int:
        return self.end - self.at

    def take(self, count: int, why: str) -> "Bytes":
        refuse_if(count > self.left(), why)
        self.at += count
        return Bytes(self.data, self.at - count, self.at)

    def number(self, bits: int = 32) -> int:
        """A varint of so many bits in as few bytes as it needs."""
        value = shift = 0
        while True:
            refuse_if(self.at >= self.end, "message: a number is cut off")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        refuse_if(shift and not byte, "message: a number in more bytes than it needs")
        refuse_if(value >> bits, f"message: a number of more than {bits} bits")
        return value

    def signed(self) -> int:
        value = self.number()
        return -(value >> 1) - 1 if value & 1 else value >> 1


def numbers(data: Bytes, read: Callable[[Bytes], int]) -> list[int]:
    found = []
    while data.left():
        found.append(read(data))
    return found


def read_fields(data: Bytes, fields: Fields) -> Message:
    """A message with these fields: in their order, each once at most."""
    message: Message = {}
    last = 0
    while data.left():
        tag = data.number()
        number, wire = tag >> 3, tag & 7
        refuse_if(number not in fields, "message: an unknown field")
        refuse_if(number <= last, "message: a field twice, or out of order")
        last = number
        name, kind, _ = fields[number]
        is_number = kind in (U32, U64, S32)
        refuse_if(wire != (0 if is_number else 2), "message: a field of another type")
        if kind in (U32, U64):
            message[name] = data.number(32 if kind == U32 else 64)
            continue
        if kind == S32:
            message[name] = data.signed()
            continue
        inner = data.take(data.number(), "message: a field is cut off")
        if kind == BYTES:
            message[name] = inner.data[inner.at:inner.end]
            continue
        refuse_if(not inner.left(), "message: an empty list that is there")
        read: Callable[[Bytes], int] = Bytes.signed
        if kind == LIST_U32:
            read = Bytes.number
        message[name] = numbers(inner, read)
    for name, kind, required in fields.values():
        if kind in (LIST_U32, LIST_S32):
            message.setdefault(name, [])
        refuse_if(required and name not in message, "message: a field is missing")
    return message


def read_entry(data: Bytes) -> tuple[str, Message]:
    """The kind of an entry, and its message."""
    refuse_if(not data.left(), "entry: of no kind")
    tag = data.number()
    refuse_if(tag & 7 != 2 or tag >> 3 not in ENTRIES, "entry: unknown kind")
    inner = data.take(data.number(), "entry: cut off")
    refuse_if(data.left(), "entry: more than one message")
    kind, fields = ENTRIES[tag >> 3]
    return kind, read_fields(inner, fields)


class Image:
    def __init__(self, data: bytes) -> None:
        self.programs: list[int] = []  # instructions of each
        self.program_set: set[bytes] = set()
        # of each filter: program, flags, what its path counts, listener on the path
        self.filters: list[tuple[int, int, int]] = []
        self.together = 0
        self.tids: set[int] = set()
        self.processes = 0
        self.files: set[int] = set()
        self.listeners: set[int] = set()
        self.used: set[int] = set()
        self.used_programs: set[int] = set()
        self.ended = False
        refuse_if(len(data) > MAX_SIZE, "file: too large")
        refuse_if(data[:8] != struct.pack("<II", 0x54564319, 0x52544353), "file: magic number")
        rest = Bytes(data, 8)
        entry = 0
        while not self.ended:
            at = rest.take(4, "file: no end entry").at
            (length,) = struct.unpack_from("<I", data, at)
            kind, message = read_entry(rest.take(length, "file: a length past its end"))
            refuse_if((entry == 0) != (kind == "header"), "header: missing, or a second one")
            getattr(self, kind)(message)
            entry += 1
        refuse_if(rest.left(), "file: something after the end")
        self.check_use()

    def header(self, message: Message) -> None:
        refuse_if(message["version"] != VERSION, "header: another version")
        run_id = message.get("run_id", b"")
        refuse_if(not 1 <= len(run_id) <= 63, "header: no run, or too long a name of one")
        refuse_if(any(not 0x21 <= byte <= 0x7e for byte in run_id), "header: not a name of a run")
        refuse_if(not message.get("arch", 0), "header: no architecture")

    def program(self, message: Message) -> None:
        insns = message["insns"]
        refuse_if(len(insns) % 8, "program: not whole instructions")
        refuse_if(not insns, "program: empty")
        refuse_if(len(insns) > 8 * MAX_PROGRAM, "program: too long")
        refuse_if(insns in self.program_set, "program: there already")
        self.program_set.add(insns)
        self.programs.append(len(insns) // 8)

    def filter(self, message: Message) -> None:
        program, flags = message["program"], message.get("flags", 0)
        listener_flags = message.get("listener_flags", 0)
        refuse_if(program >= len(self.programs), "filter: its program does not come before it")
        path = self.programs[program]
        if flags & REPLACEABLE:
            path = COUNTED_REPLACEABLE
        if "parent" in message:
            parent = message["parent"]
            refuse_if(parent >= len(self.filters), "filter: its parent does not come before it")
            path += self.filters[parent][2] + 4
            self.used.add(parent)
        known = (LOG | NEW_LISTENER | WAIT_KILLABLE_RECV | ALLOW_NESTED_LISTENERS | REPLACEABLE |
                 KEEP)
        refuse_if(flags & ~known, "filter: unknown flags")
        refuse_if(listener_flags & ~SYNC_WAKE_UP, "filter: unknown listener flags")
        has_listener = bool(flags & NEW_LISTENER)
        refuse_if(listener_flags and not has_listener, "filter: listener flags, no listener")
        programs = [program] + message["newer"]
        self.replaceable(flags, message.get("generation", 0), programs)
        refuse_if(path > MAX_PATH, "filter: path too long")
        self.together += sum(max(self.programs[n], COUNTED_AT_LEAST) for n in programs)
        refuse_if(self.together > MAX_TOGETHER, "filter: all together too large")
        self.used_programs.update(programs)
        self.filters.append((program, flags, path))

    def replaceable(self, flags: int, generation: int, programs: list[int]) -> None:
        """Generation and programs of a filter, which has several only if it is replaceable."""
        refuse_if(bool(flags & REPLACEABLE) != bool(generation),
                  "filter: a generation without being replaceable, or none")
        refuse_if(generation >> 63, "filter: a generation that is too high")
        refuse_if(len(programs) > max(1, generation), "filter: more programs than generations")
        refuse_if(any(number >= len(self.programs) for number in programs),
                  "filter: its program does not come before it")
        refuse_if(len(programs) > 1 and
                  sum(self.programs[number] + 4 for number in programs) - 4 > MAX_PROGRAM,
                  "filter: longer programs together than one may be")

    def threads(self, message: Message) -> None:
        sizes, tids, newest = message["size"], message["tid"], message["filter"]
        refuse_if(not sizes, "threads: no process")
        refuse_if(0 in sizes, "threads: a process without threads")
        refuse_if(len(tids) != len(newest), "threads: lists of different lengths")
        refuse_if(sum(sizes) != len(tids), "threads: processes do not add up to them")
        all_numbers: list[int] = []
        tid = number = 0
        for more_tid, more_number in zip(tids, newest):
            tid += more_tid
            number += more_number
            refuse_if(not 1 <= tid <= MAX_TID, "threads: an id out of range")
            refuse_if(not 0 <= number <= len(self.filters), "threads: a filter out of range")
            refuse_if(tid in self.tids, "threads: an id twice")
            self.tids.add(tid)
            if number:
                self.used.add(number - 1)
            all_numbers.append(number)
        at = 0
        for size in sizes:
            refuse_if(not any(all_numbers[at:at + size]), "threads: a process without a filter")
            at += size
        self.processes += len(sizes)

    def file(self, message: Message) -> None:
        kind, number = message["kind"], message["id"]
        refuse_if(kind not in (FILTER_FD, LISTENER, HUNG_UP, SEALED), "file: unknown kind")
        if kind == HUNG_UP:
            refuse_if("filter" in message, "file: hung up, a filter")
            self.together += COUNTED_AT_LEAST
            refuse_if(self.together > MAX_TOGETHER, "file: its filter makes all too large")
        else:
            filter_ = message.get("filter", len(self.filters))
            refuse_if(filter_ >= len(self.filters), "file: its filter does not come before it")
            self.used.add(filter_)
        refuse_if(message.get("flags", 0) & ~(O_APPEND | O_NONBLOCK), "file: unknown flags")
        refuse_if(number in self.files, "file: number of another")
        refuse_if(len(self.files) >= MAX_FILES, "file: too many")
        if kind == LISTENER:
            flags = self.filters[message["filter"]][1]
            refuse_if(not flags & NEW_LISTENER, "file: listener of a filter that has none")
            refuse_if(message["filter"] in self.listeners, "file: second listener of a filter")
            self.listeners.add(message["filter"])
        self.files.add(number)

    def end(self, message: Message) -> None:
        found = (len(self.programs), len(self.filters), len(self.tids), self.processes,
                 len(self.files))
        said = tuple(message[name] for name, _, _ in END.values())
        refuse_if(said != found, "end: counts are not those of the file")
        self.ended = True

    def check_use(self) -> None:
        refuse_if(len(self.used_programs) < len(self.programs), "use: a program of no filter")
        refuse_if(len(self.used) < len(self.filters), "use: a filter that nothing uses")


def verdict(data: bytes) -> str | None:
    """None: accepted; else why not."""
    try:
        Image(data)
    except Refused as refused:
        return str(refused)
    return None


def records(stream: BinaryIO) -> Iterator[tuple[bool, str, bytes]]:
    while True:
        line = stream.readline()
        if not line:
            return
        said, name, size = line.split()
        data = stream.read(int(size))
        if len(data) != int(size):
            sys.exit("the stream is cut off")
        yield said == b"accept", name.decode(), data


def expected(name: str, accepted: bool) -> bool:
    """test/fuzz/limits.py names its images ok-... and no-..."""
    return not name.startswith(("ok-", "no-")) or name.startswith("ok-") == accepted


def agree(keep: str) -> int:
    reasons: collections.Counter[str | None] = collections.Counter()
    differ = 0
    for accepted, name, data in records(sys.stdin.buffer):
        why = verdict(data)
        reasons[why] += 1
        if accepted == (why is None) and expected(name, accepted):
            continue
        differ += 1
        print(f"# {name}: the reader {'takes' if accepted else 'refuses'} it, "
              f"the checker says: {why or 'accepted'}")
        with open(os.path.join(keep, "differ-" + name), "wb") as file:
            file.write(data)
    for why, count in sorted(reasons.items(), key=lambda item: -item[1]):
        print(f"# {count:8} {why or 'accepted'}")
    total = sum(reasons.values())
    good = differ == 0 and reasons[None] > 0 and total > reasons[None]
    print(f"{'ok' if good else 'not ok'} 4 - two readers agree: {total} images, "
          f"{reasons[None]} accepted, {len(reasons) - 1} reasons to refuse")
    return 0 if good else 1


def main() -> int:
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if len(sys.argv) == 3 and sys.argv[1] == "--agree":
        return agree(sys.argv[2])
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    bad = 0
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            why = verdict(file.read(MAX_SIZE + 1))
        print(f"{path}: {why or 'accepted'}")
        bad |= why is not None
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
