// SPDX-License-Identifier: GPL-2.0
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "criu-plugin.h"
#include "plugin.h"
#include "symbols.h"

/* Where the reason goes. */
struct reason {
	char *text;
	size_t size;
};

static bool refuse(const struct reason *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static bool refuse(const struct reason *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, why->size, fmt, args);
	va_end(args);
	return false;
}

static bool is_plugin(const struct criu_plugin_desc *desc, const char *path,
		      const struct reason *why)
{
	if (!desc)
		return refuse(why, "%s is not a plugin of CRIU (\"make install\" again)", path);
	if (desc->version > CRIU_PLUGIN_VERSION)
		return refuse(
			why,
			"%s is of version %#x, which CRIU does not know (\"make install\" again)",
			path, desc->version);
	return true;
}

static bool criu_has_hooks(const struct symbols *criu, const char *name,
			   const struct criu_plugin_desc *desc, const struct reason *why)
{
	size_t size, hooks;

	hooks = symbols_find(criu, CRIU_LISTS, &size) ? criu_known_hooks(size) : 0;
	if (desc->max_hooks <= hooks)
		return true;
	return refuse(why, "has %u hooks, and %s knows %zu (install CRIU 4.1 or newer)",
		      desc->max_hooks, name, hooks);
}

static bool criu_has_functions(const struct symbols *criu, const char *name,
			       const struct reason *why)
{
#define NAME(function) #function,
	static const char *const functions[] = { CRIU_FUNCTIONS(NAME) };
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (!symbols_find(criu, functions[i], NULL))
			return refuse(why,
				      "needs %s(), which %s does not export (4.1 and newer do)",
				      functions[i], name);
	return true;
}

static bool fits_criu(const char *name, const struct criu_plugin_desc *desc,
		      const struct reason *why)
{
	struct symbols *criu = symbols_open(name);
	bool fits;

	if (!criu)
		return refuse(
			why,
			"cannot see which functions %s exports (is it a script? put the program before it in PATH)",
			name);
	fits = criu_has_hooks(criu, name, desc, why) && criu_has_functions(criu, name, why);
	symbols_close(criu);
	return fits;
}

bool plugin_fits(const char *criu, const char *path, char *text, size_t size)
{
	const struct reason why = { .text = text, .size = size };
	const struct criu_plugin_desc *desc;
	void *plugin;
	bool fits;

	if (access(path, F_OK))
		return refuse(&why, "%s: %s (CRIU looks there; \"make install\" puts it there)",
			      path, strerror(errno));
	/* CRIU binds lazily; RTLD_NOW finds missing symbols now instead of at a call. */
	plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!plugin)
		return refuse(&why, "cannot be loaded: %s", dlerror());
	desc = dlsym(plugin, CRIU_PLUGIN_SYMBOL);
	fits = is_plugin(desc, path, &why) && (!*criu || fits_criu(criu, desc, &why));
	dlclose(plugin);
	return fits;
}
