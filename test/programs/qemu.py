# SPDX-License-Identifier: GPL-2.0
"""QEMU with -sandbox on: its threads are under filters that it synchronises."""
import json
import os

from program import Program, ask, expect


class Qemu(Program):
    """An empty machine, which still has its threads and its monitor."""
    alone = 'pass'

    def start(self) -> None:
        """Wait until the monitor exists."""
        self.socket = os.path.join(self.dir, 'qmp')
        self.spawn('qemu-system-x86_64', '-M', 'none', '-nodefaults', '-display', 'none',
                   '-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,'
                   'resourcecontrol=deny', '-qmp', f'unix:{self.socket},server=on,wait=off')
        self.wait_until(lambda: os.path.exists(self.socket), 'its monitor')
        self.confined_threads(2)

    def works(self, restored: bool) -> None:
        """Its monitor greets, and answers."""
        answer = ask(self.socket, '', '{"execute": "qmp_capabilities"}\n',
                     '{"execute": "query-name"}\n', '{"execute": "query-status"}\n',
                     aside='"event":')
        expect(json.loads(answer or '{}').get('return', {}).get('running') is not None,
               f'QMP answers: {answer}')
