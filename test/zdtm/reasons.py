# SPDX-License-Identifier: GPL-2.0
"""Why each damage of damage.py is refused: for its own reason, and not for another."""
import os
import re

from harness import Case, check, lines_that_matter

# What is wrong with the image, and what the message says then; regular expressions.
REASONS = (
    (r'cut off after [0-7] of', r'entry 0 at byte 0: the file is cut off in its magic'),
    (r'cut off after',
     r'the file is cut off: no end entry|its size is \d+ bytes, but the file has'),
    (r'wrong (common|own) magic', r'entry 0 at byte 0: wrong magic number'),
    (r'(byte|bytes|page) more$', r'\d+ bytes after the end entry'),
    (r'entry \d+ of \d+ bytes says 0$', r'an entry of an unknown kind'),
    (r'entry \d+ of \d+ bytes says', r'its \d+ bytes are not an entry|its size is \d+ bytes'),
    (r'another version', r'entry 0 at byte 8: its version is 99'),
    (r'the version before', r'entry 0 at byte 8: its version is 2'),
    (r'no run of CRIU', r'entry 0 at byte 8: it does not name the run'),
    (r'another run of CRIU', r'to another dump'),
    (r'no architecture', r'entry 0 at byte 8: it does not name the architecture'),
    (r'another architecture', r'was dumped on (arm64|x86-64), and this is (arm64|x86-64): restore'),
    (r'no header', r'entry 0 at byte 8: the header is missing'),
    (r'two headers', r'entry 1 at byte \d+: a second header'),
    (r'no end entry', r'the file is cut off: no end entry'),
    (r'two end entries', r'\d+ bytes after the end entry'),
    (r'an unknown entry', r'entry 1 at byte \d+: an entry of an unknown kind'),
    (r'no program$', r'entry 1 at byte \d+: a program of 0 bytes'),
    (r'half an instruction', r'a program of 12 bytes'),
    (r'4,097 instructions', r'a program of 32776 bytes'),
    (r'a program that is none', r'the kernel refuses filter \d+ .*Invalid argument'),
    (r'program \d+ in a filter', r'filter \d+ has a program that does not come before it'),
    (r'parent \d+ of ', r'filter \d+ has a parent that does not come before it'),
    (r'unknown flags', r'filter 0 has unknown flags'),
    (r'a thread with a filter that is not there', r'thread \d+ has filter \d+ of \d+'),
    (r'a thread without an id', r'its thread 0 has the id 0'),
    (r'fewer filters than threads', r'\d+ threads, but \d+ filters for them'),
    (r'a process with more threads', r'its process 0 has 64 threads, but only \d+ are left'),
    (r'a process with no thread', r'its process 0 has no threads'),
    (r'\d+ \w+ in the end entry', r'the end entry counts \d+ \w+, the file has'),
)

# The same for damage.of_another_tree(), whose images have no fault. Of a process that
# they do not name nothing is said: it may have had no filters.
OTHER_TREE = {
    'a leader with another id': r'did not get their filters',
    'a last thread with another id': r'does not have thread',
    'a process fewer': None,
}


def reason(what: str) -> str:
    """What a message has to have for this damage, a regular expression."""
    for damage, message in REASONS:
        if re.search(damage, what):
            return message
    raise KeyError(f'no reason is known for: {what}')


def errors_of(case: Case, action: str = 'restore') -> list[str]:
    """What the last run of CRIU complains of."""
    return [line for line in lines_that_matter(os.path.join(case.images, action + '.log'))
            if 'Error' in line]


def says(case: Case, pattern: str, action: str = 'restore') -> None:
    """One of these errors has this, a regular expression."""
    errors = errors_of(case, action)
    check(any(re.search(pattern, line) for line in errors), f'no error has "{pattern}":', *errors)
