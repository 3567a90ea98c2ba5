# SPDX-License-Identifier: GPL-2.0
"""A Go program with the binding of libseccomp that Go programs use (gosync.go)."""
import os
import re

from program import BUILD, Program
from syncs import syncs


class Golang(Program):
    """Its main thread has one more filter than the others, and can install one on all threads."""

    def start(self) -> None:
        """Wait until it answers."""
        self.socket = os.path.join(self.dir, 'socket')
        self.spawn(os.path.join(BUILD, 'gosync'), self.socket)
        self.wait_until(lambda: os.path.exists(self.socket), 'its socket')
        self.confined_threads(3)

    def works(self, restored: bool) -> None:
        """See syncs.py."""
        syncs(self.socket, restored)

    def picture(self) -> list[str]:
        """Go may make a thread at any time, so their number is left out: lines that differ only
        in the id of a thread other than the main one count once.
        """
        def about(line: str) -> str:
            ids = re.match(r'(\d+)/(\d+) ', line)
            if not ids or ids[1] == ids[2]:
                return line
            return f'{ids[1]}/other {line[ids.end():]}'

        return sorted(set(map(about, super().picture())))
