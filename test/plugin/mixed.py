# SPDX-License-Identifier: GPL-2.0
"""Images that are not all from one dump.

The task has one filter at the first dump and two at the second: with the tree of the
first dump it would be less confined.
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
    """A case dumped into images-1 with one filter and images-2 with two; and its pictures."""
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
    """The folder of a dump; CRIU uses it from now on."""
    case.images = os.path.join(case.dir, f'images-{number}')
    return case.images


def shown(case: Case) -> tuple[int, str]:
    """The exit status and the output of the command for the images."""
    done = subprocess.run([os.path.join(TOP, 'build', 'criu-seccomp'), 'image', case.images],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def mixed(case: Case, number: int, name: str) -> None:
    """Replace a file by that of the other dump: a restore is refused. Then put it back."""
    path = os.path.join(folder(case, number), name)
    shutil.copy(path, path + '.own')
    shutil.copy(os.path.join(case.dir, f'images-{3 - number}', name), path)
    refused_before_fork(case, case.criu('restore', '-d'), TREE + ' belongs to another dump')
    status, output = shown(case)
    check(status == 1 and 'belongs to another dump' in output,
          f'criu-seccomp image exits {status}: {output}')
    os.rename(path + '.own', path)


def trees_of_two_dumps() -> None:
    """An older or newer tree or inventory is refused; complete dumps restore repeatedly."""
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
    """An inventory as written before CRIU 4.1: the tree cannot be of this dump."""
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
    """Kill CRIU before its first such call on this file."""
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
    (1, 'openat', 'pages-1.img', TREE + ' belongs to another dump'),
    (1, 'openat', 'core-{pid}.img', TREE + ' belongs to another dump'),
    (1, 'openat', INVENTORY, TREE + ' belongs to another dump'),
    (1, 'write', INVENTORY, ''),  # by CRIU itself: it is empty
    (1, 'openat', 'stats-dump', 2),
    (0, 'openat', TREE, 0),
    (0, 'openat', 'core-{pid}.img', TREE + ' belongs to another dump'),
]


def cut_off_at(before: int, call: str, name: str, outcome: int | str) -> None:
    """A second dump into the folder of the first, in which the task had fewer filters."""
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
    """At each point, the restore is refused before anything is forked, or is complete."""
    for before, call, name, outcome in POINTS:
        try:
            cut_off_at(before, call, name, outcome)
        except Failure as why:
            raise Failure(f'{before} filters, at {call} of {name}: {why}') from None
    return f'{len(POINTS)} points'
