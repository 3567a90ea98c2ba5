# SPDX-License-Identifier: GPL-2.0
"""Functions that all measurements in the machine use."""
import ctypes
import os
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIR = '/tmp/bench'
PR_SET_CHILD_SUBREAPER = 36


def start_bystander() -> None:
    """Start a task with a filter, which lives as long as the machine.

    The kernel takes 2 MB for compiled programs, and fills them, when there is a first one.
    Debian's kernel has some from the start, and so has any machine with systemd.
    """
    with subprocess.Popen(['setsid', '--fork', os.path.join(DIR, 'tree'), '1', '1', '10'],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as task:
        if not task.stdout or task.stdout.readline() != 'ready\n':
            sys.exit('the bystander does not get ready')


def prepare() -> None:
    """Allow many tasks, copy the programs into memory, start a task with a filter."""
    for name, value in (('kernel/threads-max', 100000), ('kernel/pid_max', 200000),
                        ('vm/max_map_count', 1000000)):
        with open(os.path.join('/proc/sys', name), 'w', encoding='ascii') as f:
            f.write(str(value))
    shutil.copytree(os.path.join(TOP, 'build', 'bench'), DIR)
    # before we adopt tasks: reap() does not wait for this one
    start_bystander()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap() -> None:
    """Wait for all children, also for those that were adopted."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def kernel_memory() -> dict[str, int]:
    """KiB that the kernel holds: vmalloc, and slab without its caches."""
    time.sleep(1)  # memory of dead tasks may be freed late
    with open('/proc/sys/vm/drop_caches', 'w', encoding='ascii') as f:
        f.write('2')  # not the page cache, so that nothing waits for a disk
    with open('/proc/meminfo', encoding='ascii') as f:
        sizes = dict(line.split(':') for line in f)
    return {'vmalloc': int(sizes['VmallocUsed'].split()[0]),
            'slab': int(sizes['SUnreclaim'].split()[0])}


def grown(before: dict[str, int]) -> dict[str, int]:
    """How much it has grown since then."""
    return {kind: size - before[kind] for kind, size in kernel_memory().items()}
