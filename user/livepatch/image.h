/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vmlinux with symbols: what it says about itself. Opened once, read-only.
 */
#ifndef LIVEPATCH_IMAGE_H
#define LIVEPATCH_IMAGE_H

#include <stddef.h>
#include <stdint.h>

struct image {
	char *path;
	char release[128]; /* "6.1.0-56-amd64" */
	char base[64]; /* source's version: "6.1.192"; "" when not told */
	char compiler[128]; /* "(Debian 12.2.0-14+deb12u1) 12.2.0" */
	char build_id[64]; /* in hex; "" when it has none */
};

/*
 * Read @path. Says on stderr what is missing (no ELF file, no symbols, no
 * kernel). Return: 0, -ENOENT, -EINVAL, -errno. image_close() afterwards.
 */
int image_open(const char *path, struct image *image);
void image_close(struct image *image);

/* The build id of the kernel that runs here, in hex; "" when not told. */
void image_running(char *build_id, size_t size);

/*
 * Size in bytes of a struct in the image's BTF, 0 when it has none of the
 * name; -ENODATA when the image has no BTF.
 */
struct image_types;
int image_types_load(const struct image *image, struct image_types **types);
int image_types_size(const struct image_types *types, const char *name);
void image_types_free(struct image_types *types);

#endif
