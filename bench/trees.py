# SPDX-License-Identifier: GPL-2.0
"""A dump and a restore of a tree, measured.

All programs are in memory and have already run once: with a clock that counts
instructions, the time to wait for a disk means nothing.
"""
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pycriu

from machine import DIR, grown, kernel_memory, reap
from shapes import Shape

IMAGES = os.path.join(DIR, 'images')
PIDFILE = os.path.join(DIR, 'pid')
LIBDIRS: dict[str, list[str]] = {
    'none': [], 'plugin': [],
    'bare': ['-L', os.path.join(DIR, 'empty')], 'criu': ['-L', os.path.join(DIR, 'empty')],
    'meter': ['-L', os.path.join(DIR, 'meter')]}
LIMIT = 3000  # seconds that a dump may take; CRIU's own limit is 10


def criu(action: str, way: str, *options: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run CRIU; returns its time in nanoseconds, and its peak memory in KiB."""
    log = os.path.join(IMAGES, action + '.log')
    command = [os.path.join(DIR, 'timed'), 'criu', action, '-D', IMAGES, '-o', log,
               *LIBDIRS[way], *options]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, **(env or {})})
    if done.returncode:
        with open(log, encoding='utf-8', errors='replace') as f:
            sys.exit(f'{" ".join(command)} exits {done.returncode}:\n{done.stderr}'
                     + ''.join(f.readlines()[-15:]))
    ns, peak = done.stdout.split()
    return {'ns': int(ns), 'peak': int(peak), 'criu': statistics(action)}


def statistics(action: str) -> dict[str, int]:
    """CRIU's own statistics, in microseconds."""
    with open(os.path.join(IMAGES, f'stats-{action}'), 'rb') as f:
        entry = pycriu.images.load(f)['entries'][0][action]
    return {key: value for key, value in entry.items() if key.endswith('_time')}


def make_libdirs() -> None:
    """Make an empty plugin folder, and one with the plugin and the meter."""
    os.mkdir(os.path.join(DIR, 'empty'))
    os.mkdir(os.path.join(DIR, 'meter'))
    os.rename(os.path.join(DIR, 'share.so'), os.path.join(DIR, 'meter', 'share.so'))


def image_size(name: str) -> int:
    """The size of an image in bytes, 0 if there is none."""
    try:
        return os.path.getsize(os.path.join(IMAGES, name))
    except FileNotFoundError:
        return 0


def start(shape: Shape, filters: bool) -> int:
    """Start the tree; returns when it is set up."""
    tree = subprocess.Popen([os.path.join(DIR, 'tree'), *shape.arguments(filters)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if not tree.stdout or tree.stdout.readline() != 'ready\n':
        sys.exit('the tree does not get ready')
    return tree.pid


def dump(way: str, pid: int, **env: Any) -> dict[str, Any]:
    """Dump the tree, which is killed."""
    result = criu('dump', way, '-t', str(pid), '--timeout', str(LIMIT), **env)
    reap()
    return result


def restore(way: str, **env: Any) -> dict[str, Any]:
    """Restore the tree."""
    if os.path.exists(PIDFILE):
        os.unlink(PIDFILE)
    return criu('restore', way, '-d', '--pidfile', PIDFILE, **env)


def end() -> None:
    """Kill what was restored."""
    with open(PIDFILE, encoding='ascii') as f:
        os.killpg(int(f.read()), signal.SIGKILL)
    reap()


def new_images() -> None:
    """Make an empty folder for images."""
    shutil.rmtree(IMAGES, ignore_errors=True)
    os.mkdir(IMAGES)


def once(shape: Shape, way: str) -> dict[str, Any]:
    """One dump and restore."""
    new_images()
    before = kernel_memory()
    pid = start(shape, way not in ('none', 'bare'))
    result = {'way': way, 'made': grown(before), 'dump': dump(way, pid)}
    result['images'] = {name: image_size(name) for name in ('seccomp.img', 'seccomp-tree.img')}
    result['restore'] = restore(way)
    result['restored'] = grown(before)
    end()
    return result


def read_meter(path: str) -> dict[str, list[int]]:
    """The output of share.c as a dict."""
    with open(path, encoding='ascii') as f:
        lines = [line.split() for line in f]
    return {name: [int(value) for value in values] for name, *values in lines}


def metered(shape: Shape, entries: bool) -> dict[str, Any]:
    """One dump and restore with the meter: time, or kernel entries."""
    env = {'BENCH_PLUGIN': '/usr/lib/criu/seccomp_plugin.so',
           'BENCH_SHARE': os.path.join(DIR, 'share')}
    if entries:
        env['BENCH_ENTRIES'] = '1'
    new_images()
    pid = start(shape, True)
    dump('meter', pid, env=env)
    result = {'dump': read_meter(env['BENCH_SHARE'])}
    restore('meter', env=env)
    result['restore'] = read_meter(env['BENCH_SHARE'])
    end()
    return {'way': 'entries' if entries else 'share', **result}


def warm_up(ways: Sequence[str]) -> None:
    """Run everything once."""
    small = Shape(1, 1, 10)
    make_libdirs()
    for way in ways:
        once(small, way)
    metered(small, True)
