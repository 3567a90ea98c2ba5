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
        for name in ('rootfs', 'out', 'images'):
            os.mkdir(os.path.join(self.folder, name))
        shutil.copy(ASKER, os.path.join(self.folder, 'rootfs'))
        with open(os.path.join(self.folder, 'config.json'), 'w', encoding='utf-8') as f:
            json.dump(config_of(self.folder), f)

    def agent(self):
        """Where the profile says that it is."""
        return Agent(os.path.join(self.folder, 'agent'))

    def run(self, command, *options):
        """A command of the runtime; its exit status. What it says is in .said."""
        done = subprocess.run([self.runtime, command, *options, self.name], cwd='/',
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
        self.said = done.stdout
        return done.returncode

    def must(self, command, *options):
        """The same, and it must succeed."""
        status = self.run(command, *options)
        check(status == 0, f'{self.runtime} {command} exits {status}', self.said, *self.logs())

    def restore(self):
        """Detached; its exit status."""
        return self.run('restore', '--detach', '--image-path', f'{self.folder}/images',
                        '--work-path', f'{self.folder}/images', '--bundle', self.folder)

    def logs(self):
        """What CRIU says."""
        return [line for name in ('dump.log', 'restore.log')
                for line in lines_that_matter(os.path.join(self.folder, 'images', name))]

    def asks(self, when):
        """It goes on asking, and is told what the agent answers."""
        before = len(read(self.told).splitlines())
        wait_for(lambda: len(read(self.told).splitlines()) > before + 3, f'answers {when}')
        told = set(read(self.told).splitlines())
        check(told == {'42'}, f'{when} it is told {told}', *self.logs())

    def close(self):
        """Leave nothing behind."""
        self.run('delete', '--force')
        shutil.rmtree(self.folder, ignore_errors=True)


def same_container(before, after, pid):
    """The runtime's message and ours name the same container."""
    for key in ('id', 'bundle', 'annotations', 'status'):
        check(before['state'].get(key) == after['state'].get(key), f'another {key}', before, after)
    check(before['metadata'] == after['metadata'] == METADATA, 'other metadata', before, after)
    check(after['pid'] == after['state']['pid'] == pid, f'its process is {pid}', after)


def checkpointed(case):
    """From the beginning to the checkpoint; what the runtime told the agent."""
    with case.agent() as agent:
        # its process inherits these
        with open(os.devnull, 'wb') as null:
            status = subprocess.run([case.runtime, 'run', '--detach', '--bundle', case.folder,
                                     case.name], stdin=null, stdout=null, stderr=null,
                                    timeout=60, check=False).returncode
        check(status == 0, f'{case.runtime} run exits {status}')
        case.asks('by the first agent')
        case.must('checkpoint', '--image-path', f'{case.folder}/images',
                  '--work-path', f'{case.folder}/images')
        return agent.states()[0]


def container(runtime):
    """Without its agent it cannot be restored; with it, it is answered again."""
    configure()
    case = Container(runtime)
    try:
        before = checkpointed(case)
        status = case.restore()
        check(status != 0, f'{runtime} restore exits 0 without an agent', *case.logs())
        check(any('listenerPath in config.json' in line for line in case.logs()),
              'no message', *case.logs())
        case.run('delete', '--force')
        with case.agent() as agent:
            status = case.restore()
            check(status == 0, f'{runtime} restore exits {status}', case.said, *case.logs())
            case.asks('by the second agent')
            case.must('state')
            same_container(before, agent.states()[0], json.loads(case.said)['pid'])
            check(len(agent.states()) == 1, 'more than one message', *agent.states())
            case.run('kill', '--all', 'KILL')
    except Failure as why:
        raise Failure('\n'.join([str(why), *case.logs()])) from None
    finally:
        case.close()
