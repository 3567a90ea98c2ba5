# SPDX-License-Identifier: GPL-2.0
"""The protocol of gosync.go and confined.py, which give the same answers."""
import re

from program import ask, expect


def syncs(path: str, restored: bool) -> None:
    """Each thread has its filters; after a restore, the main one installs one more on all."""
    answer = ask(path, 'calls\n')
    expect(re.fullmatch(r'101 102 (?!103)\d+, others 101 (?!102)\d+ (?!103)\d+', answer),
           f'calls fail with {answer}')
    if restored:
        answer = ask(path, 'sync\n')
        expect(answer == 'done', f'one more filter for all threads: {answer}')
        answer = ask(path, 'calls\n')
        expect(answer == '101 102 103, others 101 102 103', f'calls fail with {answer}')
