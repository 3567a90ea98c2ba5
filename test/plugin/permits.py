# SPDX-License-Identifier: GPL-2.0
"""A CRIU that may not access filters: it can only dump and restore tasks without them."""
import ctypes
import os
import subprocess
from collections.abc import Callable, Sequence

from growing import Growing, wait_until
from harness import Case, Failure, LIMIT, check, read

IMAGE = 'seccomp-tree.img'


class Insn(ctypes.Structure):
    """struct sock_filter"""
    _fields_ = [('code', ctypes.c_ushort), ('jt', ctypes.c_ubyte), ('jf', ctypes.c_ubyte),
                ('k', ctypes.c_uint)]


class Prog(ctypes.Structure):
    """struct sock_fprog"""
    _fields_ = [('len', ctypes.c_ushort), ('filter', ctypes.POINTER(Insn))]


def confine_oneself(kill_seccomp: bool = False) -> None:
    """Install a filter that allows everything, or everything except seccomp(2)."""
    nr, allow = Insn(0x20, 0, 0, 0), Insn(0x06, 0, 0, 0x7fff0000)
    is_seccomp, kill = Insn(0x15, 0, 1, 317), Insn(0x06, 0, 0, 0x80000000)
    insns = [nr, is_seccomp, kill, allow] if kill_seccomp else [allow]
    program = Prog(len(insns), (Insn * len(insns))(*insns))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(317, 1, 0, ctypes.byref(program)):
        raise Failure(f'seccomp: {os.strerror(ctypes.get_errno())}')


def lose_sys_admin() -> None:
    """Programs that are executed from now on lack this capability."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(24, 21, 0, 0, 0):  # PR_CAPBSET_DROP, CAP_SYS_ADMIN
        raise Failure(f'prctl: {os.strerror(ctypes.get_errno())}')


def status_after(change: Callable[[], None], run: Callable[[], int]) -> int:
    """What run() returns in a process after the change."""
    child = os.fork()
    if not child:
        try:
            change()
            os._exit(run())
        finally:
            os._exit(255)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def not_permitted(change: Callable[[], None], said: str, *options: str) -> None:
    """The kernel would refuse all filters, so the plugin refuses before anything is forked."""
    case = Case('seccomp_tree_chain', 'h')
    try:
        case.start()
        case.new_images(1)
        case.dump()
        status = status_after(change, lambda: case.criu('restore', '-d', *options))
        check(status == 1, f'criu restore exits {status}', *case.logs())
        check(any(said in line for line in case.logs()), f'nothing says "{said}"', *case.logs())
        check('Forking task' not in read(os.path.join(case.images, 'restore.log')),
              'CRIU has forked')
        check(not case.running(), f'there are tasks: {case.running()}')
        case.restore()
        case.stop()
    finally:
        case.close()


def only_without_filters(start: Callable[[int], Case], dump: Callable[[Case], int]) -> None:
    """start(COUNT) makes a case with that many filters; dump(case) is CRIU's exit status."""
    case = start(0)
    try:
        before = case.picture()
        status = dump(case)
        check(status == 0, f'criu dump exits {status}', *case.logs())
        check(not os.path.exists(os.path.join(case.images, IMAGE)), f'there is a {IMAGE}')
        wait_until('the dumped task is gone', lambda: not case.running())
        case.restore()
        check(case.picture() == before, 'not as before')
    finally:
        case.close()
    case = start(1)
    try:
        before = case.picture()
        status = dump(case)
        check(status == 1, f'of a task with a filter: criu dump exits {status}', *case.logs())
        # CRIU itself gets there first, as soon as it has seized the task
        check(any(said in line for line in case.logs()
                  for said in ('suspending seccomp failed', 'cannot read the seccomp filters')),
              'no message', *case.logs())
        check(case.picture() == before, 'not as before the dump that was refused')
    finally:
        case.close()


def started(count: int, user: Sequence[str] = (), owner: int = 0) -> Growing:
    """A running case with a folder for images."""
    case = Growing(count, user)
    os.chown(case.dir, owner, owner)
    case.start()
    case.new_images(1)
    os.chown(case.images, owner, owner)
    return case


def permitted_without_filters(change: Callable[[], None], *options: str) -> None:
    """Dump after a change that makes the kernel refuse all access to filters."""
    only_without_filters(started, lambda case: status_after(
        change, lambda: case.criu('dump', '-t', str(case.pid), *options)))


def unprivileged() -> None:
    """criu(8), --unprivileged: a user with CAP_CHECKPOINT_RESTORE, and tasks of the same user."""
    user = ['setpriv', '--reuid', '1000', '--regid', '1000', '--clear-groups']
    caps = ['--inh-caps', '+checkpoint_restore', '--ambient-caps', '+checkpoint_restore']

    def dump(case: Case) -> int:
        return subprocess.run(
            [*user, *caps, 'criu', 'dump', '--unprivileged', '-D', case.images, '-o', 'dump.log',
             '-v4', '-t', str(case.pid)], env=case.environ(), cwd=case.dir,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=LIMIT, check=False).returncode

    only_without_filters(lambda count: started(count, user, 1000), dump)
