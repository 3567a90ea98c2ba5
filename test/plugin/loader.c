// SPDX-License-Identifier: GPL-2.0
/*
 * A CRIU that exports next to nothing: loader PLUGIN loads it and calls its
 * init for a dump, and exits with 0 if that is refused.
 */
#include <dlfcn.h>
#include <stdio.h>

#include <criu/criu-plugin.h>

int criu_get_image_dir(void)
{
	return -1;
}

int main(int argc, char **argv)
{
	void *plugin = argc == 2 ? dlopen(argv[1], RTLD_LAZY) : NULL;
	cr_plugin_desc_t *desc = plugin ? dlsym(plugin, "CR_PLUGIN_DESC") : NULL;
	int ret;

	if (!desc) {
		fprintf(stderr, "cannot load it: %s\n", dlerror());
		return 2;
	}
	ret = desc->init(CR_PLUGIN_STAGE__DUMP);
	printf("init returns %d\n", ret);
	return ret >= 0;
}
