#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""One build of the plugin in small stand-ins for every version of CRIU: see loader.c.

loaders.py PLUGIN runs what does not need a patched kernel; the machine runs all.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from typing import Callable, List, Tuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, 'build', 'plugin-tests')
STAND_IN = os.path.join(BUILD, 'stand_in.so')
CRIUS = ('4.1', '4.2', 'next', 'sentinel')
NOT_OURS = -95  # ENOTSUP: CRIU asks the next plugin
FUNCTIONS = ('criu_get_image_dir', 'print_on_level', 'seccomp_collect_entry',
             'add_inventory_plugin', 'check_and_remove_inventory_plugin', 'inherit_fd_add',
             'inherit_fd_lookup_id')


class Wrong(Exception):
    """Something is wrong; the text has the loader's output."""


class Loader:
    """One run of one stand-in."""

    def __init__(self, criu: str, action: str, images: str, *plugins: str) -> None:
        command = [os.path.join(BUILD, f'loader-{criu}'), action, images, *plugins]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=20, check=False)
        except subprocess.TimeoutExpired:
            raise Wrong(f'it does not end: {" ".join(command)}') from None
        self.status, self.lines = done.returncode, done.stdout.splitlines()

    def need(self, well: bool, what: str) -> None:
        """Raises Wrong unless all is well."""
        if not well:
            raise Wrong('\n'.join([what, f'exit status {self.status}', *self.lines]))

    def says(self, *texts: str) -> None:
        """Require that the output has these lines."""
        for text in texts:
            self.need(text in self.lines, f'no line "{text}"')

    def ends_well(self) -> None:
        """All plugins were loaded, nothing crashed, and no hook is left in a chain."""
        self.need(self.status == 0 and self.lines[-1:] == ['end'], 'it does not end well')
        self.need(not any('left in chain' in line or 'cannot put the hooks' in line
                          for line in self.lines), 'the chains are not as they should be')
        self.says('loaded: seccomp_plugin')

    def answers(self, what: str) -> List[Tuple[str, int]]:
        """Which plugins were called, and what they returned."""
        found = [line.split(f', {what}: ') for line in self.lines if f', {what}: ' in line]
        return [(name, int(answer)) for name, answer in found]

    def asked_ours(self, what: str, answer: int = NOT_OURS) -> None:
        """Require that our plugin was called first for that hook, and returned this."""
        self.need(self.answers(what)[:1] == [('seccomp_plugin', answer)],
                  f'{what}: {self.answers(what)}, not {answer}')


def dumped(criu: str, plugins: List[str], images: str, patched: bool) -> Loader:
    """A dump, with checks of what the plugins did."""
    run = Loader(criu, 'dump', images, *plugins)
    run.ends_well()
    run.asked_ours('process')
    run.asked_ours('file', 0 if patched else NOT_OURS)
    if criu == 'sentinel':
        run.asked_ours('before processes')
        run.asked_ours('after processes')
    if patched:
        run.says('mode 1')  # strict, the placeholder
    return run


def restored(criu: str, plugins: List[str], images: str, patched: bool) -> None:
    """A restore, with more checks if there is an image."""
    run = Loader(criu, 'restore', images, *plugins)
    run.ends_well()
    run.need(not any('to be tried again' in line for line in run.lines), 'a file is put off')
    run.asked_ours('other file')
    if criu == 'sentinel':
        run.asked_ours('after processes')
    if patched:
        run.says('file is anon_inode:seccomp notify')
    else:
        run.asked_ours('file')


def in_folder(test: Callable[[str], None]) -> None:
    """Run a test with a folder for images."""
    images = tempfile.mkdtemp()
    try:
        test(images)
    finally:
        shutil.rmtree(images)


def one_build(plugin: str, criu: str, patched: bool) -> None:
    """Dump with this version, restore with all of them."""
    def test(images: str) -> None:
        dumped(criu, [plugin], images, patched)
        for other in CRIUS:
            restored(other, [plugin], images, patched)
    in_folder(test)


def before_others(plugin: str, criu: str, patched: bool) -> None:
    """Our hooks come first, in any load order; the other's are called when ours are done."""
    def test(images: str) -> None:
        for plugins in ([plugin, STAND_IN], [STAND_IN, plugin]):
            run = dumped(criu, plugins, images, patched)
            run.need(run.answers('process') == [('seccomp_plugin', NOT_OURS), ('stand_in', 0)],
                     'the chain is not both, ours first')
            restored(criu, plugins, images, patched)
    in_folder(test)


def bare(plugin: str) -> None:
    """A CRIU that does not export what we need: it is named, and the plugin is not loaded."""
    def test(images: str) -> None:
        for action in ('dump', 'restore'):
            run = Loader('bare', action, images, plugin)
            run.need(run.status == 1, 'it does not end with 1')
            run.says('init fails: seccomp_plugin')
            for name in FUNCTIONS:
                run.need(any(f'does not export {name}()' in line for line in run.lines),
                         f'{name} is not named')
    in_folder(test)


def tests(plugin: str, patched: bool) -> List[Tuple[str, Callable[[], None]]]:
    """Pairs of a text and a function that raises Wrong."""
    found: List[Tuple[str, Callable[[], None]]] = []
    for criu in CRIUS:
        found += [
            (f'in a CRIU as {criu}, and from there in all',
             partial(one_build, plugin, criu, patched)),
            (f'in a CRIU as {criu}, beside a plugin that ends chains',
             partial(before_others, plugin, criu, patched)),
        ]
    return found + [('a CRIU that does not export what we need', partial(bare, plugin))]


def main() -> int:
    """Every test."""
    failed = 0
    for number, (text, test) in enumerate(tests(sys.argv[1], False), 1):
        try:
            test()
            print(f'ok {number} - {text}', flush=True)
        except Wrong as why:
            failed += 1
            print(f'not ok {number} - {text}')
            print('# ' + str(why).replace('\n', '\n# '), flush=True)
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
