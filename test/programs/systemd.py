# SPDX-License-Identifier: GPL-2.0
"""nginx as a service that systemd confines: it installs a filter for each setting.

systemd is the first process of a pid namespace with its own cgroup tree and mounts,
where it behaves as in a container; CRIU runs in there, too.
"""
import os
import signal
import subprocess
import urllib.error
import urllib.request

from program import Program, expect, wait_for
from harness import check, read, status_of

SETTINGS = '''\
[Service]
StandardOutput=null
StandardError=null
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
SystemCallLog=@debug
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
'''
# systemd's mounts: what a container manager makes
MACHINE = '''\
set -e
mount --make-rprivate /
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system/nginx.service.d
cat >/run/systemd/system/nginx.service.d/confine.conf
exec env -i container=test PATH=/usr/sbin:/usr/bin ZDTM_RUN="$1" \
    /usr/lib/systemd/systemd --unit=nginx.service --show-status=no --log-target=null
'''


def children(pid: int) -> list[int]:
    """Of a process with one thread."""
    return [int(child) for child in read(f'/proc/{pid}/task/{pid}/children').split()]


class Nginx(Program):
    """A master and a worker, each with about ten filters that systemd installed."""

    def __init__(self, plugin: bool = True) -> None:
        super().__init__(plugin)
        self.manager = 0

    def start(self) -> None:
        """Wait until it serves its page."""
        into = 'mkdir -p "$0" && echo $$ >"$0/cgroup.procs" && exec "$@"'
        cgroup = f'/sys/fs/cgroup/{self.mark}'
        with open(os.path.join(self.dir, 'said'), 'ab') as said:
            self.process = subprocess.Popen(
                ['sh', '-c', into, cgroup, 'unshare', '--fork', '--pid', '--mount', '--mount-proc',
                 '--cgroup', '--ipc', '--uts', '--kill-child', 'sh', '-c', MACHINE, 'sh',
                 self.mark], env=self.environ(), cwd='/', stdin=subprocess.PIPE, stdout=said,
                stderr=said, start_new_session=True)
        assert self.process.stdin
        self.process.stdin.write(SETTINGS.encode())
        self.process.stdin.close()
        self.wait_until(self.find_manager, 'systemd')
        # not at the root of systemd's tree of cgroups, which has children
        self.prefix = ['sh', '-c', into, cgroup + '/criu', 'nsenter', '-t', str(self.manager), '-a']
        self.wait_until(self.find_master, 'the service\'s main process')
        self.wait_until(self.serves, 'its page')
        count = int(status_of(self.pid, self.pid)['Seccomp_filters'])
        check(count >= 8, f'it has {count} filters only')

    def find_manager(self) -> bool:
        """systemd itself."""
        assert self.process
        self.manager = (children(self.process.pid) or [0])[0]
        return read(f'/proc/{self.manager}/comm') == 'systemd\n'

    def find_master(self) -> bool:
        """Find the master by its name."""
        for pid in children(self.manager):
            if read(f'/proc/{pid}/cmdline').startswith('nginx: master'):
                self.pid = pid
        return self.pid > 0

    def serves(self) -> bool:
        """Whether it serves anything at its usual port."""
        try:
            with urllib.request.urlopen('http://127.0.0.1/', timeout=60) as page:
                return b'nginx' in page.read()
        except (urllib.error.URLError, OSError):
            return False

    def works(self, restored: bool) -> None:
        """It serves; after a restore, a new worker of its master does, too."""
        expect(self.serves(), 'it does not serve its page')
        if not restored:
            return
        workers = set(children(self.pid))
        for pid in workers:
            os.kill(pid, signal.SIGTERM)
        wait_for(lambda: set(children(self.pid)) - workers, 'another worker')
        expect(self.serves(), 'with another worker it does not serve its page')

    def inside(self, pid: int) -> str:
        """The pid that systemd knows."""
        return status_of(pid, pid)['NSpid'].split()[-1]

    def restore(self, *options: str) -> None:
        super().restore(*options)
        # the file has the one that systemd knows
        self.pid = 0
        check(self.find_master(), 'there is no master')

    def criu(self, action: str, *options: str, log: str | None = None) -> int:
        """In systemd's namespaces."""
        words = [self.inside(self.pid) if option == str(self.pid) else option
                 for option in options]
        return super().criu(action, *words, log=log)
