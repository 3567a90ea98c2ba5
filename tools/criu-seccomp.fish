# SPDX-License-Identifier: GPL-2.0
# Completion for fish. test/tools/completion compares these words with the command's own.

set -l subcommands tree image verify diff explain watch check
set -l none "not __fish_seen_subcommand_from $subcommands help"
set -l c complete -c criu-seccomp

$c -f
$c -n $none -l help -d 'Print help'
$c -n $none -l version -d 'Print the version'
$c -n $none -a tree -d 'Filters of running processes and who shares them'
$c -n $none -a image -d 'Filters of a dump'
$c -n $none -a verify -d 'Whether a process has its filters as they were dumped'
$c -n $none -a diff -d 'What differs between images or processes'
$c -n $none -a explain -d 'What filters do with system calls'
$c -n $none -a watch -d 'What filters refuse, as it happens'
$c -n $none -a check -d 'Whether everything that a dump needs is in place'
$c -n $none -a help -d 'More about a subcommand'
$c -n '__fish_seen_subcommand_from help' -a "$subcommands"

$c -n '__fish_seen_subcommand_from tree image verify diff explain watch check' -l json -d 'For other programs'
$c -n '__fish_seen_subcommand_from tree image' -l dot -d 'For Graphviz'
$c -n '__fish_seen_subcommand_from tree image' -l svg -d 'A picture'
$c -n '__fish_seen_subcommand_from tree image explain' -l programs -d 'Also list the programs of the filters'
$c -n '__fish_seen_subcommand_from tree image' -l raw -x -d 'Write a program as bytes'
$c -n '__fish_seen_subcommand_from tree' -l all -d 'Every process'
$c -n '__fish_seen_subcommand_from tree' -l collapse -d 'One line for tasks and filters that are alike'
$c -n '__fish_seen_subcommand_from tree' -l no-collapse -d 'A line for each thread and filter'
$c -n '__fish_seen_subcommand_from explain' -l all -d 'List all calls'
$c -n '__fish_seen_subcommand_from explain' -l arch -x -d 'The architecture of the calls'
$c -n '__fish_seen_subcommand_from explain' -l syscall -x -d 'Only this call'
$c -n '__fish_seen_subcommand_from explain' -l thread -x -d 'Only this thread'
$c -n '__fish_seen_subcommand_from watch' -l container -x -d 'Only this container'
$c -n '__fish_seen_subcommand_from watch' -l filters -d 'Also say which filter decides'
$c -n '__fish_seen_subcommand_from watch' -l since-restore -r -F -d 'Only what was restored from a dump'
$c -n '__fish_seen_subcommand_from tree verify diff explain watch' -a '(__fish_complete_pids)'
$c -n '__fish_seen_subcommand_from image verify diff explain' -F
