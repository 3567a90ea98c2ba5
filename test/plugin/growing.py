# SPDX-License-Identifier: GPL-2.0
"""A case whose task installs one filter after the other; see growing.c."""
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence

from harness import Case, LIMIT, check, read, status_of

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GROWING = os.path.join(TOP, 'build', 'plugin-tests', 'growing')


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    """Wait until the condition is true."""
    end = time.monotonic() + LIMIT
    while not condition():
        check(time.monotonic() < end, f'not after {LIMIT} s: {what}')
        time.sleep(0.02)


class Growing(Case):
    """Runs in the host's namespaces, and as root unless a user is given."""

    def __init__(self, count: int, user: Sequence[str] = ()) -> None:
        super().__init__('growing', 'h')
        self.count, self.user = count, user

    def start(self) -> None:
        """Start it with that many filters."""
        # a user may not see this folder, in root's home for example
        program = shutil.copy(GROWING, self.dir)
        subprocess.run([*self.user, 'setsid', '--fork', program, self.pidfile, str(self.count)],
                       env=self.environ(), cwd=self.dir, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        wait_until('it has written its pid', lambda: read(self.pidfile).endswith('\n'))
        self.pid = int(read(self.pidfile))

    def filters(self) -> int:
        """How many it has."""
        return int(status_of(self.pid, self.pid)['Seccomp_filters'])

    def grow(self) -> None:
        """Make it install one filter more."""
        count = self.filters() + 1
        os.kill(self.pid, signal.SIGUSR1)
        wait_until(f'it has {count} filters', lambda: self.filters() == count)
