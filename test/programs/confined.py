# SPDX-License-Identifier: GPL-2.0
"""A program that confines itself with Python's binding of libseccomp, as gosync.go does
with Go's: all its threads, then its main thread once more. At the socket that it is given
it tells with which errors calls fail ("calls"), and puts all threads under one more filter
("sync").
"""
import ctypes
import os
import queue
import socket
import sys
import threading

import seccomp

# by number, as a program that knows no names
ACCT, SWAPON, SWAPOFF = (89, 224, 225) if os.uname().machine == 'aarch64' else (163, 167, 168)
libc = ctypes.CDLL(None, use_errno=True)
# what the other threads are asked, and answer
questions: 'queue.Queue[queue.Queue[str]]' = queue.Queue()


def confine(call: str, number: int, everyone: bool) -> None:
    """A call fails with an error number of its own, for all threads or this one."""
    made = seccomp.SyscallFilter(seccomp.ALLOW)
    made.add_rule(seccomp.ERRNO(number), call)
    made.set_attr(seccomp.Attr.CTL_TSYNC, int(everyone))
    made.load()


def calls() -> str:
    """The errors of the calls that filters are about."""
    said = []
    for number in (ACCT, SWAPON, SWAPOFF):
        libc.syscall(number, 1, 0, 0)
        said.append(str(ctypes.get_errno()))
    return ' '.join(said)


def other() -> None:
    """A thread that answers."""
    while True:
        questions.get().put(calls())


def on_other() -> str:
    """What it says."""
    answer: 'queue.Queue[str]' = queue.Queue()
    questions.put(answer)
    return answer.get()


def sync() -> str:
    """The main thread's: it alone has all other threads' filters below its own."""
    try:
        confine('swapoff', 103, True)
    except OSError as why:
        return repr(why)
    return 'done'


def main() -> None:
    """Serve one after the other."""
    for _ in range(3):
        threading.Thread(target=other, daemon=True).start()
    confine('acct', 101, True)
    confine('swapon', 102, False)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(sys.argv[1])
        server.listen(1)
        while True:
            connection = server.accept()[0]
            with connection, connection.makefile('rw', encoding='ascii') as stream:
                for line in stream:
                    said = sync() if line == 'sync\n' else f'{calls()}, others {on_other()}'
                    stream.write(said + '\n')
                    stream.flush()


main()
