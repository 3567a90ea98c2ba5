# SPDX-License-Identifier: GPL-2.0
"""Containers of crun, runc and podman, as somebody would run them who has never
heard of the plugin.

Each has the same steps: start(), checkpoint(), restore(), stop(), close(); what the
runtime says is in .said. A step that the runtime refuses raises Failure.
"""
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'test', 'zdtm'))

from harness import (BUILD, Different, Failure, check, picture, read, status_of,
                     tree_of, verified)

INIT = os.path.join(os.path.dirname(BUILD), 'containers-tests', 'init')
LIMIT = 180  # seconds for one step; emulation is slow
# this architecture, as a profile of the OCI calls it
NATIVE = 'SCMP_ARCH_AARCH64' if os.uname().machine == 'aarch64' else 'SCMP_ARCH_X86_64'
FIRST_ID = 100000  # where a user namespace's ids begin outside
OUT = '/out'
IMAGE = 'criu-seccomp-test'
# the last one's last process has two threads
SERVICES = ('seccomp_tree_branches', 'seccomp_tree_listener', 'seccomp_tree_leader')


def call(*command: str) -> tuple[int, str]:
    """A command's exit status, and all that it printed. Its stdin, and a container's, is null."""
    with tempfile.TemporaryFile('w+') as said:
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                    timeout=LIMIT, check=False).returncode
        except subprocess.TimeoutExpired:
            raise Failure(f'not done after {LIMIT} s: {" ".join(command)}') from None
        said.seek(0)
        return status, said.read().strip()


def must(*command: str) -> str:
    """The same, and it must succeed."""
    status, said = call(*command)
    check(status == 0, f'exit status {status} of: {" ".join(command)}', said)
    return said


def make_root(folder: str, first_id: int = 0) -> None:
    """What stands in the root of a container: init, services, a busybox."""
    for name in ('proc', 'sys', 'dev', 'tmp', 'etc', OUT[1:]):
        os.makedirs(os.path.join(folder, name))
    os.chmod(os.path.join(folder, OUT[1:]), 0o1777)
    for program in [INIT, '/bin/busybox', *(os.path.join(BUILD, name) for name in SERVICES)]:
        shutil.copy(program, folder)
    for where, folders, files in os.walk(folder):
        for name in ['.', *folders, *files]:
            os.chown(os.path.join(where, name), first_id, first_id)


class Container(ABC):
    """What all of them share. One that runs init with services, which are tests in zdtm form."""

    def __init__(self, services: Sequence[str], prefix: Sequence[str] = ()) -> None:
        self.services, self.prefix = services, prefix
        self.said = ''
        self.pid = 0
        self.dir = self.images = ''  # of CRIU's logs, of its images

    @abstractmethod
    def start(self) -> None:
        """Until all services are ready."""

    @abstractmethod
    def checkpoint(self, *, leave_running: bool = False) -> None:
        """All its tasks are gone afterwards, if they are not to be left."""

    @abstractmethod
    def restore(self) -> None:
        """As another container of the same name."""

    @abstractmethod
    def pack(self, folder: str) -> None:
        """A checkpoint for another machine."""

    @abstractmethod
    def unpack(self, folder: str) -> None:
        """On that machine, before the restore."""

    @abstractmethod
    def forget(self) -> None:
        """What a restore that failed has left."""

    @abstractmethod
    def close(self) -> None:
        """Leave nothing behind."""

    def command(self) -> list[str]:
        """What runs inside."""
        return [*self.prefix, '/init', OUT, *self.services]

    def run(self, *command: str) -> None:
        """A step of the runtime."""
        status, self.said = call(*command)
        check(status == 0, f'exit status {status} of: {" ".join(command)}', self.said)

    def out(self, name: str) -> str:
        """A file that a service has written, empty where there is none."""
        return read(f'/proc/{self.pid}/root{OUT}/{name}')

    def wait_ready(self) -> None:
        """Until the services can be dumped."""
        end = time.monotonic() + LIMIT
        while not os.path.exists(f'/proc/{self.pid}/root{OUT}/ready'):
            check(os.path.exists(f'/proc/{self.pid}') and time.monotonic() < end,
                  'the services do not get ready', self.logs())
            time.sleep(0.05)

    def logs(self) -> str:
        """What the services have said."""
        return '\n'.join(self.out(name + '.inprogress') for name in self.services)

    def picture(self) -> list[str]:
        """Threads, filters and descriptors of the container; see harness.py."""
        return picture(self.pid)

    def verified(self) -> None:
        """The command finds nothing that differs from the checkpoint."""
        verified(self.images, self.pid)

    def wait_gone(self, pids: list[int]) -> None:
        """The runtime has had them killed."""
        end = time.monotonic() + 10
        while any(os.path.exists(f'/proc/{pid}') for pid in pids):
            check(time.monotonic() < end, 'still there', self.said)
            time.sleep(0.02)

    def find_service(self, name: str) -> int:
        """Its pid here."""
        number = self.out(name + '.pid').strip()
        pids = [pid for pid in tree_of(self.pid)
                if status_of(pid, pid).get('NSpid', '-').split()[-1] == number]
        check(len(pids) == 1, f'{name} has the id {number} inside, and {pids} outside')
        return pids[0]

    def stop_service(self, name: str, pid: int) -> None:
        """Tell a service that it is time to look, and read its verdict."""
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + LIMIT
        while not self.out(name):
            alive = status_of(pid, pid).get('State', 'Z')[0] not in 'ZX'
            if not alive or time.monotonic() > end:
                break
            time.sleep(0.02)
        verdict = self.out(name) or self.out(name + '.inprogress')
        if not verdict.endswith('PASS\n'):
            raise Different(f'{name} says: {verdict.strip() or "nothing"}')

    def stop(self) -> None:
        """The verdicts of all services."""
        pids = [self.find_service(name) for name in self.services]
        for name, pid in zip(self.services, pids):
            self.stop_service(name, pid)


class Bundle(Container):
    """A container of crun or runc, from a folder with a root and a config.json."""

    def __init__(self, runtime: str, services: Sequence[str] = SERVICES, user: int = 0,
                 userns: bool = False, prefix: Sequence[str] = ()) -> None:
        super().__init__(services, prefix)
        self.runtime, self.user, self.userns = runtime, user, userns
        self.dir = tempfile.mkdtemp(prefix=runtime + '.')
        os.chmod(self.dir, 0o755)
        self.images = os.path.join(self.dir, 'images')
        # also for the root of a user namespace
        os.mkdir(self.images)
        os.chmod(self.images, 0o755)
        self.name = 'test'

    def profile(self) -> dict[str, Any]:
        """Its seccomp profile."""
        return default_profile()

    def configure(self) -> None:
        """The runtime's own example, with that profile."""
        must('crun', 'spec', '--bundle', self.dir)
        path = os.path.join(self.dir, 'config.json')
        with open(path, encoding='utf-8') as f:
            config = json.load(f)
        config['process'].update(terminal=False, args=self.command(), noNewPrivileges=False)
        config['root']['readonly'] = False
        config['linux']['seccomp'] = self.profile()
        config['process']['user'] = {'uid': self.user, 'gid': self.user}
        if self.userns:
            config['linux']['namespaces'].append({'type': 'user'})
            for which in ('uidMappings', 'gidMappings'):
                config['linux'][which] = [
                    {'containerID': 0, 'hostID': FIRST_ID, 'size': 65536}]
        with open(path, 'w', encoding='utf-8') as f:
            json.dump(config, f)

    def find_pid(self) -> None:
        """Of the container's first process."""
        self.pid = json.loads(must(self.runtime, 'state', self.name))['pid']

    def start(self) -> None:
        """Until all services are ready."""
        make_root(os.path.join(self.dir, 'rootfs'), FIRST_ID if self.userns else 0)
        self.configure()
        # the container has the stdout of the runtime, which must be nobody's file
        log = os.path.join(self.dir, 'log')
        status = subprocess.run(
            [self.runtime, '--log', log, 'run', '--detach', '--bundle', self.dir, self.name],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=LIMIT, check=False).returncode
        check(status == 0, f'exit status {status} of {self.runtime} run', read(log))
        self.find_pid()
        self.wait_ready()

    def checkpoint(self, leave_running: bool = False) -> None:
        """All its tasks are gone afterwards, if they are not to be left."""
        pids = tree_of(self.pid)
        self.run(self.runtime, 'checkpoint', '--image-path', self.images, '--work-path', self.dir,
                 *['--leave-running'] * leave_running, self.name)
        if not leave_running:
            self.wait_gone(pids)

    def restore(self) -> None:
        """As another container of the same name."""
        self.run(self.runtime, 'restore', '--detach', '--image-path', self.images,
                 '--work-path', self.dir, '--bundle', self.dir, self.name)
        self.find_pid()

    def pack(self, folder: str) -> None:
        """A checkpoint for another machine."""
        self.checkpoint()
        must('tar', '--create', '--file', os.path.join(folder, self.runtime + '.tar'),
             '--directory', self.dir, '.')

    def unpack(self, folder: str) -> None:
        """On that machine, before the restore."""
        must('tar', '--extract', '--file', os.path.join(folder, self.runtime + '.tar'),
             '--directory', self.dir)

    def forget(self) -> None:
        """What a restore that failed has left: the name is free again."""
        call(self.runtime, 'delete', '--force', self.name)

    def close(self) -> None:
        """Leave nothing behind."""
        self.forget()
        shutil.rmtree(self.dir, ignore_errors=True)


class Podman(Container):
    """A container of podman, from an image that is made here."""

    def __init__(self, *options: str, services: Sequence[str] = SERVICES) -> None:
        super().__init__(services)
        self.options = options
        self.name = 'test'
        self.source = [self.name]

    def start(self) -> None:
        """Until all services are ready."""
        make_image()
        self.run('podman', 'run', '--detach', '--name', self.name, *self.options, IMAGE,
                 *self.command())
        self.find_pid()
        self.wait_ready()

    def find_pid(self) -> None:
        """Of the container's first process; and the folders of its logs and images."""
        said = must('podman', 'inspect', '--format', '{{.State.Pid}} {{.OCIConfigPath}}', self.name)
        self.pid = int(said.split()[0])
        self.dir = os.path.dirname(said.split()[1])
        self.images = os.path.join(self.dir, 'checkpoint')

    def checkpoint(self, *options: str, leave_running: bool = False) -> None:
        """All its tasks are gone afterwards, if they are not to be left."""
        pids = tree_of(self.pid)
        self.run('podman', 'container', 'checkpoint', *['--leave-running'] * leave_running,
                 *options, self.name)
        if not leave_running:
            self.wait_gone(pids)

    def restore(self) -> None:
        """By its name, if it is not to be imported. The images are kept, to compare with."""
        self.run('podman', 'container', 'restore', '--keep', *self.source)
        self.find_pid()

    def pack(self, folder: str) -> None:
        """A checkpoint for another machine, and the image, which podman would look for."""
        self.checkpoint('--compress', 'none', '--export', os.path.join(folder, 'podman.tar'))
        must('podman', 'save', '--output', os.path.join(folder, 'image.tar'), IMAGE)

    def unpack(self, folder: str) -> None:
        """On that machine, before the restore."""
        must('podman', 'load', '--input', os.path.join(folder, 'image.tar'))
        self.source = ['--import', os.path.join(folder, 'podman.tar')]

    def forget(self) -> None:
        """Nothing is left of a restore that failed."""

    def close(self) -> None:
        """Leave nothing behind."""
        call('podman', 'rm', '--force', '--time', '0', self.name)


def make_image() -> None:
    """From what is here; podman takes a tar of a root for an image."""
    if call('podman', 'image', 'exists', IMAGE)[0] == 0:
        return
    with tempfile.TemporaryDirectory() as folder:
        root, tar = os.path.join(folder, 'root'), os.path.join(folder, 'root.tar')
        make_root(root)
        must('tar', '--create', '--file', tar, '--directory', root, '.')
        must('podman', 'import', tar, IMAGE)


@functools.cache
def default_profile() -> dict[str, Any]:
    """The seccomp profile that podman gives to a container, as runtimes want it."""
    make_image()
    must('podman', 'create', '--name', 'profile', IMAGE, '/init')
    must('podman', 'init', 'profile')
    path = must('podman', 'inspect', '--format', '{{.OCIConfigPath}}', 'profile')
    with open(path, encoding='utf-8') as f:
        profile: dict[str, Any] = json.load(f)['linux']['seccomp']
    must('podman', 'rm', '--force', '--time', '0', 'profile')
    return profile
