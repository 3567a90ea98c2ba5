// SPDX-License-Identifier: GPL-2.0
/* The cgroups that engines make for containers, as /proc/PID/cgroup shows them. */
#include "unit.h"

#include "container.h"

#define ID "3f2a91b0c2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e"
#define OTHER "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void engines_are_recognized_by_cgroup_names(void **state)
{
	static const struct known {
		const char *cgroup, *engine, *id;
	} known[] = {
		{ "0::/machine.slice/libpod-" ID ".scope/container\n", "podman", ID },
		{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
		  ".scope\n",
		  "podman", ID },
		{ "0::/libpod_parent/libpod-" ID "\n", "podman", ID },
		{ "0::/system.slice/docker-" ID ".scope\n", "docker", ID },
		{ "12:pids:/docker/" ID "\n0::/system.slice/containerd.service\n", "docker", ID },
		{ "0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice/"
		  "cri-containerd-" ID ".scope\n",
		  "containerd", ID },
		{ "0::/kubepods.slice/crio-" ID ".scope\n", "cri-o", ID },
		{ "0::/kubepods/besteffort/pod1/" ID "\n", "", ID },
		{ "0::/user.slice/crun-web.scope\n", "crun", "web" },
		{ "0::/lxc.payload.web1/system.slice/cron.service\n", "lxc", "web1" },
		{ "0::/machine.slice/systemd-nspawn@deb.service/payload\n", "nspawn", "deb" },
		/* a container inside of another: the inner one counts */
		{ "0::/system.slice/docker-" ID ".scope/libpod-" OTHER "\n", "podman", OTHER },
	};
	struct container container;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		assert_true(container_parse(known[i].cgroup, &container));
		assert_string_equal(container.engine, known[i].engine);
		assert_string_equal(container.id, known[i].id);
	}
}

static void users_name_them_by_an_id_that_begins_so_or_by_a_name(void **state)
{
	const struct container with_id = { "podman", ID }, with_name = { "crun", "web" };

	(void)state;
	assert_true(container_is(&with_id, ID));
	assert_true(container_is(&with_id, "3f2a91"));
	assert_false(container_is(&with_id, "3f2a92"));
	assert_false(container_is(&with_id, ID "0"));
	assert_true(container_is(&with_name, "web"));
	assert_false(container_is(&with_name, "we"));
	assert_false(container_is(&with_name, "web2"));
	assert_false(container_is(&with_id, ""));
	assert_false(container_is(&(const struct container){ "", "" }, ""));
}

static void other_cgroups_are_not_containers(void **state)
{
	static const char *const others[] = {
		"",
		"0::/\n",
		"0::/system.slice/cron.service\n",
		"0::/machine.slice/libpod-conmon-" ID ".scope\n",
		"0::/system.slice/docker.service\n",
		"0::/docker\n",
		/* an id is 64 digits */
		"0::/machine.slice/libpod-3f2a.scope\n",
		"0::/x/" ID "0\n",
		/* a name has no control characters */
		"0::/crun-\033[2J.scope\n",
		"no line of cgroups(7)",
	};
	struct container container;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		assert_false(container_parse(others[i], &container));
		if (*others[i])
			assert_string_equal(container.engine, "");
	}
}

static void a_process_that_is_gone_is_in_no_container(void **state)
{
	struct container container;

	(void)state;
	assert_false(container_of(1 << 22, &container));
	assert_string_equal(container.id, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engines_are_recognized_by_cgroup_names),
		cmocka_unit_test(users_name_them_by_an_id_that_begins_so_or_by_a_name),
		cmocka_unit_test(other_cgroups_are_not_containers),
		cmocka_unit_test(a_process_that_is_gone_is_in_no_container),
	};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
