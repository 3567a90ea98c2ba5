# SPDX-License-Identifier: GPL-2.0
"""Code that the programs share which are started, dumped and restored here."""
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Protocol

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'test', 'zdtm'))

from harness import Case, Different, Failure, LIMIT, check, read, status_of, verified

BUILD = os.path.join(TOP, 'build', 'programs')


def wait_for(condition: Callable[[], object], what: str, seconds: int = LIMIT) -> None:
    """Wait until the condition is true."""
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, f'not within {seconds} s: {what}')
        time.sleep(0.05)


def expect(condition: object, text: str, *details: object) -> None:
    """Require something of a program; otherwise it is not as it was."""
    try:
        check(condition, text, *details)
    except Failure as why:
        raise Different(str(why)) from None


def ask(path: str, *lines: str, aside: str = '') -> str:
    """
    Send these lines to a socket, each after an answer; returns the last answer. A line
    with "aside" in it is none: the other end says it when it likes.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        try:
            connection.connect(path)
            with connection.makefile('rw', encoding='utf-8', newline='') as stream:
                answer = ''
                for line in lines:
                    stream.write(line)
                    stream.flush()
                    answer = stream.readline()
                    while aside and aside in answer:
                        answer = stream.readline()
                # no more data means that it has closed its end, too
                connection.shutdown(socket.SHUT_WR)
                stream.read()
                return answer.strip()
        except OSError as why:
            raise Different(f'{path} does not answer: {why}') from None


class Subject(Protocol):
    """Something that is started, dumped and restored, in whatever way."""
    # the outcome with CRIU alone, as "native" in doc/tests.md: pass, different, fail
    alone: str

    def start(self) -> None:
        """Until it can be dumped."""

    def works(self, restored: bool) -> None:
        """Raises Different if it does not; may use it up, once it is restored."""

    def picture(self) -> list[str]:
        """What must be the same before and after."""

    def dump(self) -> None:
        """Nothing is left of it."""

    def restore(self) -> None:
        """All of it."""

    def verified(self) -> None:
        """The command finds nothing that differs from the dump."""

    def criu_logs(self) -> list[str]:
        """What is worth reading in them."""

    def close(self) -> None:
        """Leave nothing behind."""


class Program(Case):
    """A program. Its subclass knows how to start it, and how to check that it works."""

    # additional options for CRIU
    options: tuple[str, ...] = ('--file-locks',)
    alone = 'different'

    def __init__(self, plugin: bool = True) -> None:
        super().__init__(type(self).__name__.lower(), 'h', plugin)
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self, *command: str) -> None:
        """Run it in a session of its own, with its output in a file."""
        with open(os.path.join(self.dir, 'said'), 'ab') as said:
            self.process = subprocess.Popen(command, env=self.environ(), cwd=self.dir,
                                            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                            start_new_session=True)
        self.pid = self.process.pid

    def wait_until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until the condition is true, or fail if the program ends."""
        try:
            wait_for(lambda: self.has_ended() or condition(), what)
            check(not self.has_ended(), f'it has ended: {what}')
        except Failure as why:
            raise Failure(f'{why}\n{self.messages()}') from None

    def has_ended(self) -> bool:
        """Whether it has ended before it was dumped."""
        return self.process is not None and self.process.poll() is not None

    def dump(self, *options: str) -> None:
        self.new_images(1)
        super().dump(*options)

    def messages(self) -> str:
        return '\n'.join(read(os.path.join(self.dir, 'said')).splitlines()[-15:])

    def works(self, restored: bool) -> None:
        """See Subject."""
        raise NotImplementedError

    def criu(self, action: str, *options: str, log: str | None = None) -> int:
        return super().criu(action, *self.options, *options, log=log)

    def _wait_gone(self, pids: list[int]) -> None:
        if self.process and self.pid == self.process.pid:
            self.process.wait(LIMIT)
        super()._wait_gone(pids)

    def close(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(LIMIT)
        super().close()

    def verified(self) -> None:
        """See Subject."""
        verified(self.images, self.pid)

    def criu_logs(self) -> list[str]:
        """What is worth reading in them."""
        return self.logs()

    def confined_threads(self, least: int) -> None:
        """Wait until at least this many threads have filters."""
        def modes() -> list[str]:
            return [status_of(self.pid, tid).get('Seccomp', '').strip()
                    for tid in os.listdir(f'/proc/{self.pid}/task')]

        self.wait_until(lambda: len(modes()) >= least and set(modes()) == {'2'},
                        'filters of all its threads')
