# SPDX-License-Identifier: GPL-2.0
"""Turns the output of the measurements into a table, and compares it with the targets."""
from statistics import median
from collections.abc import Callable, Sequence
from typing import Any

from shapes import KERNELS, Shape

Bar = dict[str, Any]

# a kernel, and a way to measure on it
Column = tuple[str, str]

TITLES = {
    ('6.12', 'none'): 'no seccomp',
    ('6.12', 'criu'): 'CRIU alone',
    ('6.12', 'plugin'): 'with the plugin',
    ('stock', 'none'): 'stock: no seccomp',
    ('stock', 'plugin'): 'stock: the module',
}

# Kernel entries that each filter may cost. At the dump: to open, query, read it. At the
# restore: with the patches, to create it. With the module a task of its own makes it, which
# is bound to its caller (1), traced (2) and let go on (2); it enters strict mode and is given
# the parent (2), and makes the filter (1), which is opened, queried and compared with the
# parent (3).
ENTRIES_A_FILTER = {
    ('6.12', 'dump'): 3, ('6.12', 'restore'): 1,
    ('stock', 'dump'): 3, ('stock', 'restore'): 11,
}
# those to open and close files in /proc
PROC_A_FILTER = 8
# those that do not depend on processes and threads: for folders, files, memory
ENTRIES_ONCE = 16
# where the plugin gives threads their filters, and does nothing else about filters
SET_HOOK = 'RESUME_DEVICES_LATE'


def spread(values: Sequence[float]) -> float:
    """Half the difference between the smallest and largest value, in percent of the median."""
    return 50 * (max(values) - min(values)) / median(values) if median(values) else 0.0


class Trees:
    """All results for one shape."""

    def __init__(self, name: str, shape: Shape, lines: list[dict[str, Any]]) -> None:
        self.name, self.shape, self.lines = name, shape, lines

    def kernels(self) -> list[str]:
        """The kernels on which it was measured."""
        return [kernel for kernel in KERNELS if self.has((kernel, 'plugin'))]

    def has(self, column: Column) -> bool:
        """Whether it was measured so."""
        return any((line['kernel'], line['way']) == column for line in self.lines)

    def values(self, column: Column, *keys: str) -> list[Any]:
        """One number of each round."""
        found = []
        for line in self.lines:
            if (line['kernel'], line['way']) == column:
                for key in keys:
                    line = line[key]
                found.append(line)
        return found

    def median(self, column: Column, *keys: str) -> float:
        """The median."""
        return float(median(self.values(column, *keys)))

    def ratio(self, action: str, column: Column) -> float:
        """The time, as a ratio to that of the tree without seccomp on this kernel."""
        return self.median(column, action, 'ns') / self.median((column[0], 'none'), action, 'ns')

    def share(self, kernel: str, action: str) -> int:
        """The plugin's time, in nanoseconds."""
        meters = self.values((kernel, 'share'), action)[0]
        return int(sum(meter[1] for meter in meters.values()))

    def entries(self, kernel: str, action: str, kind: int) -> int:
        """The plugin's kernel entries: 0 all, 1 filters, 2 /proc, 3 image, 4 memory, 5 tasks."""
        meters = self.values((kernel, 'entries'), action)[0]
        return int(sum(meter[2 + kind] for meter in meters.values()))

    def entries_to_set(self, kernel: str) -> int:
        """Its kernel entries to give all threads their filters."""
        return int(self.values((kernel, 'entries'), 'restore')[0][SET_HOOK][3])

    def memory(self, column: Column, when: str, kind: str) -> float:
        """The kernel memory of the filters, in KiB."""
        return self.median(column, when, kind) - self.median((column[0], 'none'), when, kind)

    def table(self) -> list[str]:
        """The results as text."""
        return tree_table(self)

    def bars(self) -> list[Bar]:
        """The targets for this shape."""
        return shape_bars(self)


class Install:
    """Results for filters that tasks make, or install."""
    name = 'install'

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.lines = lines

    def values(self, way: str, of: Callable[[dict[str, Any]], float]) -> list[float]:
        """One number of each round."""
        return [of(line) for line in self.lines if line['way'] == way]

    def faster(self) -> float:
        """How many times faster it is to install a filter than to make one."""
        times = [median(self.values(way, lambda line: float(line['ns'])))
                 for way in ('create', 'install')]
        return times[0] / times[1]

    def table(self) -> list[str]:
        """The results as text."""
        lines = [f'install: {self.lines[0]["tasks"]} tasks, a filter of {self.lines[0]["insns"]} '
                 'instructions', row('', 'each makes one', 'all install one fd')]
        for text, of, digits in (
                ('time of a task, us', lambda line: line['ns'] / 1e3, 1),
                ('kernel memory of all, KiB', lambda line: sum(line['memory'].values()), 0)):
            values = [self.values(way, of) for way in ('create', 'install')]
            lines.append(row(text, *(f'{median(each):,.{digits}f} ±{spread(each):.1f}%'
                                     for each in values)))
        return lines

    def bars(self) -> list[Bar]:
        """The targets for installing."""
        return [bar('install: time to install one, to that of making one', 1 / self.faster(),
                    1 / 100, 5)]


def row(*cells: str) -> str:
    """A line of the table."""
    first, *rest = cells
    return f'  {first:30}' + ''.join(f'{cell:>22}' for cell in rest)


def time_cell(results: Trees, action: str, column: Column) -> str:
    """Milliseconds, their spread, the ratio."""
    values = results.values(column, action, 'ns')
    text = f'{median(values) / 1e6:,.0f} ±{spread(values):.1f}%'
    return text if column[1] == 'none' else f'{text} x{results.ratio(action, column):.3f}'


def statistic_cell(results: Trees, action: str, column: Column) -> str:
    """CRIU's own measurement: how long the tasks are frozen, or how long a restore takes."""
    key = {'dump': 'frozen_time', 'restore': 'restore_time'}[action]
    return f'{results.median(column, action, "criu", key) / 1e3:,.0f}'


def memory_cell(results: Trees, column: Column, when: str) -> str:
    """The memory that the filters add."""
    if column[1] == 'none':
        return '-'
    return ' '.join(f'{results.memory(column, when, kind):+,.0f}' for kind in ('vmalloc', 'slab'))


def tree_table(results: Trees) -> list[str]:
    """The lines for one shape."""
    columns = [column for column in TITLES if column[0] in results.kernels()]

    def each(text: str, cell: Callable[[Column], str], *ways: str) -> str:
        wanted = ways or ('none', 'criu', 'plugin')
        return row(text, *(cell(column) if results.has(column) and column[1] in wanted else '-'
                           for column in columns))

    lines = [f'{results.name}: {results.shape.processes} processes, {results.shape.all_threads} '
             f'threads, {results.shape.all_filters} filters',
             row('', *(TITLES[column] for column in columns))]
    for action in ('dump', 'restore'):
        lines.append(each(f'{action}, ms', lambda column: time_cell(results, action, column)))
        if results.shape.bare:
            lines.append(each('  CRIU without the plugin',
                              lambda column: time_cell(results, action, (column[0], 'bare')),
                              'none'))
        what = 'frozen' if action == 'dump' else 'restoring'
        lines += [each(f'  {what}, as CRIU says, ms',
                       lambda column: statistic_cell(results, action, column)),
                  each('  the plugin\'s share, ms',
                       lambda column: f'{results.share(column[0], action) / 1e6:.1f}', 'plugin'),
                  each('  peak memory of CRIU, KiB',
                       lambda column: f'{results.median(column, action, "peak"):,.0f}')]
    for name in ('seccomp.img', 'seccomp-tree.img'):
        lines.append(each(f'{name}, bytes',
                          lambda column: f'{results.median(column, "images", name):,.0f}'))
    for text, when in (('filters, vmalloc slab, KiB', 'made'),
                       ('  after the restore', 'restored')):
        lines.append(each(text, lambda column: memory_cell(results, column, when)))
    return lines + [line for kernel in results.kernels() for line in entry_lines(results, kernel)]


def entry_lines(results: Trees, kernel: str) -> list[str]:
    """The plugin's kernel entries."""
    lines = []
    for action in ('dump', 'restore'):
        counts = [results.entries(kernel, action, kind) for kind in range(6)]
        other = counts[0] - sum(counts[1:])
        lines.append(f'  kernel entries of the plugin, {action}, {kernel}: {counts[1]} for '
                     f'filters, {counts[2]} for /proc, {counts[3]} for the image, '
                     f'{counts[4]} for memory, {counts[5]} for tasks that make filters, '
                     f'{other} other')
    return lines


def bar(text: str, value: float, limit: float, digits: int = 3) -> Bar:
    """A target: what it is, and whether it is met."""
    return {'text': text, 'value': value, 'limit': limit, 'met': value <= limit,
            'line': f'{"met   " if value <= limit else "MISSED"} {text}: '
                    f'{value:,.{digits}f}, at most {limit:,.{digits}f}'}


def shape_bars(results: Trees) -> list[Bar]:
    """The targets for one shape."""
    return [each for kernel in results.kernels() for each in kernel_bars(results, kernel)]


def kernel_bars(results: Trees, kernel: str) -> list[Bar]:
    """The targets for one shape on one kernel."""
    shape, name, plugin = results.shape, f'{results.name}, {kernel}', (kernel, 'plugin')
    bars = []
    if results.name in ('300x5x1000', '1000x2x500'):
        for action in ('dump', 'restore'):
            bars.append(bar(f'{name}: {action}, to that of no seccomp',
                            results.ratio(action, plugin), 1.03))
    bars.append(bar(f'{name}: bytes of the image',
                    results.median(plugin, 'images', 'seccomp-tree.img'),
                    shape.program_bytes + 6 * shape.all_threads + 200, 0))
    # not slab, which varies by some 300 KiB for the same tasks
    made, restored = (results.memory(plugin, when, 'vmalloc') for when in ('made', 'restored'))
    bars.append(bar(f'{name}: kernel memory (vmalloc) after the restore, to that before the dump',
                    restored / made, 1.1))
    return bars + entry_bars(results, kernel)


def entry_bars(results: Trees, kernel: str) -> list[Bar]:
    """The targets for kernel entries."""
    shape, name = results.shape, f'{results.name}, {kernel}'
    bars = [bar(f'{name}: kernel entries to give threads their filters (1 a thread)',
                results.entries_to_set(kernel), shape.all_threads, 0)]
    for action in ('dump', 'restore'):
        a_filter = ENTRIES_A_FILTER[kernel, action]
        # at the dump, seccomp is suspended, as another thread may have given it filters
        # meanwhile, and restartable sequences are looked at
        a_thread = 4 if action == 'dump' else 1
        bars.append(bar(f'{name}: kernel entries for filters, {action} ({a_thread} a thread, '
                        f'{a_filter} a filter)', results.entries(kernel, action, 1),
                        a_thread * shape.all_threads + a_filter * shape.all_filters + ENTRIES_ONCE,
                        0))
        bars.append(bar(f'{name}: kernel entries for /proc, {action} (4 a process)',
                        results.entries(kernel, action, 2), 4 * shape.processes
                        + PROC_A_FILTER * shape.all_filters + ENTRIES_ONCE, 0))
    return bars


def scale_bars(by_name: dict[str, Trees]) -> list[Bar]:
    """The cost per thread must not grow from 1,000 to 10,000 threads; that of CRIU does."""
    few, many = by_name.get('1000-threads'), by_name.get('10000-threads')
    if not few or not many:
        return []
    bars = []
    for kernel in few.kernels():
        for action in ('dump', 'restore') if kernel in many.kernels() else ():
            times = [run.median((kernel, 'plugin'), action, 'ns') for run in (few, many)]
            shares = [float(run.share(kernel, action)) for run in (few, many)]
            for what, (of_few, of_many) in (('time', times), ('the plugin\'s share', shares)):
                bars.append(bar(f'10,000 threads, {kernel}: {what} of the {action} a thread, to '
                                'that of 1,000', of_many / of_few * few.shape.all_threads
                                / many.shape.all_threads, 1.1))
    return bars


def bars_of(all_results: list[Trees | Install]) -> list[Bar]:
    """The targets for all results."""
    bars = [each for results in all_results for each in results.bars()]
    return bars + scale_bars({results.name: results for results in all_results
                              if isinstance(results, Trees)})
