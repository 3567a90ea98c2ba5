// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "hash.h"

static uint64_t key[2];
static bool has_key;

void hash_use_key(uint64_t low, uint64_t high)
{
	key[0] = low;
	key[1] = high;
	has_key = true;
}

/*
 * This must not block early after boot, hence GRND_INSECURE. Kernels before 5.6 do
 * not have the flag: there the key is 0, and a malicious image can slow us down.
 */
static void init_key(void)
{
	uint64_t random[2] = { 0 };

	if (getrandom(random, sizeof(random), GRND_INSECURE) < 0)
		memset(random, 0, sizeof(random));
	hash_use_key(random[0], random[1]);
}

static uint64_t rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void compress(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

static uint64_t load_word(const uint8_t *data, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, data, len);
	return le64toh(word);
}

static void start(uint64_t v[4])
{
	if (!has_key)
		init_key();
	v[0] = key[0] ^ 0x736f6d6570736575;
	v[1] = key[1] ^ 0x646f72616e646f6d;
	v[2] = key[0] ^ 0x6c7967656e657261;
	v[3] = key[1] ^ 0x7465646279746573;
}

/* @rest: the last bytes, which do not fill a word. */
static uint64_t finish(uint64_t v[4], uint64_t rest, size_t len)
{
	compress(v, rest | (uint64_t)len << 56);
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_bytes(const void *data, size_t len)
{
	const uint8_t *at = data, *rest = at + len / 8 * 8;
	uint64_t v[4];

	start(v);
	for (; at < rest; at += 8)
		compress(v, load_word(at, 8));
	return finish(v, load_word(rest, len % 8), len);
}

uint64_t hash_number(uint64_t number)
{
	uint64_t v[4];

	start(v);
	compress(v, number);
	return finish(v, 0, sizeof(number));
}
