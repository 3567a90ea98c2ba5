# SPDX-License-Identifier: GPL-2.0
"""A Go program with the binding of libseccomp that Go programs use (gosync.go)."""
import os

from program import BUILD, Program
from syncs import syncs


class Golang(Program):
    """Its main thread has a filter more than the others, and can put all under one."""

    def start(self) -> None:
        """Until it answers."""
        self.socket = os.path.join(self.dir, 'socket')
        self.spawn(os.path.join(BUILD, 'gosync'), self.socket)
        self.wait_until(lambda: os.path.exists(self.socket), 'its socket')
        self.confined_threads(3)

    def works(self, restored: bool) -> None:
        """See syncs.py."""
        syncs(self.socket, restored)
