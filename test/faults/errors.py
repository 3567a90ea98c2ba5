# SPDX-License-Identifier: GPL-2.0
"""Failing calls and allocations of the plugin, in a CRIU that keeps running."""
import errno
import os
import re
import signal
import subprocess
from collections.abc import Callable

from harness import Case, Failure, LIMIT, check, lines_that_matter, read
from kills import Kept, Part, Shape, TOP, criu_command, fresh_images, start_traced
from rows import Table
from watch import before_of, check_not_loosened, check_witness, let_run, wait_gone

IMAGE = 'seccomp-tree.img'
NOMEM = os.path.join(TOP, 'build', 'faults', 'nomem.so')
SHAPES = [('seccomp_tree_witness', 'h'), ('seccomp_tree_listener', 'h')]

# The errno that each call can fail with. Others do not fail, or it would make no difference.
ERRORS = {
    'openat': 'EMFILE', 'pwrite64': 'ENOSPC', 'ptrace': 'ESRCH', 'ioctl': 'ENOMEM',
    'seccomp': 'ENOMEM', 'mmap': 'ENOMEM', 'socketpair': 'EMFILE', 'sendmsg': 'ENOBUFS',
    'recvmsg': 'ENOMEM', 'fcntl': 'EMFILE', 'read': 'EIO', 'pread64': 'EIO', 'unlinkat': 'EROFS',
    'newfstatat': 'ENOMEM', 'fstat': 'EIO', 'getdents64': 'ENOMEM', 'readlink': 'ENOMEM',
    'connect': 'ECONNREFUSED', 'socket': 'EMFILE', 'getrandom': 'EAGAIN', 'faccessat': 'ENOMEM',
}
# SECCOMP_FD_FEATURES in lib/seccomp-fd.h
FEATURES = ('seccomp', '0x22')


def said(case: Case, action: str) -> str:
    """The error of the plugin, or else of CRIU."""
    lines = [line for line in lines_that_matter(os.path.join(case.images, action + '.log'), 60)
             if 'Error' in line]
    ours = [line for line in lines if 'seccomp_plugin' in line]
    return (ours or lines or [''])[0]


def text_of(line: str) -> str:
    """The message in a line of the log."""
    return re.sub(r'^.*Error \([^)]*\): ', '', line)[:70]


class Action(Kept):
    """A dump or a restore with a fault: it must succeed, or fail without any effect."""

    def __init__(self, shape: Shape, action: str) -> None:
        super().__init__(shape)
        self.action = action
        self.picture: list[str] = []
        self.name = f'{shape[0].removeprefix("seccomp_tree_")}/{shape[1]} {action}'

    def prepare(self) -> None:
        """Make a tree, or an image of one."""
        if not self.kept:
            self.kept = Case(*self.shape)
            self.case.start()
            self.before, self.picture = before_of(self.case), self.case.picture()
            self.case.new_images(1)
            if self.action == 'restore':
                self.case.dump()
        if self.action == 'dump':
            fresh_images(self.case)

    def options(self) -> list[str]:
        """CRIU's options; a tree that keeps running can be dumped again."""
        return ['--leave-running'] if self.action == 'dump' else []

    def judge(self, status: int) -> str:
        """Check the outcome, and describe it."""
        check(status < 128, f'criu ends by signal {status - 128}')
        return self.judge_dump(status) if self.action == 'dump' else self.judge_restore(status)

    def judge_dump(self, status: int) -> str:
        """Nothing has changed, and there is a valid image, or a message and no image."""
        now = let_run(self.case)
        check_not_loosened(self.before, now)
        check(len(now) == len(self.before), f'{len(now)} of {len(self.before)} are left')
        check_witness(self.case)
        there = os.path.exists(os.path.join(self.case.images, IMAGE))
        line = said(self.case, 'dump')
        if status:
            check('seccomp_plugin' in line, f'no message of ours: {line}')
            check(not there or 'cannot remove' in read(os.path.join(self.case.images, 'dump.log')),
                  f'{IMAGE} is left')
            return f'refused: {text_of(line)}'
        check(there, f'no {IMAGE}')
        self.prove_dump()
        return 'dumped, restores the same'

    def prove_dump(self) -> None:
        """Kill the tasks, and restore them from the images."""
        self.case.kill()
        self.case.restore()
        check(self.case.picture() == self.picture, 'not as before')
        check_witness(self.case)

    def judge_restore(self, status: int) -> str:
        """All tasks are there as they were; or there is none, and a message."""
        line = said(self.case, 'restore')
        if status:
            wait_gone(self.case)
            check_witness(self.case)
            check('seccomp_plugin' in line, f'no message of ours: {line}')
            return f'refused: {text_of(line)}'
        let_run(self.case)
        check_witness(self.case)
        self.case.pid = int(read(self.case.pidfile + '2'))
        same = self.case.picture() == self.picture
        self.case.kill()
        check(same, 'not as before')
        return 'restored, the same'


def attempt(table: Table, action: Action, point: str, fault: str, function: Callable[[],
            str | None]) -> None:
    """Add a row for a fault, if it happened; after a bad outcome, start over."""
    try:
        action.prepare()
        outcome = function()
        if outcome:
            table.row(f'{action.name}: {point}', fault, outcome)
    except Failure as why:
        table.row(f'{action.name}: {point}', fault, 'FAILED', why)
        action.close()


def calls_of(action: Action) -> list[list[str]]:
    """The plugin's calls, in order: number, name, argument."""
    action.prepare()
    with start_traced(action.case, action.action, ['-l'], *action.options()) as process:
        check(process.wait(LIMIT * 2) == 0, f'criu {action.action} fails', *action.case.logs())
    lines = read(os.path.join(action.case.dir, 'report')).splitlines()[:-1]
    action.case.kill()
    if action.action == 'dump':
        action.close()
    return [line.split() for line in lines]


def can_fail(name: str, argument: str) -> bool:
    """Whether a failure matters: not for the test whether the kernel has the patches."""
    return name in ERRORS and (name, argument) != FEATURES


def failing_calls(table: Table, action: Action, short: int, part: Part) -> None:
    """Each call of the plugin fails."""
    todo = [call for call in calls_of(action) if can_fail(*call[1:])][part[0]::part[1]]
    if short:
        todo = todo[::max(1, len(todo) // short)]
    for number, name, argument in todo:
        how = ['-e', f'{getattr(errno, ERRORS[name])}:plugin:{number}']

        def fault(how: list[str] = how) -> str:
            with start_traced(action.case, action.action, how, *action.options()) as process:
                return action.judge(process.wait(LIMIT * 2))
        attempt(table, action, f'{name}({argument}), call {number}', ERRORS[name], fault)


def without_memory(action: Action, number: int) -> str | None:
    """The outcome if this allocation fails; None: there are not that many."""
    report = os.path.join(action.case.dir, 'nomem')
    env = {**action.case.environ(), 'LD_PRELOAD': NOMEM, 'NOMEM': str(number),
           'NOMEM_REPORT': report}
    done = subprocess.run(
        criu_command(action.case, action.action, *action.options()), env=env,
        cwd=action.case.dir, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, timeout=LIMIT, check=False)
    reached = os.path.exists(report)
    if reached:
        os.unlink(report)
    outcome = action.judge(done.returncode if done.returncode >= 0 else 128 - done.returncode)
    return outcome if reached else None


def failing_allocations(table: Table, action: Action, short: int, part: Part) -> None:
    """Each allocation of the plugin fails, until there are no more."""
    for number in range(1 + part[0], 400, part[1] * (7 if short else 1)):
        outcomes: list[str | None] = []

        def fault(number: int = number, outcomes: list[str | None] = outcomes) -> str | None:
            outcomes.append(without_memory(action, number))
            return outcomes[0]
        attempt(table, action, f'allocation {number}', 'ENOMEM', fault)
        if outcomes == [None]:
            return


def full_disk(table: Table) -> None:
    """The disk is full when the plugin writes its image, but not before."""
    action = Action(('seccomp_tree_witness', 'h'), 'dump')

    def fault() -> str:
        case = action.case
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', case.images], check=True)
        try:
            with start_traced(case, 'dump', ['-s', 'plugin.pwrite64:1'],
                              *action.options()) as process:
                os.waitpid(process.pid, os.WUNTRACED)
                with open(os.path.join(case.images, 'full'), 'wb') as f:
                    try:
                        while True:
                            f.write(b'x' * 4096)
                            f.flush()
                    except OSError:
                        pass
                process.send_signal(signal.SIGCONT)
                status = process.wait(LIMIT)
            now = let_run(case)
            check_not_loosened(action.before, now)
            check(len(now) == len(action.before), 'not all are left')
            check(status > 0, 'the dump works')
            check(not os.path.exists(os.path.join(case.images, IMAGE)), f'{IMAGE} is left')
        finally:
            subprocess.run(['umount', '-l', case.images], check=True)
        check_witness(case)
        case.stop()
        return 'refused, all as before'
    attempt(table, action, 'disk', 'full for our image', fault)
    action.close()


def read_only(table: Table) -> None:
    """The image folder is read-only; the log is elsewhere."""
    action = Action(('seccomp_tree_witness', 'h'), 'dump')

    def fault() -> str:
        case = action.case
        log = os.path.join(case.dir, 'dump.log')
        for args in (['--bind', case.images, case.images], ['-o', 'remount,bind,ro', case.images]):
            subprocess.run(['mount', *args], check=True)
        try:
            command = ['criu', 'dump', '-t', str(case.pid), '-D', case.images, '-W', case.dir,
                       '-o', log, '-v4', '--leave-running']
            status = subprocess.run(command, env=case.environ(), cwd=case.dir, check=False,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL, timeout=LIMIT).returncode
        finally:
            subprocess.run(['umount', '-l', case.images], check=True)
        check(status > 0, 'the dump works')
        now = let_run(case)
        check_not_loosened(action.before, now)
        check(len(now) == len(action.before), 'not all are left')
        check_witness(case)
        case.stop()
        errors = [line for line in lines_that_matter(log) if 'Error' in line]
        return 'refused: ' + text_of((errors or [''])[0])
    attempt(table, action, 'image folder', 'read-only', fault)
    action.close()


def everything(table: Table, short: int, part: Part) -> None:
    """Everything that fails in a CRIU that keeps running."""
    if not part[0]:
        full_disk(table)
        read_only(table)
    for shape in SHAPES:
        for name in ('dump', 'restore'):
            action = Action(shape, name)
            try:
                failing_calls(table, action, short, part)
                failing_allocations(table, action, short, part)
            finally:
                action.close()
