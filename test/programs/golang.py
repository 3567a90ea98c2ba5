# SPDX-License-Identifier: GPL-2.0
"""A Go program with the binding of libseccomp that Go programs use (gosync.go)."""
import json
import os
import re
import subprocess

from program import BUILD, LIMIT, Program, expect
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

    def verified(self) -> None:
        """A thread that Go has made meanwhile is the only difference that may be."""
        said = subprocess.run(['criu-seccomp', 'verify', '--json', self.images, str(self.pid)],
                              stdout=subprocess.PIPE, timeout=LIMIT, check=False).stdout
        document = json.loads(said or '{"verdict": "nothing", "differences": []}')
        differences = document['differences']
        expect(document['verdict'] in ('same', 'differs') and
               all('thread-only-in-b' in each for each in map(str, differences)),
               f'criu-seccomp verify says {document["verdict"]}: {differences}')

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
