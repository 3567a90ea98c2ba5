# SPDX-License-Identifier: GPL-2.0
"""Dumps that cannot write their images: they fail, and the tasks keep running unchanged."""
import os
import resource
import shutil
import subprocess
from collections.abc import Callable

from harness import Case, LIMIT, check
from reasons import errors_of, says

IMAGE = 'seccomp-tree.img'


def not_written(case: Case, why: str, run: Callable[[], int]) -> None:
    """A dump fails to write our image for this reason: there is none, and nothing changes."""
    before = case.picture()
    case.new_images(1)
    status = run()
    check(status == 1, f'{why}: criu dump exits {status}', *case.logs())
    says(case, f'cannot (write|remove the old) {IMAGE}: {why}', '../dump')
    check(not os.path.isfile(os.path.join(case.images, IMAGE)), f'{why}: there is an {IMAGE}')
    check(case.picture() == before, f'{why}: not as before')


def dump_to_small_disk(case: Case, kib: int) -> int:
    """CRIU's exit status. The log is elsewhere, so that only images use the space."""
    subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={kib}k', 'tmpfs', case.images],
                   check=True)
    try:
        status = case.criu('dump', '-t', str(case.pid), log='../dump')
        check(not os.path.exists(os.path.join(case.images, IMAGE)), f'there is an {IMAGE}')
        return status
    finally:
        subprocess.run(['umount', '-l', case.images], check=True)


def full_disk() -> str:
    """No space for our image, or not enough: the tasks keep running unchanged."""
    # seven programs of 32 KiB
    sizes = (4, 64, 220)
    for kib in sizes:
        case = Case('seccomp_tree_big_prog', 'h')
        try:
            case.start()
            not_written(case, 'No space left on device', lambda: dump_to_small_disk(case, kib))
            case.stop()
        finally:
            case.close()
    return f'{len(sizes)} sizes'


def full_for_criu() -> None:
    """There is space for our image, but not for CRIU's: the same."""
    case = Case('seccomp_tree_many_threads', 'h')
    try:
        case.start()
        before = case.picture()
        case.new_images(1)
        status = dump_to_small_disk(case, 64)
        check(status == 1, f'criu dump exits {status}', *case.logs())
        check(not any(IMAGE in line for line in errors_of(case, '../dump')),
              f'the error is about {IMAGE}')
        check(case.picture() == before, 'not as before')
        case.stop()
    finally:
        case.close()


def dump_with_small_files(case: Case) -> int:
    """Dump with a limit of 64 KiB for files; larger writes fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # python ignores the signal, and CRIU inherits that
    log = os.path.join(case.images, '../dump.log')
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, hard))
    try:
        return subprocess.run(['criu', 'dump', '-D', case.images, '-o', log, '-v2', '-t',
                               str(case.pid)], env=case.environ(), cwd=case.dir, timeout=LIMIT,
                              restore_signals=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def dump_over_folder(case: Case) -> int:
    """Dump where a folder, not empty, has the name of our image."""
    os.makedirs(os.path.join(case.images, IMAGE, 'x'))
    return case.criu('dump', '-t', str(case.pid), log='../dump')


def cannot_write_image() -> None:
    """A dump that cannot write our image, or not all of it: it fails, and nothing changes."""
    case = Case('seccomp_tree_big_prog', 'h')
    try:
        case.start()
        not_written(case, 'File too large', lambda: dump_with_small_files(case))
        shutil.rmtree(case.images)
        not_written(case, 'Is a directory', lambda: dump_over_folder(case))
        case.stop()
    finally:
        case.close()
