# SPDX-License-Identifier: GPL-2.0
"""Turns the output of the measurements into a table, and compares it with the targets."""
from statistics import median
from collections.abc import Callable, Sequence
from typing import Any

from shapes import Shape, WAYS

Bar = dict[str, Any]

# kernel entries that each filter may cost: to open, query, read, create, close it
ENTRIES_A_FILTER = 8
# those that do not depend on processes and threads: for folders, files, memory
ENTRIES_ONCE = 16


def spread(values: Sequence[float]) -> float:
    """Half the difference between the smallest and largest value, in percent of the median."""
    return 50 * (max(values) - min(values)) / median(values) if median(values) else 0.0


class Trees:
    """All results for one shape."""

    def __init__(self, name: str, shape: Shape, lines: list[dict[str, Any]]) -> None:
        self.name, self.shape, self.lines = name, shape, lines

    def values(self, way: str, *keys: str) -> list[Any]:
        """One number of each round."""
        found = []
        for line in self.lines:
            if line['way'] == way:
                for key in keys:
                    line = line[key]
                found.append(line)
        return found

    def median(self, way: str, *keys: str) -> float:
        """The median."""
        return median(self.values(way, *keys))

    def ratio(self, action: str, way: str) -> float:
        """The time, as a ratio to that of the tree without seccomp."""
        return self.median(way, action, 'ns') / self.median('none', action, 'ns')

    def share(self, action: str) -> int:
        """The plugin's time, in nanoseconds."""
        meters = self.values('share', action)[0]
        return sum(meter[1] for meter in meters.values())

    def entries(self, action: str, kind: int) -> int:
        """The plugin's kernel entries: 0 all, 1 filters, 2 /proc, 3 image, 4 memory."""
        meters = self.values('entries', action)[0]
        return sum(meter[2 + kind] for meter in meters.values())

    def memory(self, way: str, when: str, kind: str) -> float:
        """The kernel memory of the filters, in KiB."""
        return self.median(way, when, kind) - self.median('none', when, kind)

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
        times = [median(self.values(way, lambda line: line['ns'])) for way in ('create', 'install')]
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


def time_cell(results: Trees, action: str, way: str) -> str:
    """Milliseconds, their spread, the ratio."""
    values = results.values(way, action, 'ns')
    text = f'{median(values) / 1e6:,.0f} ±{spread(values):.1f}%'
    return text if way == 'none' else f'{text} x{results.ratio(action, way):.3f}'


def statistic_cell(results: Trees, action: str, way: str) -> str:
    """CRIU's own measurement: how long the tasks are frozen, or how long a restore takes."""
    key = {'dump': 'frozen_time', 'restore': 'restore_time'}[action]
    return f'{results.median(way, action, "criu", key) / 1e3:,.0f}'


def memory_cell(results: Trees, way: str, when: str) -> str:
    """The memory that the filters add."""
    if way == 'none':
        return '-'
    return ' '.join(f'{results.memory(way, when, kind):+,.0f}' for kind in ('vmalloc', 'slab'))


def tree_table(results: Trees) -> list[str]:
    """The lines for one shape."""
    def each(cell: Callable[[str], str]) -> list[str]:
        return [cell(way) if way in results.shape.ways else '-' for way in WAYS]

    lines = [f'{results.name}: {results.shape.processes} processes, {results.shape.all_threads} '
             f'threads, {results.shape.all_filters} filters',
             row('', 'no seccomp', 'CRIU alone', 'with the plugin')]
    for action in ('dump', 'restore'):
        lines += [row(f'{action}, ms', *each(lambda way: time_cell(results, action, way))),
                  row(f'  {"frozen" if action == "dump" else "restoring"}, as CRIU says, ms',
                      *each(lambda way: statistic_cell(results, action, way))),
                  row('  the plugin\'s share, ms', '', '', f'{results.share(action) / 1e6:.1f}'),
                  row('  peak memory of CRIU, KiB',
                      *each(lambda way: f'{results.median(way, action, "peak"):,.0f}'))]
    lines += [row('seccomp.img, bytes',
                  *each(lambda way: f'{results.median(way, "images", "seccomp.img"):,.0f}')),
              row('seccomp-tree.img, bytes',
                  *each(lambda way: f'{results.median(way, "images", "seccomp-tree.img"):,.0f}')),
              row('filters, vmalloc slab, KiB',
                  *each(lambda way: memory_cell(results, way, 'made'))),
              row('  after the restore',
                  *each(lambda way: memory_cell(results, way, 'restored')))]
    return lines + entry_lines(results)


def entry_lines(results: Trees) -> list[str]:
    """The plugin's kernel entries."""
    lines = []
    for action in ('dump', 'restore'):
        counts = [results.entries(action, kind) for kind in range(5)]
        other = counts[0] - sum(counts[1:])
        lines.append(f'  kernel entries of the plugin, {action}: {counts[1]} for filters, '
                     f'{counts[2]} for /proc, {counts[3]} for the image, '
                     f'{counts[4]} for memory, {other} other')
    return lines


def bar(text: str, value: float, limit: float, digits: int = 3) -> Bar:
    """A target: what it is, and whether it is met."""
    return {'text': text, 'value': value, 'limit': limit, 'met': value <= limit,
            'line': f'{"met   " if value <= limit else "MISSED"} {text}: '
                    f'{value:,.{digits}f}, at most {limit:,.{digits}f}'}


def shape_bars(results: Trees) -> list[Bar]:
    """The targets for one shape."""
    shape, name = results.shape, results.name
    bars = []
    if name in ('300x5x1000', '1000x2x500'):
        for action in ('dump', 'restore'):
            bars.append(bar(f'{name}: {action}, to that of no seccomp',
                            results.ratio(action, 'plugin'), 1.03))
    bars.append(bar(f'{name}: bytes of the image',
                    results.median('plugin', 'images', 'seccomp-tree.img'),
                    shape.program_bytes + 6 * shape.all_threads + 200, 0))
    # not slab, which varies by some 300 KiB for the same tasks
    made, restored = (results.memory('plugin', when, 'vmalloc') for when in ('made', 'restored'))
    bars.append(bar(f'{name}: kernel memory (vmalloc) after the restore, to that before the dump',
                    restored / made, 1.1))
    for action in ('dump', 'restore'):
        once = ENTRIES_ONCE + ENTRIES_A_FILTER * shape.all_filters
        bars.append(bar(f'{name}: kernel entries for filters, {action} (1 a thread)',
                        results.entries(action, 1), shape.all_threads + once, 0))
        bars.append(bar(f'{name}: kernel entries for /proc, {action} (4 a process)',
                        results.entries(action, 2), 4 * shape.processes + once, 0))
    return bars


def scale_bars(by_name: dict[str, Trees]) -> list[Bar]:
    """The cost per thread must not grow from 1,000 to 10,000 threads; that of CRIU does."""
    few, many = by_name.get('1000-threads'), by_name.get('10000-threads')
    if not few or not many:
        return []
    bars = []
    for action in ('dump', 'restore'):
        times = [run.median('plugin', action, 'ns') for run in (few, many)]
        shares = [float(run.share(action)) for run in (few, many)]
        for what, (of_few, of_many) in (('time', times), ('the plugin\'s share', shares)):
            bars.append(bar(f'10,000 threads: {what} of the {action} a thread, to that of 1,000',
                            of_many / of_few * few.shape.all_threads
                            / many.shape.all_threads, 1.1))
    return bars


def bars_of(all_results: list[Trees | Install]) -> list[Bar]:
    """The targets for all results."""
    bars = [each for results in all_results for each in results.bars()]
    return bars + scale_bars({results.name: results for results in all_results
                              if isinstance(results, Trees)})
