# SPDX-License-Identifier: GPL-2.0
"""Runs tasks in the strict mode that CRIU's images have in place of filters."""
import os
import signal
import subprocess
from functools import partial

from errors import Action, said, text_of
from harness import Case, LIMIT, check
from kills import Shape, TOP, criu_command
from rows import Table
from watch import NONE, STRICT, Threads, check_witness, describe, threads_of, wait_dead, wait_gone

PLUGINS = '/usr/lib/criu'
OLD = os.path.join(TOP, 'build', 'faults', 'old')


class Without:
    """CRIU's plugin folder does not exist, or is empty; no other is named."""

    def __init__(self, empty: bool) -> None:
        self.empty = empty

    def __enter__(self) -> None:
        os.rename(PLUGINS, PLUGINS + '.away')
        if self.empty:
            os.mkdir(PLUGINS)

    def __exit__(self, *_: object) -> None:
        if self.empty:
            os.rmdir(PLUGINS)
        os.rename(PLUGINS + '.away', PLUGINS)


def stopped_then_run(case: Case, before: Threads) -> str:
    """Restored and stopped, all tasks are in strict mode; once they run, all die."""
    confined = {number for number, t in before.items() if t.mode != NONE}
    now = threads_of(case.running())
    for number in confined & now.keys():
        check(now[number].mode == STRICT, f'not in strict mode: {describe(now[number])}')
    strict = len(confined & now.keys())
    check(strict == len(confined), f'{strict} of {len(confined)} are there')
    for pid in {t.pid for t in now.values()}:
        os.kill(pid, signal.SIGCONT)
    wait_dead(case, confined)
    check_witness(case)
    return f'{strict} of {strict} in strict mode, then dead at their first other call'


def restore_without(shape: Shape, empty: bool = False, old: bool = False) -> str:
    """Restore with a CRIU without the plugin: it is refused, or the placeholder works."""
    criu = os.path.join(OLD, 'criu') if old else 'criu'
    env = {'LD_LIBRARY_PATH': OLD} if old else {}
    action = Action(shape, 'restore')
    try:
        action.prepare()
        command = criu_command(action.case, 'restore', '--leave-stopped')
        with Without(empty):
            status = subprocess.run(
                [criu, *command[1:]], env={**action.case.environ(), **env},
                cwd=action.case.dir, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=LIMIT, check=False).returncode
        if status:
            wait_gone(action.case)
            return f'refused: {text_of(said(action.case, "restore"))}'
        return stopped_then_run(action.case, action.before)
    finally:
        action.close()


def everything(table: Table) -> None:
    """No folder, an empty one; a chain that another plugin has ended is in races.py."""
    for shape in (('seccomp_tree_witness', 'h'), ('seccomp_tree_witness', 'ns'),
                  ('seccomp_tree_chain', 'h')):
        name = f'{shape[0].removeprefix("seccomp_tree_")}/{shape[1]} restore'
        for empty, words in ((False, f'no {PLUGINS}'), (True, f'{PLUGINS} is empty')):
            table.attempt(f'{name}: CRIU has no plugin', words,
                          partial(restore_without, shape, empty))
        table.attempt(f'{name}: CRIU 3.17, no plugins', 'knows no plugin of ours',
                      partial(restore_without, shape, old=True))
