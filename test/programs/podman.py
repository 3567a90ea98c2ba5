# SPDX-License-Identifier: GPL-2.0
"""Python with its binding of libseccomp (confined.py), in a container of podman.

So under podman's own profile, too: each filter is one of a tree with the root that
the runtime has installed.
"""
import os
import sys

from program import TOP, expect, wait_for

sys.path.insert(0, os.path.join(TOP, 'test', 'containers'))

from harness import check, lines_that_matter, status_of
from runtimes import OUT, Podman
from syncs import syncs

PLUGIN = '/usr/lib/criu/seccomp_plugin.so'


def away(hidden: bool) -> None:
    """Hide the plugin from the CRIU that runtimes call, or have it back."""
    paths = [PLUGIN, PLUGIN + '.away']
    if os.path.exists(paths[not hidden]):
        os.rename(paths[not hidden], paths[hidden])


class Python(Podman):
    """Its main thread has a filter more than the others, and can put all under one."""
    alone = 'different'

    def __init__(self, plugin: bool = True) -> None:
        volumes = (f'{os.path.dirname(os.path.abspath(__file__))}:/programs', '/usr:/usr',
                   '/usr/lib:/lib', '/usr/lib64:/lib64')
        super().__init__('--network', 'none', *(f'--volume={each}:ro' for each in volumes),
                         services=())
        away(not plugin)

    def command(self) -> list[str]:
        return ['/usr/bin/python3', '/programs/confined.py', OUT + '/socket']

    def path(self) -> str:
        """Of its socket, from here."""
        return f'/proc/{self.pid}/root{OUT}/socket'

    def wait_ready(self) -> None:
        wait_for(lambda: os.path.exists(self.path()), 'its socket')
        filters = status_of(self.pid, self.pid).get('Seccomp_filters', '0').strip()
        check(int(filters) >= 3, f'its main thread has {filters} filters, and not one of podman')

    def works(self, restored: bool) -> None:
        """See syncs.py."""
        expect(os.path.exists(self.path()), 'its socket has gone')
        syncs(self.path(), restored)

    def dump(self) -> None:
        """As podman does it."""
        self.checkpoint()

    def criu_logs(self) -> list[str]:
        """What is worth reading in them."""
        return [line for name in ('dump.log', 'restore.log')
                for line in lines_that_matter(os.path.join(self.dir, name))]

    def close(self) -> None:
        super().close()
        away(False)
