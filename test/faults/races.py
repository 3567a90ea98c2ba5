# SPDX-License-Identifier: GPL-2.0
"""Races: a task dies, another CRIU is started, another plugin ends the chain."""
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from functools import partial

from errors import Action, said, text_of
from harness import Case, Failure, LIMIT, check, read, status_of, tree_of
from kills import Shape, TOP, criu_command, start_traced
from rows import Table
from watch import (NONE, before_of, check_confined, check_not_loosened, check_witness, let_run,
                   threads_of, wait_dead, wait_gone)

PLUGIN = '/usr/lib/criu/seccomp_plugin.so'
FIRST = os.path.join(TOP, 'build', 'faults', 'first.so')
# lib/criu-plugin.h
HOOKS = {'DUMP_EXT_FILE': 2, 'RESTORE_EXT_FILE': 3, 'RESUME_DEVICES_LATE': 9,
         'CHECKPOINT_DEVICES': 11}


def while_stopped(case: Case, action: str, call: str, function: Callable[[], None],
                  *options: str) -> int:
    """Run the function while CRIU waits before that call of the plugin; its exit status."""
    with start_traced(case, action, ['-s', call], *options) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        check(os.WIFSTOPPED(status), f'criu {action} does not come to {call}', *case.logs())
        try:
            function()
        finally:
            process.send_signal(signal.SIGCONT)
            status = process.wait(LIMIT)
    return status


def kill_one(pids: list[int]) -> None:
    """Kill the first task that has a filter, or is in the placeholder."""
    for pid in pids:
        if status_of(pid, pid).get('Seccomp', '0').strip() != '0':
            os.kill(pid, signal.SIGKILL)
            return
    raise Failure('there is no task to kill')


def task_dies_in_dump() -> str:
    """Between seize and dump."""
    case = Case('seccomp_tree_witness', 'h')
    try:
        case.start()
        before = before_of(case)
        case.new_images(1)
        status = while_stopped(case, 'dump', 'plugin.ptrace:1',
                               lambda: kill_one(tree_of(case.pid)), '--leave-running')
        now = let_run(case)
        check_not_loosened(before, now)
        check_witness(case)
        check(now, 'no task is left')
        return f'criu exits {status}, {len(now)} of {len(before)} as before'
    finally:
        case.close()


def task_dies_in_restore() -> str:
    """Between fork and SET."""
    action = Action(('seccomp_tree_witness', 'h'), 'restore')
    try:
        action.prepare()
        case = action.case
        status = while_stopped(case, 'restore', 'plugin.ptrace:1', lambda: kill_one(
            [pid for pid in case.running() if pid in {t.pid for t in threads_of(
                case.running()).values()}]))
        outcome = check_confined(action.before, let_run(case))
        check_witness(case)
        return f'criu exits {status}: {outcome}; {text_of(said(case, "restore"))}'
    finally:
        action.close()


def two_restores() -> str:
    """The second begins when the first is about to set filters."""
    action = Action(('seccomp_tree_witness', 'h'), 'restore')
    results = []
    try:
        action.prepare()
        case = action.case

        def again() -> None:
            images = case.images
            case.images = images + '-again'
            shutil.copytree(images, case.images)
            results.append(subprocess.run(
                criu_command(case, 'restore')[:-2] + ['--pidfile', case.pidfile + '3'],
                env=case.environ(), cwd=case.dir,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=LIMIT, check=False).returncode)
            case.images = images
        status = while_stopped(case, 'restore', 'plugin.ptrace:1', again)
        now = let_run(case)
        check_witness(case)
        if status == 0:
            check_not_loosened(action.before, now)
            check(len(now) == len(action.before), f'{len(now)} of {len(action.before)} are there')
            outcome = 'as before'
        else:
            outcome = check_confined(action.before, now)
        check(results[0] != 0, 'both work')
        return f'exit {status}: {outcome}; the other exits {results[0]}'
    finally:
        action.close()


def two_dumps() -> str:
    """The second begins when the first has seized the tasks."""
    action = Action(('seccomp_tree_witness', 'h'), 'dump')
    results = []
    try:
        action.prepare()
        case = action.case

        def again() -> None:
            images = case.images
            case.new_images(2)
            results.append(case.criu('dump', '-t', str(case.pid), '--timeout', '10',
                                     '--leave-running'))
            case.images = images
        status = while_stopped(case, 'dump', 'plugin.ptrace:1', again, '--leave-running')
        check(status == 0, f'criu dump exits {status}', *case.logs())
        check(results[0] != 0, 'both work')
        outcome = action.judge_dump(0)
        return f'{outcome}; the other exits {results[0]}'
    finally:
        action.close()


def plugin_folder(case: Case) -> str:
    """A folder with our plugin and the one that takes the lead, which CRIU has to read last."""
    for order in ((0, 1), (1, 0)):
        path = os.path.join(case.dir, f'plugins-{order[0]}')
        os.mkdir(path)
        for n in order:
            shutil.copy((PLUGIN, FIRST)[n], path)
        if [n for n in os.listdir(path) if n.endswith('.so')][-1] == 'first.so':
            return path
    raise Failure('no folder lists first.so last')


def criu_with_first(case: Case, action: str, hook: str, *options: str) -> int:
    """CRIU with a plugin that ends the chain of that hook."""
    return subprocess.run(criu_command(case, action, '-L', plugin_folder(case), *options),
                          env={**case.environ(), 'FIRST': str(HOOKS[hook])}, cwd=case.dir,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=LIMIT, check=False).returncode


def dump_chain_ended(shape: Shape, hook: str) -> str:
    """The plugin's hook is not called in the dump: CRIU alone must not lose a filter."""
    case = Case(*shape)
    try:
        case.start()
        before = before_of(case)
        case.new_images(1)
        status = criu_with_first(case, 'dump', hook)
        if status:
            now = let_run(case)
            check_not_loosened(before, now)
            check(len(now) == len(before), 'not all are left')
            return f'dump refused, all as before: {text_of(said(case, "dump"))}'
        case.kill()
        status = subprocess.run(criu_command(case, 'restore'), env=case.environ(), cwd=case.dir,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, timeout=LIMIT, check=False).returncode
        now = let_run(case)
        check_witness(case)
        if status:
            wait_gone(case)
            return f'restore refused: {text_of(said(case, "restore"))}'
        check_not_loosened(before, now)
        check(len(now) == len(before), f'{len(now)} of {len(before)} are there')
        return 'restored by CRIU alone, as many filters as before'
    finally:
        case.close()


def restore_chain_ended(shape: Shape, hook: str) -> str:
    """The plugin's last hook is not called: all confined tasks must be dead."""
    action = Action(shape, 'restore')
    try:
        action.prepare()
        status = criu_with_first(action.case, 'restore', hook)
        now = let_run(action.case)
        outcome = check_confined(action.before, now)
        check_witness(action.case)
        if hook == 'RESUME_DEVICES_LATE' and not status:
            wait_dead(action.case, {n for n, t in action.before.items() if t.mode != NONE})
            log = read(os.path.join(action.case.images, 'restore.log'))
            check('did not get their filters' in log, 'no message says so')
        return f'criu exits {status}: {outcome}'
    finally:
        action.close()


def everything(table: Table) -> None:
    """All of these."""
    witness, listener = ('seccomp_tree_witness', 'h'), ('seccomp_tree_listener', 'h')
    table.attempt('witness/h dump: plugin\'s first ptrace', 'a task is killed', task_dies_in_dump)
    table.attempt('witness/h restore: plugin\'s first ptrace', 'a task is killed',
                  task_dies_in_restore)
    table.attempt('witness/h restore: plugin\'s first ptrace', 'a second restore', two_restores)
    table.attempt('witness/h dump: plugin\'s first ptrace', 'a second dump', two_dumps)
    for shape in (witness, listener):
        name = f'{shape[0].removeprefix("seccomp_tree_")}/{shape[1]}'
        for hook in ('CHECKPOINT_DEVICES', 'DUMP_EXT_FILE'):
            table.attempt(f'{name} dump: {hook}', 'another plugin ends the chain',
                          partial(dump_chain_ended, shape, hook))
        for hook in ('RESTORE_EXT_FILE', 'RESUME_DEVICES_LATE'):
            table.attempt(f'{name} restore: {hook}', 'another plugin ends the chain',
                          partial(restore_chain_ended, shape, hook))
