# SPDX-License-Identifier: GPL-2.0
"""Containers whose profile names an agent: created against it, checkpointed, restored."""
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from supervision import Agent, STRANGER, TOP, configure, wait_for

sys.path.insert(0, os.path.join(TOP, 'test', 'containers'))

from runtimes import Bundle, Container, NATIVE, OUT, Podman
from harness import Failure, check, lines_that_matter

METADATA = 'asks="often"'
ANNOTATION = ('org.example.who', 'asking')
# crun(1)
RECEIVER_ANNOTATION = 'run.oci.seccomp.receiver'
RECEIVER_VARIABLE = 'RUN_OCI_SECCOMP_RECEIVER'
# a shell asks with getppid() for its PPID
ASK = ['/busybox', 'sh', '-c',
       f"while :; do /busybox sh -c 'echo $PPID' >>{OUT}/told; /busybox sleep 0.1; done"]


def notify_profile(agent: Agent) -> dict[str, Any]:
    """getppid() is for the agent to answer."""
    return {'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': [NATIVE],
            'listenerPath': agent.path, 'listenerMetadata': METADATA,
            'syscalls': [{'names': ['getppid'], 'action': 'SCMP_ACT_NOTIFY'}]}


class Asks(Container):
    """What a container does that asks its agent again and again."""

    def command(self) -> list[str]:
        """What runs inside."""
        return ASK

    def wait_ready(self) -> None:
        """Wait until it has received an answer."""
        wait_for(lambda: self.out('told'), 'the first answer')

    def is_answered(self, when: str) -> None:
        """It continues to ask, and receives what the agent answers."""
        before = len(self.out('told').split())
        wait_for(lambda: len(self.out('told').split()) > before + 3, f'answers {when}')
        told = set(self.out('told').split())
        check(told == {'42'}, f'{when} it is told {told}')

    def criu_logs(self) -> list[str]:
        """What is worth reading in them."""
        return [line for name in ('dump.log', 'restore.log')
                for line in lines_that_matter(os.path.join(self.dir, name))]


class Asking(Asks, Bundle):
    """One of crun or runc."""

    def __init__(self, runtime: str) -> None:
        super().__init__(runtime, services=())
        self.agent = Agent(os.path.join(self.dir, 'agent'))

    def profile(self) -> dict[str, Any]:
        return notify_profile(self.agent)

    def annotations(self) -> dict[str, str]:
        """Those of its config.json."""
        return dict([ANNOTATION])

    def configure(self) -> None:
        super().configure()
        path = os.path.join(self.dir, 'config.json')
        with open(path, encoding='utf-8') as f:
            config = json.load(f)
        config['annotations'] = self.annotations()
        # else runc installs the filter before it is done itself, and asks, too
        config['process']['noNewPrivileges'] = True
        with open(path, 'w', encoding='utf-8') as f:
            json.dump(config, f)


class Receiver(Asking):
    """One of crun, whose profile names no agent; crun knows other ways to do so."""

    def __init__(self, way: str) -> None:
        super().__init__('crun')
        self.way = way

    def profile(self) -> dict[str, Any]:
        profile = super().profile()
        del profile['listenerPath']
        return profile

    def annotations(self) -> dict[str, str]:
        return {**super().annotations(),
                **({RECEIVER_ANNOTATION: self.agent.path} if self.way == 'annotation' else {})}

    def start(self) -> None:
        if self.way == 'variable':
            os.environ[RECEIVER_VARIABLE] = self.agent.path
        super().start()

    def close(self) -> None:
        os.environ.pop(RECEIVER_VARIABLE, None)
        super().close()


class AskingPodman(Asks, Podman):
    """One of podman, which makes the bundle itself."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix='podman.')
        self.agent = Agent(os.path.join(self.folder, 'agent'))
        profile = os.path.join(self.folder, 'profile.json')
        with open(profile, 'w', encoding='utf-8') as f:
            json.dump(notify_profile(self.agent), f)
        super().__init__('--network', 'none', '--security-opt', f'seccomp={profile}',
                         '--annotation', '='.join(ANNOTATION), services=())

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)


def same_container(before: dict[str, Any], after: dict[str, Any], pid: int) -> None:
    """The runtime's message and ours name the same container."""
    for key in ('id', 'bundle', 'annotations', 'status'):
        check(before['state'].get(key) == after['state'].get(key), f'another {key}', before, after)
    check(after['state']['annotations'].get(ANNOTATION[0]) == ANNOTATION[1], 'no annotation',
          after)
    check(before['metadata'] == after['metadata'] == METADATA, 'other metadata', after)
    check(after['pid'] == after['state']['pid'] == pid, f'its process is {pid}', after)


def refused(case: Asking | AskingPodman, why: str) -> None:
    """It is not restored, and the log says why."""
    try:
        case.restore()
    except Failure:
        pass
    else:
        raise Failure('it is restored without an agent')
    check(any(why in line for line in case.criu_logs()), f'no message says "{why}"')
    case.forget()


def answered_again(case: Asking | AskingPodman,
                   named_by: str = 'listenerPath in config.json') -> None:
    """Without its agent it is not restored; with it, it is answered again."""
    with case.agent as agent:
        case.start()
        case.is_answered('by the first agent')
        case.checkpoint()
        before = agent.states()[0]
    refused(case, f'(named by {named_by}) cannot be used')
    with case.agent as agent:
        case.restore()
        case.is_answered('by the second agent')
        check(len(agent.states()) == 1, 'not one message')
        same_container(before, agent.states()[0], case.pid)


def only_its_own_configuration(case: Asking | AskingPodman) -> None:
    """What another user can have written names no agent, though there is one."""
    path = os.path.join(case.dir, 'config.json')
    with case.agent:
        case.start()
        case.checkpoint()
        for change, undo, why in (
                (lambda: os.chown(path, STRANGER, -1), lambda: os.chown(path, 0, -1),
                 'config.json is ignored: it belongs to another user'),
                (lambda: os.chmod(path, 0o666), lambda: os.chmod(path, 0o644),
                 'config.json is ignored: it can be written by other users'),
                (lambda: os.chmod(case.dir, 0o1777), lambda: os.chmod(case.dir, 0o755),
                 'config.json is ignored: its folder can be written by other users')):
            change()
            refused(case, why)
            undo()
        case.restore()
        case.is_answered('by the agent')


def container(case: Asking | AskingPodman,
              steps: Callable[[Any], None] = answered_again) -> None:
    """One that a runtime has created against an agent."""
    configure()
    try:
        steps(case)
    except Failure as why:
        raise Failure('\n'.join([str(why), *case.criu_logs()])) from None
    finally:
        case.close()
