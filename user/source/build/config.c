// SPDX-License-Identifier: GPL-2.0
/*
 * A .config comes in, a hash table of its values goes out. The text is kept
 * and cut in place: names and values point into it. Process context; read-only
 * once loaded.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "source/build/config.h"
#include "source/text/slurp.h"

struct entry {
	const char *name; /* NULL: free slot */
	size_t len;
	const char *text;
	enum config_value value;
};

struct config {
	char *text;
	struct entry *slots;
	size_t mask; /* slots - 1, a power of two less one */
	size_t used;
	unsigned long version;
	const char *arch;
};

static uint32_t hash(const char *name, size_t len)
{
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ (unsigned char)*name++) * 16777619u;
	return h ^ h >> 15;
}

static struct entry *slot(const struct config *config, const char *name,
			  size_t len)
{
	size_t i = hash(name, len) & config->mask;
	struct entry *e;

	for (;; i = (i + 1) & config->mask) {
		e = &config->slots[i];
		if (!e->name || (e->len == len && !memcmp(e->name, name, len)))
			return e;
	}
}

/* One line without its newline; writable, a NUL stands behind it. */
static void take_line(struct config *config, char *line)
{
	unsigned int major, minor, patch;
	struct entry *e;
	char *text, *end;

	if (*line == '#') {
		if (!config->version && sscanf(line, "# Linux/%*s %u.%u.%u",
					       &major, &minor, &patch) == 3)
			config->version = (major << 16) + (minor << 8) +
					  (patch > 255 ? 255 : patch);
		return;
	}
	text = strchr(line, '=');
	if (strncmp(line, "CONFIG_", 7) || !text || text == line + 7)
		return;
	*text++ = '\0';
	end = text + strlen(text);
	while (end > text && (end[-1] == '\r' || end[-1] == ' '))
		*--end = '\0';
	e = slot(config, line, strlen(line));
	config->used += !e->name;
	e->name = line;
	e->len = strlen(line);
	e->value = CONFIG_TEXT;
	if (!strcmp(text, "y"))
		e->value = CONFIG_Y;
	else if (!strcmp(text, "m"))
		e->value = CONFIG_M;
	else if (!strcmp(text, "n"))
		e->value = CONFIG_N;
	if (*text == '"' && end > text + 1 && end[-1] == '"') {
		end[-1] = '\0';
		text++;
	}
	e->text = text;
}

static const char *find_arch(const struct config *config)
{
	static const struct {
		const char *symbol, *arch;
	} arches[] = {
		{ "CONFIG_X86", "x86" },
		{ "CONFIG_UML", "um" },
		{ "CONFIG_ARM64", "arm64" },
		{ "CONFIG_ARM", "arm" },
		{ "CONFIG_PPC", "powerpc" },
		{ "CONFIG_S390", "s390" },
		{ "CONFIG_RISCV", "riscv" },
		{ "CONFIG_MIPS", "mips" },
		{ "CONFIG_LOONGARCH", "loongarch" },
		{ "CONFIG_SPARC", "sparc" },
		{ "CONFIG_PARISC", "parisc" },
		{ "CONFIG_ALPHA", "alpha" },
		{ "CONFIG_M68K", "m68k" },
		{ "CONFIG_ARC", "arc" },
		{ "CONFIG_CSKY", "csky" },
		{ "CONFIG_HEXAGON", "hexagon" },
		{ "CONFIG_IA64", "ia64" },
		{ "CONFIG_MICROBLAZE", "microblaze" },
		{ "CONFIG_NIOS2", "nios2" },
		{ "CONFIG_OPENRISC", "openrisc" },
		{ "CONFIG_SUPERH", "sh" },
		{ "CONFIG_XTENSA", "xtensa" },
	};
	size_t i;

	for (i = 0; i < sizeof(arches) / sizeof(arches[0]); i++)
		if (config_get(config, arches[i].symbol,
			       strlen(arches[i].symbol)) == CONFIG_Y)
			return arches[i].arch;
	return NULL;
}

int config_parse(const char *text, size_t len, struct config **out)
{
	struct config *config = calloc(1, sizeof(*config));
	size_t lines = 0, i;
	char *line, *end;

	if (!config)
		return -ENOMEM;
	for (i = 0; i < len; i++)
		lines += text[i] == '\n';
	for (config->mask = 64; config->mask < 2 * lines + 2;)
		config->mask *= 2;
	config->text = malloc(len + 1);
	config->slots = calloc(config->mask, sizeof(*config->slots));
	config->mask--;
	if (!config->text || !config->slots) {
		config_free(config);
		return -ENOMEM;
	}
	memcpy(config->text, text, len);
	config->text[len] = '\0';
	for (line = config->text; line; line = end) {
		end = memchr(line, '\n', config->text + len - line);
		if (end)
			*end++ = '\0';
		take_line(config, line);
	}
	config->arch = find_arch(config);
	*out = config;
	return 0;
}

int config_load(const char *dir, struct config **out)
{
	char dotconfig[4096], synced[4096], *text;
	const char *name = ".config";
	struct stat old, new;
	size_t len;
	int err;

	snprintf(dotconfig, sizeof(dotconfig), "%s/.config", dir);
	snprintf(synced, sizeof(synced), "%s/include/config/auto.conf", dir);
	if (!stat(synced, &new) &&
	    (stat(dotconfig, &old) || old.st_mtime <= new.st_mtime))
		name = "include/config/auto.conf";
	err = slurp(dir, name, &text, &len);
	if (err)
		return err;
	err = config_parse(text, len, out);
	free(text);
	return err;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	free(config->slots);
	free(config->text);
	free(config);
}

enum config_value config_get(const struct config *config, const char *name,
			     size_t len)
{
	const struct entry *e;

	if (!config)
		return CONFIG_N;
	e = slot(config, name, len);
	return e->name ? e->value : CONFIG_N;
}

const char *config_text(const struct config *config, const char *name,
			size_t len)
{
	const struct entry *e;

	if (!config)
		return NULL;
	e = slot(config, name, len);
	return e->name && e->value != CONFIG_N ? e->text : NULL;
}

unsigned long config_version(const struct config *config)
{
	return config ? config->version : 0;
}

const char *config_arch(const struct config *config)
{
	return config ? config->arch : NULL;
}
