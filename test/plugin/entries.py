# SPDX-License-Identifier: GPL-2.0
"""How often the plugin enters the kernel, as strace shows for CRIU."""
import os
import re
import subprocess

import damage
from harness import Case, check, read, status_of, tree_of

IMAGE = 'seccomp-tree.img'


def traced(case: Case, action: str, *options: str) -> str:
    """The system calls of CRIU's main process, as strace writes them."""
    trace = os.path.join(case.dir, action + '.trace')
    command = ['strace', '-o', trace, '-e', 'trace=ptrace,open,openat,stat,newfstatat,seccomp',
               'criu', action, '-D', case.images, '-o', action + '.log', '-v4', *options]
    if action == 'dump':
        command += ['--timeout', '300']  # it is slow under strace
    if case.root and action == 'restore':
        command += ['--root', case.root]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=120, check=False)
    check(done.returncode == 0, f'criu {action} exits {done.returncode}', *case.logs())
    return read(trace)


def count(trace: str, pattern: str) -> int:
    """How many calls match the pattern."""
    return len(re.findall(pattern, trace, re.M))


# as strace writes them, whether it knows them or not
IDENTIFY = r'^ptrace\((PTRACE_SECCOMP_GET_METADATA|0x420d)[^,]*, \d+, (24|0x18),'
GET, SET = r'^ptrace\(.*0x4220', r'^ptrace\(.*0x4221'
CREATE = r'^seccomp\((0x20|32)[, ]'
# CRIU opens what is in /proc relative to a descriptor
TASKS = r'^(newf)?stat(at)?\((AT_FDCWD, )?"/proc/\d+/task"'
STATUS = r'^open(at)?\((AT_FDCWD, )?"/proc/\d+/status"'


def filter_state(case: Case) -> tuple[int, int]:
    """How many filters and threads are in the image."""
    image = damage.Image(read_bytes(os.path.join(case.images, IMAGE)))
    end = dict(image.nth(damage.END))
    return end[2], end[3]


def read_bytes(path: str) -> bytes:
    """A file."""
    with open(path, 'rb') as f:
        return f.read()


def kernel_entries(flavour: str) -> str:
    """One per thread on dump and on restore, and for /proc no more than the limit."""
    case = Case('seccomp_tree_procs', flavour)
    try:
        case.start()
        tids = [tid for pid in tree_of(case.pid) for tid in os.listdir(f'/proc/{pid}/task')]
        pids = tree_of(case.pid)
        confined = [tid for tid in tids if status_of(tid, tid)['Seccomp'].strip() == '2']
        case.new_images(1)
        dump = traced(case, 'dump', '-t', str(case.pid))
        filters, threads = filter_state(case)
        restore = traced(case, 'restore', '-d', '--pidfile', case.pidfile + '2')
        case.pid = int(read(case.pidfile + '2'))
        foreign = threads if flavour == 'ns' else 0
        ids = len(tids) + 2 if flavour == 'ns' else 1
        want = {
            'dump: which filter': (count(dump, IDENTIFY), len(tids)),
            'dump: processes': (count(dump, TASKS), len(pids)),
            # the mode of those without filters; and one for CRIU's own mode, here and below
            'dump: ids and modes': (count(dump, STATUS), foreign + len(tids) - len(confined) + 2),
            'restore: filters made': (count(restore, CREATE), filters),
            'restore: filters set': (count(restore, SET), len(confined)),
            'restore: processes': (count(restore, TASKS), len(pids)),
            'restore: ids': (count(restore, STATUS), ids + 1),
        }
        details = [f'{what}: {got}, at most {limit}' for what, (got, limit) in want.items()]
        check(all(0 < got <= limit for got, limit in want.values()), 'too many', *details)
        check(count(dump, GET) <= filters, 'a known filter is walked again',
              f'{count(dump, GET)} for {filters} filters')
        case.stop()
    finally:
        case.close()
    return '; '.join(f'{what} {got}' for what, (got, _) in want.items())
