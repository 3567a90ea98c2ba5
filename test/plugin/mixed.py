# SPDX-License-Identifier: GPL-2.0
"""Images that are not all of one dump.

Each time of a task that had one filter at the first dump and has two at the
second: with the tree of the first it would be less confined.
"""
import os
import shutil
import struct
import subprocess

import damage
from growing import Growing, TOP
from harness import Case, Failure, LIMIT, check, refused_before_fork

TREE, INVENTORY = 'seccomp-tree.img', 'inventory.img'
DUMP_CRIU_RUN_ID = 13  # criu/images/inventory.proto


def dumped_twice() -> tuple[Growing, list[list[str]]]:
    """Into images-1 with one filter, into images-2 with two; and what it looked like."""
    case = Growing(1)
    try:
        case.start()
        pictures = []
        for number in (1, 2):
            if number == 2:
                case.grow()
            pictures.append(case.picture())
            case.new_images(number)
            case.dump(*['--leave-running'] * (number == 1))
    except BaseException:
        case.close()
        raise
    return case, pictures


def folder(case: Case, number: int) -> str:
    """That of a dump, from now on CRIU's."""
    case.images = os.path.join(case.dir, f'images-{number}')
    return case.images


def shown(case: Case) -> tuple[int, str]:
    """What the command says of the images: its exit status, and its output."""
    done = subprocess.run([os.path.join(TOP, 'build', 'criu-seccomp'), 'image', case.images],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def mixed(case: Case, number: int, name: str) -> None:
    """A file of the other dump is copied over that of this one: refused. Then it is put back."""
    path = os.path.join(folder(case, number), name)
    shutil.copy(path, path + '.own')
    shutil.copy(os.path.join(case.dir, f'images-{3 - number}', name), path)
    refused_before_fork(case, case.criu('restore', '-d'), TREE + ' is of another dump')
    status, output = shown(case)
    check(status == 1 and 'is of another dump' in output,
          f'criu-seccomp image exits {status}: {output}')
    os.rename(path + '.own', path)


def trees_of_two_dumps() -> None:
    """An older or newer tree, or inventory, beside the rest; whole, they restore repeatedly."""
    case, pictures = dumped_twice()
    try:
        for number in (1, 2):
            for name in (TREE, INVENTORY):
                mixed(case, number, name)
        for number in (1, 2, 2):
            folder(case, number)
            status, output = shown(case)
            check(status == 0, f'criu-seccomp image exits {status}: {output}')
            case.restore()
            check(case.filters() == number, f'{case.filters()} filters, not {number}')
            check(case.picture() == pictures[number - 1], f'not as at dump {number}')
            case.kill()
    finally:
        case.close()


def nameless_inventory() -> None:
    """As a CRIU before 4.1 wrote it: the tree cannot be of this dump."""
    case, _ = dumped_twice()
    path = os.path.join(folder(case, 2), INVENTORY)
    try:
        with open(path, 'rb') as f:
            data = f.read()
        fields = [field for field in damage.decode(data[8:]) if field[0] != DUMP_CRIU_RUN_ID]
        message = damage.encode(fields)
        check(len(message) < len(data) - 8, 'the inventory names no run')
        with open(path, 'wb') as f:
            f.write(data[:4] + struct.pack('<I', len(message)) + message)
        refused_before_fork(case, case.criu('restore', '-d'), 'names none')
    finally:
        case.close()


def dump_cut_off(case: Case, call: str, name: str) -> None:
    """CRIU is killed at its first such call that has to do with this file, before it is made."""
    path = os.path.join(case.images, name)
    done = subprocess.run(
        ['strace', '-o', os.path.join(case.dir, 'trace'), '-P', name, '-P', path,
         '-e', f'trace={call}', '-e', f'inject={call}:signal=KILL:when=1',
         'criu', 'dump', '-D', case.images, '-o', 'dump.log', '-v4', '-t', str(case.pid)],
        env=case.environ(), cwd=case.dir, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, timeout=LIMIT, check=False)
    check(done.returncode == -9, f'strace exits {done.returncode}', *case.logs())


CRIUS_OWN = 'Unexpected EOF'

# The filters that the task had at the first dump; where the second ended, in the
# order in which CRIU gets there; and what a restore makes of it: the filters
# that the task then has, or why it is refused.
POINTS: list[tuple[int, str, str, int | str]] = [
    (1, 'unlinkat', TREE, 1),
    (1, 'openat', TREE, TREE + ' is missing'),
    (1, 'pwrite64', TREE, TREE + ': entry 0 at byte 0: the file is cut off'),
    (1, 'openat', 'pages-1.img', TREE + ' is of another dump'),
    (1, 'openat', 'core-{pid}.img', TREE + ' is of another dump'),
    (1, 'openat', INVENTORY, TREE + ' is of another dump'),
    (1, 'write', INVENTORY, ''),  # by CRIU itself: it is empty
    (1, 'openat', 'stats-dump', 2),
    (0, 'openat', TREE, 0),
    (0, 'openat', 'core-{pid}.img', TREE + ' is of another dump'),
]


def cut_off_at(before: int, call: str, name: str, outcome: int | str) -> None:
    """A second dump into the folder of the first, when the task had a filter fewer."""
    case = Growing(before)
    try:
        case.start()
        case.new_images(1)
        case.dump('--leave-running')
        case.grow()
        dump_cut_off(case, call, name.format(pid=case.pid))
        case.kill()
        if isinstance(outcome, str):
            status = case.criu('restore', '-d')
            # CRIU 4.2 opens its files in another order, and meets an empty one of its own first
            own = any(CRIUS_OWN in line for line in case.logs())
            refused_before_fork(case, status, CRIUS_OWN if own else outcome)
        else:
            case.restore()
            check(case.filters() == outcome, f'{case.filters()} filters, not {outcome}')
    finally:
        case.close()


def cut_off() -> str:
    """At each point: refused before anything is forked, or one of the two dumps, whole."""
    for before, call, name, outcome in POINTS:
        try:
            cut_off_at(before, call, name, outcome)
        except Failure as why:
            raise Failure(f'{before} filters, at {call} of {name}: {why}') from None
    return f'{len(POINTS)} points'
