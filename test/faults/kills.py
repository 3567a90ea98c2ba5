# SPDX-License-Identifier: GPL-2.0
"""Kills CRIU at its calls: each of the plugin's, each ptrace(2), and some of the others."""
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence

from harness import Case, Failure, LIMIT, check, read
from rows import Table
from watch import Threads, before_of, check_confined, check_not_loosened, check_witness, let_run

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TRACE = os.path.join(TOP, 'build', 'faults', 'trace')
NTH = os.path.join(TOP, 'build', 'faults', 'nth')
# a test, and its flavour
Shape = tuple[str, str]
# for all calls: the first number, and the distance to the next
Part = tuple[int, int]

SHAPES = [('seccomp_tree_witness', 'h'), ('seccomp_tree_witness', 'ns'),
          ('seccomp_tree_listener', 'h')]
OTHERS = 84  # of each shape, on dump and on restore: 500 and more in all


def criu_command(case: Case, action: str, *options: str) -> list[str]:
    """The same command as in Case.criu()."""
    command = ['criu', action, '-D', case.images, '-o', action + '.log', '-v4', *case.libdir]
    if action == 'dump':
        command += ['-t', str(case.pid), '--timeout', '300']
    if action == 'restore':
        command += ['-d', '--pidfile', case.pidfile + '2'] + (
            ['--root', case.root] if case.root else [])
        if os.path.exists(case.pidfile + '2'):
            os.unlink(case.pidfile + '2')
    return [*command, *options]


def start_traced(case: Case, action: str, how: Sequence[str],
                 *options: str) -> subprocess.Popen[bytes]:
    """Start CRIU under trace.c, or nth.c, with these options for that."""
    report = os.path.join(case.dir, 'report')
    program = NTH if '-i' in how else TRACE
    return subprocess.Popen([program, '-o', report, *how, *criu_command(case, action, *options)],
                            env=case.environ(), cwd=case.dir,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def report_of(case: Case) -> tuple[list[int], str, list[str]]:
    """The calls of each kind, what happened at which one, and the lines before."""
    lines = read(os.path.join(case.dir, 'report')).splitlines()
    check(lines, 'trace has no report')
    *numbers, where = lines[-1].split(' ', 3)
    return [int(n) for n in numbers], where, lines[:-1]


def counted(case: Case, action: str) -> list[int]:
    """How many calls CRIU makes that nobody kills: all, ptrace, and the plugin's."""
    with start_traced(case, action, []) as process:
        status = process.wait(LIMIT * 2)
    check(status == 0, f'criu {action} exits {status}', *case.logs())
    return report_of(case)[0]


def killed(case: Case, action: str, how: Sequence[str]) -> str:
    """Kill CRIU at a call; which one it was, or "-" if CRIU came to its end before."""
    with start_traced(case, action, how) as process:
        status = process.wait(LIMIT * 2)
    _, where, _ = report_of(case)
    return where if status == 128 + signal.SIGKILL else '-'


def fresh_images(case: Case) -> None:
    """An empty folder under the same name."""
    shutil.rmtree(case.images, ignore_errors=True)
    os.mkdir(case.images)


def points(numbers: list[int], short: int) -> list[tuple[str, str, str]]:
    """How, at which call, and words for each point. @short: only about that many, of all kinds."""
    calls, ptraces, plugin = numbers
    kinds = [[(option, f'plugin:{n}', f'killed {word} the plugin\'s call {n}')
              for n in range(1, plugin + 1)]
             for option, word in (('-k', 'before'), ('-a', 'after'))]
    kinds.append([('-i', f'ptrace:{n}', f'killed in ptrace {n}')
                  for n in range(1, ptraces + 1)])
    others = [calls * n // OTHERS + 1 for n in range(OTHERS)]
    kinds.append([('-i', f'any:{n}', f'killed in call {n}') for n in others])
    if not short:
        return [point for kind in kinds for point in kind]
    # how many calls there are differs a little from run to run: not the last ones
    step = len(kinds) / short
    return [point for kind in kinds
            for point in kind[:max(1, len(kind) * 9 // 10):max(1, int(len(kind) * step))]]


class Kept:
    """A case that is made when it is needed, and made again after close()."""
    action: str

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.kept: Case | None = None
        self.before: Threads = {}

    @property
    def case(self) -> Case:
        """The case that prepare() made."""
        assert self.kept
        return self.kept

    def close(self) -> None:
        """It is no longer needed."""
        if self.kept:
            self.kept.close()
        self.kept = None


class Dumps(Kept):
    """A tree that is dumped over and over, by a CRIU that is killed."""
    action = 'dump'

    def prepare(self) -> None:
        """A tree; a new one if the last dump has changed it."""
        if not self.kept:
            self.kept = Case(*self.shape)
            self.case.start()
            self.before = before_of(self.case)
            self.case.new_images(1)
        fresh_images(self.case)

    def count(self) -> list[int]:
        """One dump that nobody kills."""
        self.prepare()
        numbers = counted(self.case, 'dump')
        self.close()
        return numbers

    def attempt(self, how: Sequence[str]) -> tuple[str, str]:
        """Where CRIU was killed, and what happened to the tasks."""
        self.prepare()
        where = killed(self.case, 'dump', how)
        now = let_run(self.case)
        check_not_loosened(self.before, now)
        check_witness(self.case)
        intact = len(now) == len(self.before) and all(t.state in 'RS' for t in now.values())
        stopped = sum(t.state in 'Tt' for t in now.values())
        outcome = f'{len(now)} of {len(self.before)} left, as before'
        if where == '-' or not intact:
            self.close()
        return where, outcome + (f', {stopped} stopped' if stopped else '')


class Restores(Kept):
    """One image, restored over and over."""
    action = 'restore'

    def prepare(self) -> None:
        """The image."""
        if self.kept:
            return
        self.kept = Case(*self.shape)
        self.case.start()
        self.before = before_of(self.case)
        self.case.new_images(1)
        self.case.dump()

    def count(self) -> list[int]:
        """One restore that nobody kills."""
        self.prepare()
        numbers = counted(self.case, 'restore')
        now = let_run(self.case)
        check_not_loosened(self.before, now)
        check(len(now) == len(self.before), 'not all are there')
        self.case.kill()
        return numbers

    def attempt(self, how: Sequence[str]) -> tuple[str, str]:
        """As Dumps.attempt()."""
        self.prepare()
        where = killed(self.case, 'restore', how)
        outcome = check_confined(self.before, let_run(self.case))
        check_witness(self.case)
        self.case.kill()
        return where, outcome


Kind = type[Dumps] | type[Restores]
KINDS: tuple[Kind, ...] = (Dumps, Restores)


def sweep(table: Table, shape: Shape, kind: Kind, short: int = 0, part: Part = (0, 1)) -> None:
    """All points of one shape, on dump or on restore; every part[1]-th from the part[0]-th on."""
    runner = kind(shape)
    name = f'{shape[0].removeprefix("seccomp_tree_")}/{shape[1]} {kind.action}'
    reached = 0
    try:
        todo = points(runner.count(), short)[part[0]::part[1]]
        for option, call, words in todo:
            try:
                where, outcome = runner.attempt([option, call])
                reached += where != '-'
                table.row(f'{name}: {where}', words, outcome)
            except Failure as why:
                table.row(f'{name}: {call}', words, 'FAILED', why)
                runner.close()
        # how many calls there are differs a little from run to run
        check(reached >= 0.9 * len(todo) - 1, f'only {reached} of {len(todo)} points were reached')
    finally:
        runner.close()
