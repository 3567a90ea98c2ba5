# SPDX-License-Identifier: GPL-2.0
"""The table that the faults are told in."""
from collections.abc import Callable

from harness import Failure


class Table:
    """The rows, as they come."""

    def __init__(self) -> None:
        self.good = self.bad = 0

    def row(self, point: str, fault: str, outcome: str, why: Failure | None = None) -> None:
        """One fault; @why: it is a bad one."""
        self.good += why is None
        self.bad += why is not None
        verdict = 'not ok' if why is not None else 'ok'
        print(f'{verdict} {self.good + self.bad} - {point:<52} {fault:<40} {outcome}', flush=True)
        if why is not None:
            print('# ' + str(why).replace('\n', '\n# '), flush=True)

    def attempt(self, point: str, fault: str, function: Callable[[], str]) -> None:
        """A row from what @function returns, or the Failure that it raises."""
        try:
            self.row(point, fault, function())
        except Failure as why:
            self.row(point, fault, 'FAILED', why)
