# SPDX-License-Identifier: GPL-2.0
"""Shared by the tests here: a running agent, and a case that an agent supervises."""
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, 'test', 'zdtm'))

from harness import Case, check, lines_that_matter, read

CONFIG = '/etc/criu-seccomp.conf'
ENOSYS = -38
STRANGER = 65534  # a user who is neither root nor the one who restores


def wait_for(condition: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait until the condition is true."""
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, f'not within {seconds} s: {what}')
        time.sleep(0.02)


class Agent:
    """A seccomp agent, from start() to stop(), or for the block of a "with"."""

    def __init__(self, path: str, *options: str) -> None:
        self.path, self.log, self.options = path, path + '.log', options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.process = subprocess.Popen([os.path.join(HERE, 'agent'), *self.options, self.path,
                                         self.log], stdin=subprocess.DEVNULL)
        wait_for(self.listens, f'an agent at {self.path}')

    def listens(self) -> bool:
        """Whether its socket exists."""
        with open('/proc/net/unix', encoding='utf-8') as sockets:
            return any(line.split()[-1] == self.path and line.split()[3] == '00010000'
                       for line in sockets)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> 'Agent':
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """The events of these kinds in its log."""
        events = [json.loads(line) for line in read(self.log).splitlines()]
        return [event for event in events if event['what'] in kinds]

    def states(self) -> list[dict[str, Any]]:
        """The messages that came, each with one listener."""
        states = self.events('state')
        check(all(s['fds'] == 1 and s['message']['fds'] == ['seccompFd'] for s in states),
              'a message has not one listener', *states)
        return [s['message'] for s in states]


class Supervised(Case):
    """A test that is supervised from outside, by the agent in .first."""

    def __init__(self, flavour: str, *options: str) -> None:
        super().__init__('seccomp_tree_outside', flavour)
        self.address = ''  # what CRIU finds in its environment
        self.first = Agent(os.path.join(self.root or self.dir, 'agent'), '--hold', '4712',
                           *options)

    def _make_root(self) -> None:
        super()._make_root()
        self.first.start()

    def environ(self) -> dict[str, str]:
        env = super().environ()
        env['ZDTM_AGENT'] = '/agent' if self.root else self.first.path
        if self.address:
            env['CRIU_SECCOMP_AGENT'] = self.address
        return env

    def waits(self, what: str) -> bool:
        """Whether one of its tasks does; one of the rehearsal may have done so, and is dead."""
        return any(os.path.exists(f'/proc/{event["pid"]}') for event in self.first.events(what))

    def dumped(self) -> None:
        """Start and dump it, with a call that the agent has received."""
        if not self.root:
            self.first.start()
        self.start()
        wait_for(lambda: self.waits('held'), 'a call that is held')
        if '--run' in self.first.options:
            wait_for(lambda: self.waits('running'), 'a call that is made for it')
        else:
            # which would interrupt a call that is made for it
            self.before = self.picture()
        self.new_images(1)
        self.dump()
        self.first.stop()

    def verdict(self) -> list[int]:
        """The answers that its tasks get after the restore."""
        self.stop()
        return [int(n) for line in self.messages().splitlines() if line.startswith('told ')
                for n in line.split()[1:]]

    def close(self) -> None:
        self.first.stop()
        super().close()


def configure(text: str | None = None) -> None:
    """Write the configuration file; None: remove it."""
    if os.path.exists(CONFIG):
        os.unlink(CONFIG)
    if text is not None:
        with open(CONFIG, 'w', encoding='utf-8') as f:
            f.write(text)


def errors_of(case: Case) -> list[str]:
    """The errors of the last restore."""
    return lines_that_matter(os.path.join(case.images, 'restore.log'))
