// SPDX-License-Identifier: GPL-2.0
/*
 * Stops and resumes a task again and again until it ends. Prints how often, and how
 * often a stop intercepted a signal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stop.h"

int main(int argc, char **argv)
{
	pid_t pid = argc == 2 ? atoi(argv[1]) : 0;
	int stops = 0, upon_signals = 0, signal, ret;

	stop_init();
	for (;;) {
		ret = stop_thread(pid, &signal);
		if (ret)
			break;
		resume_thread(pid, signal);
		stops++;
		upon_signals += signal != 0;
	}
	printf("%d stops, %d upon a signal, then: %s\n", stops, upon_signals, strerror(-ret));
	return 0;
}
