# SPDX-License-Identifier: GPL-2.0
"""chronyd with -F 1, its stricter filter, as a daemon."""
import os
import subprocess

from program import Program, expect
from harness import check, read

FOLDER = '/run/chrony-test'  # chronyc makes its own socket beside that of the daemon


class Chrony(Program):
    """A server that leaves the machine's clock alone. Its session has lost its leader, so CRIU is
    told to take the session that it finds.
    """
    options = ('--file-locks', '--shell-job')
    alone = 'pass'

    def start(self) -> None:
        """Wait until it accepts commands."""
        os.makedirs(FOLDER, mode=0o770, exist_ok=True)
        self.socket = os.path.join(FOLDER, 'chronyd.sock')
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        config = os.path.join(self.dir, 'chrony.conf')
        with open(config, 'w', encoding='ascii') as f:
            f.write(f'bindcmdaddress {self.socket}\ncmdport 0\nport 0\nlocal stratum 7\n'
                    f'pidfile {self.dir}/chronyd.pid\n')
        done = subprocess.run(['chronyd', '-x', '-F', '1', '-u', 'root', '-f', config],
                              env=self.environ(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        check(done.returncode == 0, f'chronyd exits {done.returncode}')
        self.pid = int(read(os.path.join(self.dir, 'chronyd.pid')))
        self.wait_until(lambda: os.path.exists(self.socket), 'its socket')
        self.confined_threads(1)

    def works(self, restored: bool) -> None:
        """It reports its time source, which is itself."""
        done = subprocess.run(['chronyc', '-h', self.socket, '-c', 'tracking'],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        expect(done.returncode == 0 and done.stdout.split(',')[2:3] == ['7'],
               f'chronyc exits {done.returncode}: {done.stdout}')
