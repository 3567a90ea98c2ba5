# SPDX-License-Identifier: GPL-2.0
"""A thread gives filters to another one that CRIU has stopped already."""
import os
import signal
import time

from harness import Case, Failure, check, tree_of
from races import while_stopped
from rows import Table
from watch import let_run

# CRIU has seized the test and its child before one of these calls of ptrace(2), but not
# the child's second thread
CALLS = range(5, 16)


def state_of(pid: int, tid: int) -> str:
    """The letter."""
    with open(f'/proc/{pid}/task/{tid}/stat', encoding='ascii') as f:
        return f.read().rpartition(') ')[2][0]


def mode_of(pid: int, tid: int) -> int:
    """Its seccomp mode."""
    with open(f'/proc/{pid}/task/{tid}/status', encoding='ascii') as f:
        return int([line for line in f if line.startswith('Seccomp:')][0].split()[1])


def is_done(pid: int, leader: int, thread: int, exits: bool) -> bool:
    """Whether both have the filter, or the leader and there is no other."""
    if exits:
        return mode_of(pid, leader) == 2 and not os.path.exists(f'/proc/{pid}/task/{thread}')
    return mode_of(pid, leader) == 2 and mode_of(pid, thread) == 2


def confine(pid: int, exits: bool) -> bool:
    """Have the second thread do it, if only the leader is stopped; whether that was so."""
    leader, thread = sorted(int(tid) for tid in os.listdir(f'/proc/{pid}/task'))
    if state_of(pid, leader) != 't' or state_of(pid, thread) == 't':
        return False
    os.kill(pid, signal.SIGUSR2 if exits else signal.SIGUSR1)
    end = time.monotonic() + 20
    while not is_done(pid, leader, thread, exits):
        check(time.monotonic() < end, 'the thread installs no filter')
        time.sleep(0.01)
    return True


def dump_between(case: Case, exits: bool) -> int:
    """Dump, with the filter installed in the middle of the stopping; CRIU's exit status."""
    confined: list[bool] = []
    child = tree_of(case.pid)[1]
    for call in CALLS:
        case.new_images(call)
        # a dump in which it was not yet, or no more, the right moment leaves all as it is
        status = while_stopped(case, 'dump', f'ptrace:{call}',
                               lambda: confined.append(confine(child, exits)), '--leave-running')
        if confined[-1]:
            return status
        check(status == 0, f'criu dump exits {status}', *case.logs())
        let_run(case)
    raise Failure('CRIU never stops the leader before the thread')


def filter_comes_late(exits: bool) -> str:
    """It is there after the restore, and was in nobody's way before."""
    case = Case('seccomp_tree_late', 'h')
    try:
        case.start()
        status = dump_between(case, exits)
        check(status == 0, f'criu dump exits {status}', *case.logs())
        case.kill()
        case.restore()
        case.stop()
        return 'dumped and restored'
    finally:
        case.close()


def everything(table: Table) -> None:
    """All of these."""
    table.attempt('late/h dump: the stopping of the threads', 'a thread confines a stopped one',
                  lambda: filter_comes_late(False))
    table.attempt('late/h dump: the stopping of the threads', 'the same, and it exits',
                  lambda: filter_comes_late(True))
