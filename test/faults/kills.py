# SPDX-License-Identifier: GPL-2.0
"""CRIU killed at its calls: each of the plugin's, each ptrace(2), and some of all others."""
import os
import shutil
import signal
import subprocess

from harness import Case, Failure, LIMIT, check, read
from watch import before_of, cried, let_run, not_loose, not_looser

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TRACE = os.path.join(TOP, 'build', 'faults', 'trace')
SHAPES = [('seccomp_tree_witness', 'h'), ('seccomp_tree_witness', 'ns'),
          ('seccomp_tree_listener', 'h')]
OTHERS = 84  # of each shape, on dump and on restore: 500 and more in all


def criu_command(case, action, *options):
    """As Case.criu() has it."""
    command = ['criu', action, '-D', case.images, '-o', action + '.log', '-v4', *case.libdir]
    if action == 'dump':
        command += ['-t', str(case.pid), '--timeout', '300']
    if action == 'restore':
        command += ['-d', '--pidfile', case.pidfile + '2'] + (
            ['--root', case.root] if case.root else [])
        if os.path.exists(case.pidfile + '2'):
            os.unlink(case.pidfile + '2')
    return [*command, *options]


def start_traced(case, action, how, *options, env=None):
    """CRIU under trace.c, which is told how."""
    report = os.path.join(case.dir, 'report')
    return subprocess.Popen([TRACE, '-o', report, *how, *criu_command(case, action, *options)],
                            env={**case.environ(), **(env or {})}, cwd=case.dir,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def report_of(case):
    """The calls of each kind, what happened at which one, and the lines before."""
    lines = read(os.path.join(case.dir, 'report')).splitlines()
    check(lines, 'trace has no report')
    *numbers, where = lines[-1].split(' ', 3)
    return [int(n) for n in numbers], where, lines[:-1]


def traced(case, action, *how):
    """CRIU's exit status, and the report."""
    with start_traced(case, action, how) as process:
        status = process.wait(LIMIT * 2)
    return status, *report_of(case)


def fresh_images(case):
    """An empty folder under the same name."""
    shutil.rmtree(case.images, ignore_errors=True)
    os.mkdir(case.images)


def points(numbers, short):
    """What to do at which call: options of trace, and words. @short: some so many, of all kinds."""
    calls, ptraces, plugin = numbers
    kinds = [[(option, f'plugin:{n}', f'killed {word} the plugin\'s call {n}')
              for n in range(1, plugin + 1)] for option, word in (('-k', 'before'), ('-a', 'after'))]
    kinds.append([('-k', f'ptrace:{n}', f'killed before ptrace {n}')
                  for n in range(1, ptraces + 1)])
    others = [calls * n // OTHERS + 1 for n in range(OTHERS)]
    kinds.append([('-k', f'any:{n}', f'killed before call {n}') for n in others])
    step = len(kinds) / short if short else 0
    return [point for kind in kinds for point in kind[::max(1, int(len(kind) * step))]]


class Dumps:
    """A tree that is dumped over and over, by a CRIU that is killed."""
    action = 'dump'

    def __init__(self, shape):
        self.shape, self.case, self.before = shape, None, None

    def prepare(self):
        """A tree, a new one where the last dump has left its mark."""
        if not self.case:
            self.case = Case(*self.shape)
            self.case.start()
            self.before = before_of(self.case)
            self.case.new_images(1)
        fresh_images(self.case)

    def count(self):
        """One dump that nobody kills."""
        self.prepare()
        status, numbers, _, _ = traced(self.case, 'dump')
        check(status == 0, f'criu dump exits {status}', *self.case.logs())
        self.close()
        return numbers

    def attempt(self, how):
        """Where it was killed, and what has become of the tasks."""
        self.prepare()
        status, _, where, _ = traced(self.case, 'dump', *how)
        now = let_run(self.case)
        not_looser(self.before, now)
        cried(self.case)
        intact = len(now) == len(self.before) and all(t.state in 'RS' for t in now.values())
        stopped = sum(t.state in 'Tt' for t in now.values())
        outcome = f'{len(now)} of {len(self.before)} left, as before'
        if status != 128 + signal.SIGKILL:
            where, intact = '-', False
        if not intact:
            self.close()
        return where, outcome + (f', {stopped} stopped' if stopped else '')

    def close(self):
        """The tree is no longer needed."""
        if self.case:
            self.case.close()
        self.case = None


class Restores:
    """One image, restored over and over."""
    action = 'restore'

    def __init__(self, shape):
        self.shape, self.case, self.before = shape, None, None

    def prepare(self):
        """The image."""
        if self.case:
            return
        self.case = Case(*self.shape)
        self.case.start()
        self.before = before_of(self.case)
        self.case.new_images(1)
        self.case.dump()

    def count(self):
        """One restore that nobody kills."""
        self.prepare()
        status, numbers, _, _ = traced(self.case, 'restore')
        check(status == 0, f'criu restore exits {status}', *self.case.logs())
        now = let_run(self.case)
        not_looser(self.before, now)
        check(len(now) == len(self.before), 'not all are there')
        self.case.kill()
        return numbers

    def attempt(self, how):
        """As Dumps.attempt()."""
        self.prepare()
        status, _, where, _ = traced(self.case, 'restore', *how)
        outcome = not_loose(self.before, let_run(self.case))
        cried(self.case)
        self.case.kill()
        return where if status == 128 + signal.SIGKILL else '-', outcome

    def close(self):
        """The image is no longer needed."""
        if self.case:
            self.case.close()
        self.case = None


def sweep(table, shape, kind, short=0, part=(0, 1)):
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
        check(reached >= 0.9 * len(todo), f'only {reached} of {len(todo)} points were reached')
    finally:
        runner.close()
