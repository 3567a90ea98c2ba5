# SPDX-License-Identifier: GPL-2.0
"""A thread that a filter is killing is stopped before it dies.

A tracer stops it in front of its fatal call, the process gets SIGSTOP, and the tracer
leaves: the filter kills the thread, and the next thing it does is to stop.
"""
import os
import signal
import time

from harness import Case, SEIZE, WALL, check, lines_that_matter, log_of, ptrace, read
from harness import status_of, tree_of

INTERRUPT, SYSCALL, DETACH = 0x4207, 24, 17  # ptrace(2)
DEAD = '3'  # kernel/seccomp.c: SECCOMP_MODE_DEAD
FATAL_ARGUMENT = 0x5ec00001  # seccomp_tree.h: TREE_ASK + 1


def before_fatal_call(pid: int, tid: int) -> None:
    """Let it run from call to call until it is in front of that one."""
    ptrace(SEIZE, tid)
    ptrace(INTERRUPT, tid)
    os.waitpid(tid, WALL)
    os.kill(pid, signal.SIGUSR1)
    for _ in range(100):
        ptrace(SYSCALL, tid)
        os.waitpid(tid, WALL)
        call = read(f'/proc/{pid}/task/{tid}/syscall').split()
        if len(call) > 2 and int(call[1], 16) == FATAL_ARGUMENT:
            return
    check(False, f'{tid} makes no fatal call')


def wait_for(pid: int, tid: int, key: str, value: str) -> None:
    """Until a line of its status begins with the value."""
    end = time.monotonic() + 20
    while not status_of(pid, tid).get(key, '').strip().startswith(value):
        check(time.monotonic() < end, f'{key} of {tid} is {status_of(pid, tid).get(key)}')
        time.sleep(0.01)


def stop_dying(case: Case) -> int:
    """The process whose thread it is; both are stopped."""
    pid = tree_of(case.pid)[1]
    thread = max(int(tid) for tid in os.listdir(f'/proc/{pid}/task') if int(tid) != pid)
    before_fatal_call(pid, thread)
    os.kill(pid, signal.SIGSTOP)
    wait_for(pid, pid, 'State', 'T')
    ptrace(DETACH, thread)
    wait_for(pid, thread, 'Seccomp', DEAD)
    wait_for(pid, thread, 'State', 'T')
    return pid


def dump_is_refused() -> str:
    """With the reason, before CRIU fails for another; and it works when the task is gone."""
    case = Case('seccomp_tree_dying', 'h')
    try:
        case.start()
        pid = stop_dying(case)
        case.new_images(1)
        status = case.criu('dump', '-t', str(case.pid))
        check(status == 1, f'criu dump exits {status}', *case.logs())
        why = [line for line in lines_that_matter(log_of(case, 'dump')) if 'is killing' in line]
        check(why, 'no reason', *case.logs())
        os.kill(pid, signal.SIGCONT)
        wait_for(pid, pid, 'State', 'Z')
        case.new_images(2)
        case.dump()
        case.restore()
        case.stop()
        return why[0].split('): ')[-1]
    finally:
        case.close()
