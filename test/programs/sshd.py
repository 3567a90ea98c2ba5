# SPDX-License-Identifier: GPL-2.0
"""sshd before authentication: the process that talks to the client has a filter, and may
not open anything, not even what CRIU passes to every task that it dumps.
"""
import os
import subprocess

from program import Program, expect, wait_for
from harness import Failure, check, status_of, tree_of

PORT = '2222'
CONFIG = '''\
Port {port}
ListenAddress 127.0.0.1
HostKey {dir}/host
AuthorizedKeysFile {dir}/user.pub
PidFile {dir}/sshd.pid
StrictModes no
UsePAM no
PermitRootLogin yes
LoginGraceTime 0
'''
# the client asks for the passphrase of its key in the middle of the authentication
ASKPASS = ('#!/bin/sh\ntouch {dir}/asked\n'
           'while [ ! -e {dir}/answer ]; do sleep 0.1; done\necho passphrase\n')


class Sshd(Program):
    """A server with a client that waits. CRIU cannot dump it, with or without the plugin."""
    options = ('--tcp-established', '--file-locks')
    alone = 'fail'

    def start(self) -> None:
        """Wait until the client knows that the server accepts its key; the server then waits."""
        for name, secret in (('host', ''), ('user', 'passphrase')):
            subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', secret, '-f',
                            os.path.join(self.dir, name)], check=True)
        for name, text in (('config', CONFIG), ('askpass', ASKPASS)):
            path = os.path.join(self.dir, name)
            with open(path, 'w', encoding='ascii') as f:
                f.write(text.format(port=PORT, dir=self.dir))
            os.chmod(path, 0o700)
        os.makedirs('/run/sshd', exist_ok=True)
        self.spawn('/usr/sbin/sshd', '-D', '-e', '-f', os.path.join(self.dir, 'config'))
        self.wait_until(lambda: os.path.exists(os.path.join(self.dir, 'sshd.pid')), 'its pid')
        self.client = subprocess.Popen(
            ['ssh', '-F', '/dev/null', '-p', PORT, '-i', os.path.join(self.dir, 'user'),
             '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null',
             'root@127.0.0.1', 'echo', 'through'],
            env={'PATH': os.environ['PATH'], 'SSH_ASKPASS': os.path.join(self.dir, 'askpass'),
                 'SSH_ASKPASS_REQUIRE': 'force'},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_until(lambda: os.path.exists(os.path.join(self.dir, 'asked')), 'a client')
        check(self.confined(), 'none of its processes is under a filter')

    def confined(self) -> list[int]:
        """The processes that talk to clients that are not authenticated."""
        return [pid for pid in tree_of(self.pid)
                if status_of(pid, pid).get('Seccomp', '').strip() == '2']

    def goes_on(self) -> None:
        """The client gets in."""
        with open(os.path.join(self.dir, 'answer'), 'w', encoding='ascii'):
            pass
        said, errors = self.client.communicate(timeout=120)
        expect(said == 'through\n', f'the client gets: {said}{errors}{self.messages()}')

    def works(self, restored: bool) -> None:
        """It waits for the client."""
        expect(self.confined() and self.client.poll() is None, 'the client has gone')

    def close(self) -> None:
        self.client.kill()
        self.client.wait()
        super().close()


def not_dumped(plugin: bool) -> str:
    """CRIU says why it cannot dump; the server and its client continue undisturbed."""
    program = Sshd(plugin)
    try:
        program.start()
        before = program.picture()
        try:
            program.dump()
        except Failure:
            why = [line for line in program.logs() if 'memfd' in line]
            check(why, 'another reason', *program.logs())
        else:
            raise Failure('it is dumped')
        wait_for(lambda: program.picture() == before, 'the picture from before')
        program.works(False)
        program.goes_on()
        return why[0]
    finally:
        program.close()
