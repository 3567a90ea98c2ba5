# SPDX-License-Identifier: GPL-2.0
"""The table of faults that is printed."""
from collections.abc import Callable

from harness import Failure


class Table:
    """Prints rows as they come."""

    def __init__(self) -> None:
        self.good = self.bad = 0

    def row(self, point: str, fault: str, outcome: str, why: Failure | None = None) -> None:
        """Print one fault; @why: why the outcome is bad."""
        self.good += why is None
        self.bad += why is not None
        verdict = 'not ok' if why is not None else 'ok'
        print(f'{verdict} {self.good + self.bad} - {point:<52} {fault:<40} {outcome}', flush=True)
        if why is not None:
            print('# ' + str(why).replace('\n', '\n# '), flush=True)

    def attempt(self, point: str, fault: str, function: Callable[[], str]) -> None:
        """Print a row for what the function returns, or for the Failure that it raises."""
        try:
            self.row(point, fault, function())
        except Failure as why:
            self.row(point, fault, 'FAILED', why)
