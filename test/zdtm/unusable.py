# SPDX-License-Identifier: GPL-2.0
"""A module that is loaded, and cannot be used at the moment."""
import os

from harness import Case, check, hidden, lines_that_matter, log_of, refused_before_fork

DEVICE = '/dev/criu-seccomp'
IMAGE = 'seccomp-tree.img'


def dump_is_refused() -> str:
    """CRIU alone would lose the tree. All stays as it was, and the next dump works."""
    case = Case('seccomp_tree_leader', 'h')
    try:
        case.start()
        before = case.picture()
        case.new_images(1)
        with hidden(DEVICE):
            status = case.criu('dump', '-t', str(case.pid))
        check(status == 1, f'criu dump exits {status}', *case.logs())
        why = [line for line in lines_that_matter(log_of(case, 'dump'))
               if 'cannot read the' in line]
        check(why and 'the state of the module cannot be read' in why[0], 'no reason', *case.logs())
        check(case.picture() == before, 'the tasks are not as they were', *case.picture())
        case.new_images(2)
        case.dump()
        check(os.path.exists(os.path.join(case.images, IMAGE)), 'the next dump has no image')
        return why[0].split('): ')[-1]
    finally:
        case.close()


def node_is_not_needed() -> str:
    """CRIU has a /dev of its own, without the device: it is also a file of /proc."""
    case = Case('seccomp_tree_leader', 'h')
    try:
        case.start()
        case.new_images(1)
        os.rename(DEVICE, DEVICE + '.away')
        try:
            case.dump()
            check(os.path.exists(os.path.join(case.images, IMAGE)), 'CRIU has dumped alone',
                  *case.logs())
            case.restore()
        finally:
            os.rename(DEVICE + '.away', DEVICE)
        case.stop()
        return 'dumped and restored'
    finally:
        case.close()


def restore_is_refused() -> None:
    """Before anything is forked."""
    case = Case('seccomp_tree_leader', 'h')
    try:
        case.start()
        case.new_images(1)
        case.dump()
        with hidden(DEVICE):
            status = case.criu('restore', '-d')
        refused_before_fork(case, status, 'cannot be restored now')
        case.restore()
        case.stop()
    finally:
        case.close()
