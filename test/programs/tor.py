# SPDX-License-Identifier: GPL-2.0
"""tor with "Sandbox 1": a long filter that contains addresses of tor's own strings."""
import os

from program import Program, ask, expect


class Tor(Program):
    """A client without network access."""
    alone = 'pass'

    def start(self) -> None:
        """Wait until it accepts commands."""
        folder = os.path.join(self.dir, 'tor')
        os.mkdir(folder, 0o700)  # tor requires this mode
        self.socket = os.path.join(folder, 'control')
        config = os.path.join(folder, 'torrc')
        with open(config, 'w', encoding='ascii') as f:
            f.write(f'Sandbox 1\nDisableNetwork 1\nSocksPort 0\nDataDirectory {folder}/data\n'
                    f'ControlSocket {self.socket}\nControlSocketsGroupWritable 0\n')
        self.spawn('tor', '--defaults-torrc', '/dev/null', '-f', config)
        self.wait_until(lambda: os.path.exists(self.socket), 'its control socket')
        self.confined_threads(1)

    def works(self, restored: bool) -> None:
        """Its control port authenticates us, and answers."""
        answer = ask(self.socket, 'AUTHENTICATE\r\n', 'GETINFO version\r\n')
        expect(answer.startswith('250-version='), f'its control port answers: {answer}')
