# SPDX-License-Identifier: GPL-2.0
"""A container whose profile names an agent: created, checkpointed and restored by a runtime."""
import json
import os
import shutil
import subprocess
import tempfile

from supervision import Agent, Failure, TOP, check, configure, lines_that_matter, read, wait_for

ASKER = os.path.join(TOP, 'build', 'agent-tests', 'asker')
METADATA = 'asks=4711,"often"'
ANNOTATIONS = {'org.example.who': 'asker'}


def config_of(folder):
    """A minimal config.json; getppid() is for the agent to answer."""
    return {
        'ociVersion': '1.0.2',
        'process': {'terminal': False, 'user': {'uid': 0, 'gid': 0}, 'cwd': '/',
                    'args': ['/asker', '/out/told'], 'noNewPrivileges': True,
                    'env': ['PATH=/'], 'capabilities': {}},
        'root': {'path': 'rootfs', 'readonly': False},
        'mounts': [{'destination': '/proc', 'type': 'proc', 'source': 'proc'},
                   {'destination': '/dev', 'type': 'tmpfs', 'source': 'tmpfs',
                    'options': ['nosuid', 'mode=755', 'size=64k']},
                   {'destination': '/out', 'type': 'bind', 'source': f'{folder}/out',
                    'options': ['bind', 'rw']}],
        'annotations': ANNOTATIONS,
        'linux': {
            'namespaces': [{'type': kind} for kind in ('pid', 'mount', 'ipc', 'uts')],
            'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X86_64'],
                        'listenerPath': f'{folder}/agent', 'listenerMetadata': METADATA,
                        'syscalls': [{'names': ['getppid'], 'action': 'SCMP_ACT_NOTIFY'}]},
        },
    }


class Container:
    """One of a runtime, in a folder of its own, and the agent that its profile names."""

    def __init__(self, runtime):
        self.runtime, self.name = runtime, f'asked-by-{runtime}'
        self.folder = tempfile.mkdtemp(prefix='container.')
        self.told = os.path.join(self.folder, 'out', 'told')
        self.images = os.path.join(self.folder, 'images')
        for name in ('rootfs', 'out', 'images'):
            os.mkdir(os.path.join(self.folder, name))
        shutil.copy(ASKER, os.path.join(self.folder, 'rootfs'))
        with open(os.path.join(self.folder, 'config.json'), 'w', encoding='utf-8') as f:
            json.dump(config_of(self.folder), f)

    def agent(self):
        """Where the profile says that it is."""
        return Agent(os.path.join(self.folder, 'agent'))

    def call(self, *arguments):
        """A command of the runtime; its exit status. What it prints is in .said."""
        with tempfile.TemporaryFile('w+') as said:
            # a file: the container's process inherits it
            status = subprocess.run([self.runtime, *arguments], cwd='/', stdin=subprocess.DEVNULL,
                                    stdout=said, stderr=said, timeout=120, check=False).returncode
            said.seek(0)
            self.said = said.read()
        return status

    def must(self, *arguments):
        """The same, and it must succeed."""
        status = self.call(*arguments)
        check(status == 0, f'{self.runtime} {arguments[0]} exits {status}', self.said, *self.logs())

    def run(self):
        """Its output is nowhere: a file outside could not be dumped."""
        done = subprocess.run([self.runtime, 'run', '--detach', '--bundle', self.folder, self.name],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=60, check=False)
        check(done.returncode == 0, f'{self.runtime} run exits {done.returncode}')

    def checkpoint(self):
        """Nothing of it runs afterwards."""
        self.must('checkpoint', '--image-path', self.images, '--work-path', self.images, self.name)

    def restore(self):
        """Detached; its exit status. What a restore that failed has left is cleared away."""
        self.call('delete', '--force', self.name)
        return self.call('restore', '--detach', '--image-path', self.images,
                         '--work-path', self.images, '--bundle', self.folder, self.name)

    def pid(self):
        """Its first process."""
        self.must('state', self.name)
        return json.loads(self.said)['pid']

    def logs(self):
        """What CRIU says."""
        return [line for name in ('dump.log', 'restore.log')
                for line in lines_that_matter(os.path.join(self.images, name))]

    def asks(self, when):
        """It goes on asking, and is told what the agent answers."""
        before = len(read(self.told).splitlines())
        wait_for(lambda: len(read(self.told).splitlines()) > before + 3, f'answers {when}')
        told = set(read(self.told).splitlines())
        check(told == {'42'}, f'{when} it is told {told}', *self.logs())

    def remove(self):
        """From the runtime's list; nothing runs afterwards."""
        self.call('delete', '--force', self.name)

    def close(self):
        """Leave nothing behind."""
        self.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


class PodmanContainer(Container):
    """The same by way of an engine, which makes the bundle itself."""

    def __init__(self):
        super().__init__('podman')
        self.profile = os.path.join(self.folder, 'profile.json')
        with open(self.profile, 'w', encoding='utf-8') as f:
            json.dump(config_of(self.folder)['linux']['seccomp'], f)

    def run(self):
        self.must('run', '--detach', '--name', self.name, '--network', 'none',
                  '--security-opt', f'seccomp={self.profile}',
                  '--annotation', '='.join(*ANNOTATIONS.items()),
                  '--volume', f'{self.folder}/out:/out', '--rootfs', f'{self.folder}/rootfs',
                  '/asker', '/out/told')
        self.must('inspect', '--format', '{{.OCIConfigPath}}', self.name)
        self.images = os.path.dirname(self.said.strip())

    def checkpoint(self):
        self.must('container', 'checkpoint', self.name)

    def restore(self):
        return self.call('container', 'restore', self.name)

    def pid(self):
        self.must('inspect', '--format', '{{.State.Pid}}', self.name)
        return int(self.said)

    def remove(self):
        self.call('rm', '--force', '--time', '0', self.name)


def same_container(before, after, pid):
    """The runtime's message and ours name the same container."""
    for key in ('id', 'bundle', 'annotations', 'status'):
        check(before['state'].get(key) == after['state'].get(key), f'another {key}', before, after)
    check(ANNOTATIONS.items() <= after['state']['annotations'].items(), 'no annotation', after)
    check(before['metadata'] == after['metadata'] == METADATA, 'other metadata', before, after)
    check(after['pid'] == after['state']['pid'] == pid, f'its process is {pid}', after)


def checkpointed(case):
    """From the beginning to the checkpoint; what the runtime told the agent."""
    with case.agent() as agent:
        case.run()
        case.asks('by the first agent')
        case.checkpoint()
        return agent.states()[0]


def answered_again(case):
    """Without its agent it is not restored; with it, it is answered again."""
    before = checkpointed(case)
    status = case.restore()
    check(status != 0, f'{case.runtime} restores without an agent', *case.logs())
    check(any('listenerPath in config.json' in line for line in case.logs()),
          'no message', *case.logs())
    with case.agent() as agent:
        status = case.restore()
        check(status == 0, f'{case.runtime} restore exits {status}', case.said, *case.logs())
        case.asks('by the second agent')
        check(len(agent.states()) == 1, 'not one message', *agent.states())
        same_container(before, agent.states()[0], case.pid())


def container(case):
    """One that a runtime has created against an agent."""
    configure()
    try:
        answered_again(case)
    except Failure as why:
        raise Failure('\n'.join([str(why), *case.logs()])) from None
    finally:
        case.close()
