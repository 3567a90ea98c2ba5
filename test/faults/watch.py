# SPDX-License-Identifier: GPL-2.0
"""Tasks after a failure: which are left, whether they ran, whether they are less confined."""
import os
import time
from collections.abc import Iterable, Set

from harness import Case, Failure, check, read, status_of, tree_of

FILTER, STRICT, NONE = 2, 1, 0


class Thread:
    """One thread, as /proc shows it at one moment."""

    def __init__(self, pid: int, tid: str) -> None:
        status = status_of(pid, tid)
        self.pid, self.tid = pid, tid
        self.id = int(status['NSpid'].split()[-1])
        self.state = status['State'][0]
        self.mode = int(status['Seccomp'])
        self.filters = int(status['Seccomp_filters'])

    def confinement(self) -> tuple[int, int]:
        """The values that must not become less."""
        return self.mode, self.filters

    def time(self) -> int:
        """How long it has run, in ns; -1: it has ended."""
        text = read(f'/proc/{self.pid}/task/{self.tid}/schedstat')
        return int(text.split()[0]) if text else -1

    def is_in_program(self) -> bool | None:
        """Whether it is in its program now; None: unknown, as it is running."""
        where = read(f'/proc/{self.pid}/task/{self.tid}/syscall').split()
        if not where or where[0] == 'running':
            return None if where else False
        at, exe = int(where[-1], 16), os.readlink(f'/proc/{self.pid}/exe')
        for line in read(f'/proc/{self.pid}/maps').splitlines():
            start, end = (int(text, 16) for text in line.split()[0].split('-'))
            if start <= at < end:
                return line.endswith(exe)
        return False

    def runs_program(self) -> bool:
        """Whether it runs its program, and not CRIU's restorer, which still has to confine it."""
        for _ in range(20):
            answer = self.is_in_program()
            if answer is not None:
                return answer
            time.sleep(0.02)
        return True


# by the id that they have in their own pid namespace
Threads = dict[int, Thread]


def is_criu(pid: int) -> bool:
    """Whether this is a process of CRIU, or a child that is not restored yet."""
    try:
        return os.path.basename(os.readlink(f'/proc/{pid}/exe')) == 'criu'
    except OSError:
        return True


def threads_of(pids: Iterable[int]) -> Threads:
    """All live threads."""
    found: Threads = {}
    for pid in pids:
        if is_criu(pid):
            continue
        try:
            for tid in os.listdir(f'/proc/{pid}/task'):
                thread = Thread(pid, tid)
                if thread.state not in 'ZX':
                    found[thread.id] = thread
        except (OSError, KeyError):
            pass
    return found


def before_of(case: Case) -> Threads:
    """The threads before the fault."""
    found = threads_of(tree_of(case.pid))
    check(any(t.mode == FILTER for t in found.values()), 'no task is confined: this proves nothing')
    return found


def let_run(case: Case, seconds: float = 3) -> Threads:
    """Wait until all tasks that are left have run, sleep or are stopped; returns these."""
    times = {t.tid: t.time() for t in threads_of(case.running()).values()}
    end = time.monotonic() + seconds
    while True:
        time.sleep(0.03)
        now = threads_of(case.running())
        waits = [t for t in now.values()
                 if t.state in 'RD' and t.time() == times.setdefault(t.tid, -2)]
        if not waits or time.monotonic() > end:
            return now


def check_witness(case: Case) -> None:
    """Fail if the witness has reported a call that got through."""
    text = case.messages()
    check('UNCONFINED' not in text, f'a task has run unconfined: {text}')


def describe(thread: Thread) -> str:
    """A thread, as text for a failure."""
    return (f'thread {thread.id} ({thread.tid}): mode {thread.mode}, {thread.filters} filters, '
            f'state {thread.state}')


def check_not_loosened(before: Threads, now: Threads) -> None:
    """After a dump: each thread that is left is as it was."""
    for number, thread in now.items():
        check(number in before, f'nobody knows {describe(thread)}')
        check(thread.confinement() == before[number].confinement(),
              f'{describe(thread)}; before: {describe(before[number])}')


def check_confined(before: Threads, now: Threads) -> str:
    """After a restore: each is as before, in the placeholder or in CRIU's code; the counts."""
    kinds = {'as before': 0, 'strict': 0, 'unfinished': 0}
    for number, thread in now.items():
        check(number in before, f'nobody knows {describe(thread)}')
        was = before[number]
        if thread.confinement() == was.confinement():
            kinds['as before'] += 1
        elif thread.mode == STRICT:
            kinds['strict'] += 1
        else:
            check(not thread.runs_program(), f'{describe(thread)}; before: {describe(was)}')
            kinds['unfinished'] += 1
    return ', '.join(f'{count} {kind}' for kind, count in kinds.items() if count) or 'none left'


def wait_gone(case: Case, seconds: float = 8) -> None:
    """Wait until killed tasks are gone."""
    end = time.monotonic() + seconds
    while threads_of(case.running()):
        if time.monotonic() > end:
            raise Failure('left: ' + '; '.join(
                describe(t) for t in threads_of(case.running()).values()))
        time.sleep(0.03)


def wait_dead(case: Case, numbers: Set[int], seconds: float = 8) -> None:
    """Wait until these threads are gone, which has to be soon."""
    end = time.monotonic() + seconds
    while True:
        left = [t for n, t in threads_of(case.running()).items() if n in numbers]
        if not left:
            return
        check(time.monotonic() < end, 'alive after a call: ' + '; '.join(map(describe, left)))
        time.sleep(0.03)
