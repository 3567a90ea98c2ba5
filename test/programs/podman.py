# SPDX-License-Identifier: GPL-2.0
"""Python with its binding of libseccomp (confined.py), in a container of podman.

So podman's own profile applies, too: all filters are in a tree whose root is the
filter that the runtime installed.
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
        super().__init__('--network', 'none', *(f'--volume={each}:ro' for each in volumes),
                         services=())
        away(not plugin)

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
        """See syncs.py."""
        expect(os.path.exists(self.path()), 'its socket has gone')
        syncs(self.path(), restored)

    def dump(self) -> None:
        """Dump it with podman."""
        self.checkpoint()

    def criu_logs(self) -> list[str]:
        """The important lines in CRIU's logs."""
        return [line for name in ('dump.log', 'restore.log')
                for line in lines_that_matter(os.path.join(self.dir, name))]

    def close(self) -> None:
        super().close()
        away(False)
