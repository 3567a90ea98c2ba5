# SPDX-License-Identifier: GPL-2.0
"""A thread in a restartable sequence that another thread's area is a part of.

Nobody looks at the tasks before the dump: a tracer has them go on, and the kernel then
writes to that area, and so to the sequence.
"""
from harness import Case


def no_thread_leaves() -> None:
    """The dump moves it out of the sequence, after which it is as before, restored or not."""
    for leave_running in True, False:
        case = Case('seccomp_tree_rseq_inside', 'h')
        try:
            case.start()
            case.new_images(1)
            if leave_running:
                case.dump('--leave-running')
            else:
                case.dump()
                case.restore()
            case.stop()
        finally:
            case.close()
