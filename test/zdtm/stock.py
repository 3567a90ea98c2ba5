# SPDX-License-Identifier: GPL-2.0
"""What BPF shows of filters on a kernel without the patches: in a dump, and in the command.

The expected results come from what the tests build, not from our own code.
"""
import re
import subprocess

from harness import Case, check, hidden, log_of, status_of, tree_of

BTF = '/sys/kernel/btf/vmlinux'
WORKS_NOW = 'TSYNC works now, and will be refused'
WILL_WORK = 'TSYNC is refused now, and will work'
GUESSED = 'what a restore changes is guessed'

Threads = dict[int, int]


def groups(case: Case) -> list[Threads]:
    """For each process with several threads, how many filters each thread has."""
    found = []
    for pid in tree_of(case.pid):
        with open(f'/proc/{pid}/status', encoding='utf-8') as f:
            if 'Threads:\t1\n' in f.read():
                continue
        tids = [int(tid) for tid in subprocess.run(
            ['ls', f'/proc/{pid}/task'], stdout=subprocess.PIPE, text=True,
            check=True).stdout.split()]
        found.append({tid: int(status_of(pid, tid)['Seccomp_filters']) for tid in tids})
    return found


def said(case: Case) -> list[str]:
    """The lines of the plugin in the log of the dump."""
    with open(log_of(case, 'dump'), encoding='utf-8', errors='replace') as f:
        return [line.rstrip() for line in f if 'seccomp_plugin' in line and 'process ' in line]


def named(lines: list[str], text: str) -> set[int]:
    """The threads that the lines with that text name."""
    return {int(tid) for line in lines if text in line
            for tid in re.findall(r'\d+', re.sub(r'.*threads ([0-9 ]+):.*', r'\1', line))}


def dumped(name: str) -> tuple[list[Threads], list[str]]:
    """The threads of a test, and what the dump said about them."""
    case = Case(name, 'h')
    try:
        case.start()
        threads = groups(case)
        case.new_images(1)
        case.dump('--leave-running')
        return threads, said(case)
    finally:
        case.close()


def deepest(threads: list[Threads]) -> set[int]:
    """In each process, the threads with the most filters."""
    return {tid for group in threads for tid, count in group.items()
            if count == max(group.values())}


def says_exactly() -> str:
    """The dump names the threads for which TSYNC will change, and is silent if there are none."""
    stories = []
    for name, text in (('shared', WORKS_NOW), ('leader', WORKS_NOW), ('branches', None),
                       ('equal', WILL_WORK)):
        threads, lines = dumped(f'seccomp_tree_{name}')
        check(threads, f'{name}: no process has several threads')
        if text == WILL_WORK:
            # with a third thread that has no filters, CRIU does not merge them
            expected = {tid for group in threads if len(group) == 2 for tid in group}
        else:
            expected = deepest(threads) if text else set()
        check(named(lines, text or 'TSYNC') == expected, f'{name}: expected {expected}', *lines)
        others = [line for line in lines if not text or text not in line]
        check(not others, f'{name}: also said', *others)
        stories.append(f'{name}: {len(expected)} of {sum(map(len, threads))} threads')
    return ', '.join(stories)


def tree(case: Case) -> dict[int, str]:
    """For each thread, the filter that "criu-seccomp tree" shows it under."""
    done = subprocess.run(['criu-seccomp', 'tree', str(case.pid)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    check(not done.returncode, f'criu-seccomp tree exits {done.returncode}', done.stdout)
    found, above = {}, ''
    for line in done.stdout.splitlines():
        head = re.search(r'filter (\d+):', line)
        thread = re.search(r'(\d+) \S+( \(thread of \d+\))?$', line)
        if head:
            above = head[1]
        elif line.startswith('no filter'):
            above = ''
        elif thread:
            found[int(thread[1])] = above
    return found


def tree_is_seen() -> str:
    """Threads that share a filter are below one; threads with equal filters are not."""
    case = Case('seccomp_tree_shared', 'h')
    try:
        case.start()
        group, seen = groups(case)[0], tree(case)
        newest = [[seen[tid] for tid, count in group.items() if count == n] for n in (2, 3)]
        check([len(set(filters)) for filters in newest] == [1, 1] and len(newest[0]) == 2
              and newest[0][0] != newest[1][0], f'not as built: {seen}, filters: {group}')
    finally:
        case.close()
    case = Case('seccomp_tree_equal', 'h')
    try:
        case.start()
        seen = tree(case)
        for group in groups(case):
            check(len({seen[tid] for tid in group}) == len(group), f'not apart: {seen}, {group}')
    finally:
        case.close()
    return 'shared, equal'


def guesses_without_btf() -> None:
    """Without BTF, the dump says why once, and otherwise works as without BPF."""
    case = Case('seccomp_tree_leader', 'h')
    try:
        with hidden(BTF):
            case.start()
            case.new_images(1)
            case.dump('--leave-running')
            with open(log_of(case, 'dump'), encoding='utf-8', errors='replace') as f:
                log = f.read()
            check(log.count(GUESSED) == 1 and re.search(rf'{GUESSED} \(BPF: .+\)', log),
                  'not said once why it is guessed', *said(case))
            check('different numbers of filters' in log, 'not guessed', *said(case))
            done = subprocess.run(['criu-seccomp', 'check'], stdout=subprocess.PIPE, text=True,
                                  check=False)
            check('neither read nor restored' in done.stdout and 'not by BPF: ' in done.stdout,
                  'criu-seccomp check does not say so', done.stdout)
    finally:
        case.close()
