# SPDX-License-Identifier: GPL-2.0
"""Python with its binding of libseccomp (confined.py), in a container of podman.

So podman's own profile applies, too: all filters are in a tree whose root is the
filter that the runtime installed. Here it logs what it refuses.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from program import LIMIT, TOP, ask, expect, wait_for

sys.path.insert(0, os.path.join(TOP, 'test', 'containers'))

from harness import check, lines_that_matter, status_of
from runtimes import OUT, Podman, default_profile, must
from syncs import syncs

PLUGIN = '/usr/lib/criu/seccomp_plugin.so'


def away(hidden: bool) -> None:
    """Hide the plugin from the CRIU that runtimes call, or restore it."""
    paths = [PLUGIN, PLUGIN + '.away']
    if os.path.exists(paths[not hidden]):
        os.rename(paths[not hidden], paths[hidden])


class Python(Podman):
    """Its main thread has one more filter than the others, and can install one on all threads."""
    alone = 'different'

    def __init__(self, plugin: bool = True) -> None:
        volumes = (f'{os.path.dirname(os.path.abspath(__file__))}:/programs', '/usr:/usr',
                   '/usr/lib:/lib', '/usr/lib64:/lib64')
        self.folder = tempfile.mkdtemp(prefix='profile.')
        self.profile = os.path.join(self.folder, 'profile.json')
        super().__init__('--network', 'none', '--security-opt', 'seccomp=' + self.profile,
                         *(f'--volume={each}:ro' for each in volumes), services=())
        self.plugin = plugin
        away(not plugin)

    def start(self) -> None:
        """With podman's profile."""
        with open(self.profile, 'w', encoding='utf-8') as f:
            json.dump({**default_profile(), 'flags': ['SECCOMP_FILTER_FLAG_LOG']}, f)
        super().start()

    def command(self) -> list[str]:
        return ['/usr/bin/python3', '/programs/confined.py', OUT + '/socket']

    def path(self) -> str:
        """The path of its socket outside of the container."""
        return f'/proc/{self.pid}/root{OUT}/socket'

    def wait_ready(self) -> None:
        wait_for(lambda: os.path.exists(self.path()), 'its socket')
        filters = status_of(self.pid, self.pid).get('Seccomp_filters', '0').strip()
        check(int(filters) >= 3, f'its main thread has {filters} filters, and not one of podman')

    def works(self, restored: bool) -> None:
        """See syncs.py. A container that was restored still logs what is refused."""
        expect(os.path.exists(self.path()), 'its socket has gone')
        if restored and self.plugin:
            self.explained()
            self.watched()
        syncs(self.path(), restored)

    def explained(self) -> None:
        """What becomes of a call that only podman's filter refuses."""
        said = must('criu-seccomp', 'explain', str(self.pid), '--thread', str(self.pid),
                    '--syscall', 'swapoff')
        expect('=> ERRNO EPERM (filter ' in said, f'explain says: {said}')

    def watched(self) -> None:
        """The same, when it is called. The calls that its own filters refuse are not logged."""
        container = must('podman', 'inspect', '--format', '{{.Id}}', self.name)
        command = ['timeout', str(LIMIT), 'criu-seccomp', 'watch', '--json', '--filters']
        with subprocess.Popen([*command, '--container', container[:12]], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watch:
            assert watch.stdout and watch.stderr
            said, line = watch.stderr.readline(), ''
            if 'watching' in said:
                ask(self.path(), 'calls\n')
                line = watch.stdout.readline()
            watch.terminate()
        expect(line, f'no event: {said}')
        event: dict[str, Any] = json.loads(line)
        expect((event['syscall'], event['action'], event.get('container'), 'filter' in event)
               == ('swapoff', 'ERRNO', container, True), f'another event: {event}')

    def dump(self) -> None:
        """Dump it with podman."""
        self.checkpoint()

    def criu_logs(self) -> list[str]:
        """The important lines in CRIU's logs."""
        return [line for name in ('dump.log', 'restore.log')
                for line in lines_that_matter(os.path.join(self.dir, name))]

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)
        away(False)
