# SPDX-License-Identifier: GPL-2.0
"""One test in one flavour: start it, dump it, restore it, read its verdict.

Callers call the steps of a Case in order. A step that goes wrong raises Failure,
which says what was tried and what the result was. close() ends whatever is left.
"""
import ast
import contextlib
import ctypes
import difflib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'build', 'zdtm')
FLAVOURS = {'h': 'the host\'s namespaces', 'ns': 'namespaces of its own',
            'uns': 'these and a user namespace'}
LIMIT = 180  # seconds for one step; emulation is slow
ENVIRON_MARK = 'ZDTM_RUN'
SEIZE = 0x4206  # ptrace(2)
WALL = 0x40000000  # waitpid(2): __WALL
FIRST_ID = 100000  # lib/ns.c: where a user namespace's ids begin outside


class Failure(Exception):
    """A step went wrong; the text is for the person who reads the run."""


class Different(Failure):
    """CRIU reports success, but the tasks are not as they were."""


class Refused(Failure):
    """CRIU refuses in an orderly way: it exits 1, and its log has an error."""


class Skip(Exception):
    """The test says that it cannot run here, and why."""


def check(condition: object, text: str, *details: object) -> None:
    """Fail with the text and the details unless the condition is true."""
    if not condition:
        raise Failure('\n'.join([text, *map(str, details)]))


def compare(before: list[str], after: list[str], when: str) -> None:
    """A difference in what the runner sees from outside is a failure."""
    if before != after:
        diff = [line for line in difflib.unified_diff(before, after, lineterm='', n=0)
                if line[0] in '+-' and line[:3] not in ('+++', '---')]
        raise Different(f'not the same {when}:\n' + '\n'.join(diff[:40]))


def description(name: str) -> dict[str, Any]:
    """The .desc of a test, a python dict."""
    with open(os.path.join(HERE, 'static', name + '.desc'), encoding='utf-8') as f:
        return ast.literal_eval(f.read())


def names() -> list[str]:
    """All tests, in order."""
    return sorted(f[:-5] for f in os.listdir(os.path.join(HERE, 'static')) if f.endswith('.desc'))


def read(path: str) -> str:
    """The text of a file, or an empty string if there is none."""
    try:
        with open(path, encoding='utf-8', errors='replace') as f:
            return f.read()
    except OSError:
        return ''


def lines_that_matter(log: str, limit: int = 12) -> list[str]:
    """The errors and warnings of one of CRIU's logs, and what the plugin says."""
    wanted = [line for line in read(log).splitlines()
              if re.search(r'Error|Warn|\) seccomp_plugin: ', line)
              and not re.search(r'Unable to create tun|setup RLIMIT_NOFILE', line)]
    return wanted[-limit:]


def status_of(pid: int | str, tid: int | str) -> dict[str, str]:
    """/proc/PID/task/TID/status as a dict."""
    text = read(f'/proc/{pid}/task/{tid}/status')
    return dict(line.split(':\t', 1) for line in text.splitlines() if ':\t' in line)


def tree_of(root: int) -> list[int]:
    """The pids of a task and all its descendants, but for those that end meanwhile."""
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        try:
            tids = os.listdir(f'/proc/{pid}/task')
        except FileNotFoundError:
            if pid == root:
                raise
            continue
        found.append(pid)
        for tid in tids:
            todo += [int(child) for child in read(f'/proc/{pid}/task/{tid}/children').split()]
    return found


def descriptors(pid: int) -> dict[int, str]:
    """What a task has open: number, and what it is, without inode numbers."""
    fds = {}
    for fd in os.listdir(f'/proc/{pid}/fd'):
        try:
            fds[int(fd)] = re.sub(r'\d+\]$', ']', os.readlink(f'/proc/{pid}/fd/{fd}'))
        except FileNotFoundError:
            pass
    return fds


def signature(root: int) -> list[str]:
    """The filter tree of a task and all its descendants; see lib/treesig.c."""
    done = subprocess.run([os.path.join(BUILD, 'treesig'), str(root)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=LIMIT, check=False)
    if done.returncode:
        raise Failure(f'cannot read the filter tree: {done.stdout.strip()}')
    return done.stdout.splitlines()


def picture(root: int) -> list[str]:
    """What the tasks look like from outside, as lines to compare before and after."""
    lines = []
    level = len(status_of(root, root)['NSpid'].split()) - 1
    for pid in tree_of(root):
        number = status_of(pid, pid)['NSpid'].split()[level]
        for fd, what in sorted(descriptors(pid).items()):
            lines.append(f'{number} has descriptor {fd}: {what}')
        for tid in os.listdir(f'/proc/{pid}/task'):
            status = status_of(pid, tid)
            if status['State'].startswith('Z'):
                continue
            keys = ('Seccomp', 'Seccomp_filters', 'NoNewPrivs')
            lines.append(f'{number}/{status["NSpid"].split()[level]} '
                         + ' '.join(f'{key}={status[key].strip()}' for key in keys))
    return sorted(lines) + signature(root)


def verified(images: str, pid: int) -> None:
    """criu-seccomp finds no difference between a dump and what was restored from it."""
    done = subprocess.run(['criu-seccomp', 'verify', images, str(pid)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=LIMIT, check=False)
    if done.returncode or not done.stdout.startswith('same: '):
        raise Different(f'criu-seccomp verify exits {done.returncode}:\n{done.stdout.strip()}')


class Case:
    """A test in a flavour, in a folder of its own."""

    def __init__(self, name: str, flavour: str, plugin: bool = True, verbose: bool = False) -> None:
        self.name, self.flavour, self.verbose = name, flavour, verbose
        self.prefix: list[str] = []  # a command that runs CRIU, if it is not run directly
        self.libdir: list[str] = []
        # the state before the dump, for tests that keep it here: picture(), and modes() of outside
        self.before: list[str] = []
        self.modes: dict[str, tuple[str, str]] = {}
        self.mark = f'{name}-{flavour}-{os.getpid()}-{time.monotonic_ns()}'
        self.dir = tempfile.mkdtemp(prefix='zdtm.')
        os.chmod(self.dir, 0o755)
        self.pidfile = os.path.join(self.dir, 'pid')
        self.root = os.path.join(self.dir, 'root') if flavour != 'h' else ''
        self.outfile = os.path.join(self.root or self.dir, 'out')
        self.images = os.path.join(self.dir, 'images-1')
        self.pid = 0
        if not plugin:
            self.libdir = ['-L', os.path.join(self.dir, 'no-plugins')]
            os.mkdir(self.libdir[1])

    # ---- the test itself ----

    def _make_root(self) -> None:
        """Fill the root of a test with a mount namespace."""
        os.mkdir(self.root)
        subprocess.run(['mount', '--bind', self.root, self.root], check=True)
        subprocess.run(['mount', '--make-private', self.root], check=True)
        for name in ('proc', 'dev'):
            os.mkdir(os.path.join(self.root, name))
        null = os.path.join(self.root, 'dev', 'null')
        os.mknod(null, 0o20666, os.makedev(1, 3))
        os.chmod(null, 0o666)
        shutil.copy(os.path.join(BUILD, self.name), os.path.join(self.root, 'test'))
        if self.flavour == 'uns':
            os.chown(self.root, FIRST_ID, FIRST_ID)

    def environ(self) -> dict[str, str]:
        """The environment, which marks all processes of the case, also those of CRIU."""
        return {'PATH': os.environ['PATH'], ENVIRON_MARK: self.mark}

    def start(self) -> None:
        """Start the test, and wait until it is ready to be dumped."""
        env = self.environ()
        out = self.outfile
        if not os.path.exists(os.path.join(BUILD, self.name)):
            raise Failure(f'{self.name} is not built in {BUILD} (run make zdtm)')
        if self.root:
            self._make_root()
            env.update(ZDTM_NEWNS=self.flavour, ZDTM_ROOT=self.root)
            out = '/out'
        command = [os.path.join(BUILD, self.name), '--pidfile', self.pidfile, '--outfile', out]
        try:
            done = subprocess.run(command, env=env, cwd=self.dir, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise Failure(f'the test is not ready after {LIMIT} s: {self.messages()}') from None
        if done.returncode:
            last = self.messages()
            if re.search(r'^SKIP', last, re.M):
                raise Skip(last.split('SKIP: ')[-1].strip())
            raise Failure(f'the test does not get ready: {done.stdout}{last}')
        self.pid = int(read(self.pidfile))

    def messages(self) -> str:
        """What the test has printed."""
        return (read(self.outfile) or read(self.outfile + '.inprogress')).strip()

    def stop(self) -> None:
        """Tell the test to check its tasks, and read its verdict."""
        os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + LIMIT
        while not os.path.exists(self.outfile) and self._alive():
            check(time.monotonic() < end, f'no verdict after {LIMIT} s: {self.messages()}')
            time.sleep(0.01)
        text = self.messages()
        if not os.path.exists(self.outfile):
            raise Different(f'no verdict; the test said: {text}')
        if not text.splitlines()[-1:] or not text.splitlines()[-1].startswith('PASS'):
            raise Different(f'the test says: {text}')

    def _alive(self) -> bool:
        return status_of(self.pid, self.pid).get('State', 'Z')[0] not in 'ZX'

    def running(self) -> list[int]:
        """The pids of all processes of this case that still run."""
        found = []
        needle = f'{ENVIRON_MARK}={self.mark}'.encode()
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/environ', 'rb') as f:
                    if needle in f.read().split(b'\0'):
                        found.append(int(pid))
            except OSError:
                pass
        return found

    def picture(self) -> list[str]:
        """The lines that must be the same before and after."""
        return picture(self.pid)

    def signature(self) -> list[str]:
        """The filter tree."""
        return signature(self.pid)

    # ---- CRIU ----

    def criu(self, action: str, *options: str, log: str | None = None) -> int:
        """Run CRIU; its exit status, negative for a signal."""
        log = os.path.join(self.images, (log or action) + '.log')
        command = [*self.prefix, 'criu', action, '-D', self.images, '-o', log, '-v4', *self.libdir,
                   *options]
        if self.root and action == 'restore':
            command += ['--root', self.root]
        if self.verbose:
            print('#', ' '.join(command), flush=True)
        try:
            return subprocess.run(command, env=self.environ(), cwd=self.dir,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=LIMIT,
                                  check=False).returncode
        except subprocess.TimeoutExpired:
            raise Failure(f'criu {action} is not done after {LIMIT} s') from None

    def new_images(self, number: int) -> None:
        """A fresh folder for the number-th dump."""
        self.images = os.path.join(self.dir, f'images-{number}')
        os.mkdir(self.images)

    def dump(self, *options: str) -> None:
        """Dump; without --leave-running nothing may be left."""
        pids = tree_of(self.pid)
        status = self.criu('dump', '-t', str(self.pid), *options)
        self._check_status('dump', status)
        if '--leave-running' not in options:
            self._wait_gone(pids)

    def _wait_gone(self, pids: list[int]) -> None:
        """Wait until all of them are reaped; CRIU has already killed them."""
        end = time.monotonic() + 10
        while any(os.path.exists(f'/proc/{pid}') for pid in pids):
            if time.monotonic() > end:
                raise Failure(f'still there after the dump: {self.running() or pids}')
            time.sleep(0.01)

    def restore(self, *options: str) -> None:
        """Restore, detached."""
        if os.path.exists(self.pidfile):
            os.unlink(self.pidfile)
        status = self.criu('restore', '-d', '--pidfile', self.pidfile, *options)
        self._check_status('restore', status)
        self.pid = int(read(self.pidfile))

    def _check_status(self, action: str, status: int) -> None:
        """Tell a refusal from a crash of CRIU."""
        orderly = status == 1 and any('Error' in line for line in self.logs())
        if status:
            kind = Refused if orderly else Failure
            raise kind('\n'.join([f'criu {action} exits {status}', *self.logs()]))

    def logs(self) -> list[str]:
        """The important lines in the logs of the last dump and restore."""
        text = []
        for action in ('dump', 'restore'):
            log = os.path.join(self.images, action + '.log')
            text += [f'{action}.log: {line}' for line in lines_that_matter(log)]
        return text

    def kill(self) -> None:
        """End whatever runs, and wait until the ids are free again."""
        end, killed = time.monotonic() + 10, set()
        while time.monotonic() < end:
            for pid in self.running():
                killed.add(pid)
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if not any(os.path.exists(f'/proc/{pid}') for pid in killed):
                break
            time.sleep(0.02)

    def close(self) -> None:
        """Leave nothing behind."""
        self.kill()
        if self.root and os.path.ismount(self.root):
            subprocess.run(['umount', '-l', self.root], check=False)
        shutil.rmtree(self.dir, ignore_errors=True)


def ptrace(request: int, tid: int, data: int = 0) -> None:
    """ptrace(2) for requests that only succeed or fail."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long] * 4
    check(not libc.ptrace(request, tid, 0, data),
          f'ptrace({request}) of {tid}: {os.strerror(ctypes.get_errno())}')


@contextlib.contextmanager
def hidden(path: str) -> Iterator[None]:
    """Have /dev/null in place of a file, which reads as empty and answers no request."""
    subprocess.run(['mount', '--bind', '/dev/null', path], check=True)
    try:
        yield
    finally:
        subprocess.run(['umount', path], check=True)


def log_of(case: Case, name: str = 'restore') -> str:
    """The log of the last run of CRIU."""
    return os.path.join(case.images, name + '.log')


def refused_before_fork(case: Case, status: int, name: str) -> None:
    """Check that a restore made no tasks, and that its error names the reason."""
    log = log_of(case)
    errors = [line for line in lines_that_matter(log) if 'Error' in line]
    check(status > 0, f'criu restore exits {status}', *errors)
    check(not case.running(), f'there are tasks: {case.running()}', *errors)
    check(not re.search(r'Forking task', read(log)), 'CRIU has forked', *errors)
    check(any(name in line for line in errors), f'no message names {name}:', *errors)
