# SPDX-License-Identifier: GPL-2.0
"""The trees that are measured, and the ways to dump and restore them."""
from dataclasses import dataclass


# kernels, as test/vm/run -k names them, and the ways that are measured on each. With
# the plugin in CRIU's folder: the tree without seccomp ("none"), and with filters
# ("plugin"). Without it: with filters ("criu"), and without seccomp ("bare").
KERNELS = {
    '6.12': ('bare', 'none', 'criu', 'plugin'),  # with the patches
    'stock': ('bare', 'none', 'plugin'),  # with the module
}


@dataclass(frozen=True)
class Shape:
    """A tree that tree.c makes; the numbers are its arguments."""
    processes: int
    filters: int
    insns: int
    threads: int = 1
    stacks: int = 1
    own: int = 0
    alone: bool = True  # CRIU alone can restore it in the machine's memory
    bare: bool = False  # small enough to see what it costs to load the plugin

    @property
    def all_threads(self) -> int:
        """Threads of the whole tree."""
        return self.processes * self.threads

    @property
    def all_filters(self) -> int:
        """Filter objects of the whole tree."""
        return self.filters + (self.processes * self.stacks if self.own else 0)

    @property
    def program_bytes(self) -> int:
        """The size of all different programs; equal ones count once."""
        return 8 * (self.filters * self.insns + (self.stacks * self.own if self.own else 0))

    def ways(self, kernel: str) -> list[str]:
        """The ways in which it is measured on a kernel."""
        left_out = {'criu': not self.alone, 'bare': not self.bare}
        return [way for way in KERNELS[kernel] if not left_out.get(way)]

    def arguments(self, filters: bool) -> list[str]:
        """The arguments for tree, with or without filters."""
        first = [self.processes, self.filters if filters else 0, self.insns]
        more = [self.threads, self.stacks, self.own] if self.threads > 1 else []
        return [str(number) for number in first + more]


SHAPES = {
    '1x1x10': Shape(1, 1, 10, bare=True),
    '100x1x300': Shape(100, 1, 300),
    '300x5x1000': Shape(300, 5, 1000),
    '1000x2x500': Shape(1000, 2, 500, alone=False),
    '1000-threads': Shape(1, 1, 300, 1000, 50, 100),
    '10000-threads': Shape(10, 1, 300, 1000, 50, 100),
}
