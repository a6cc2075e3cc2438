// SPDX-License-Identifier: GPL-2.0
/*
 * A vmlinux with symbols: the ELF file goes in; the release and compiler from
 * its banner, its build id and the sizes of its structs come out.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/elf_file.h"
#include "base/error.h"
#include "livepatch/image.h"

#define BANNER "Linux version "

/* "... (gcc-12 (Debian 12.2) 12.2.0, GNU ld ...) #1 SMP Debian 6.1.192-2" */
static void read_banner(const char *banner, struct image *image)
{
	const char *base, *end;

	sscanf(banner + strlen(BANNER), "%127[^ ]", image->release);
	base = strstr(banner, " Debian ");
	if (base && strchr(base, '#') == NULL) {
		base += strlen(" Debian ");
		end = base + strspn(base, "0123456789.");
		if (end > base && (size_t)(end - base) < sizeof(image->base))
			memcpy(image->base, base, end - base);
	}
}

static void find_banner(Elf_Scn *scn, struct image *image)
{
	Elf_Data *data = NULL;
	const char *at, *end;

	while (!image->release[0] && (data = elf_getdata(scn, data))) {
		at = data->d_buf;
		end = at ? at + data->d_size : NULL;
		while (at && at < end) {
			at = memmem(at, end - at, BANNER, strlen(BANNER));
			if (!at)
				break;
			/* the format string of /proc/version has a % here */
			if (at[strlen(BANNER)] >= '0' &&
			    at[strlen(BANNER)] <= '9' &&
			    memchr(at, '\0', end - at)) {
				read_banner(at, image);
				break;
			}
			at += strlen(BANNER);
		}
	}
}

static void find_compiler(Elf_Scn *scn, struct image *image)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	const char *text = data ? data->d_buf : NULL;

	if (text && data->d_size > 5 && !strncmp(text, "GCC: ", 5))
		snprintf(image->compiler, sizeof(image->compiler), "%.*s",
			 (int)data->d_size - 5, text + 5);
}

static void put_hex(char *to, size_t size, const unsigned char *from,
		    size_t len)
{
	size_t i;

	to[0] = '\0';
	for (i = 0; i < len && 2 * i + 2 < size; i++)
		sprintf(to + 2 * i, "%02x", from[i]);
}

/* The first GNU build id note in @data, in hex. */
static void find_build_id(Elf_Data *data, char *to, size_t size)
{
	size_t at = 0, name, desc;
	GElf_Nhdr note;

	while (data && (at = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp((char *)data->d_buf + name, "GNU", 4))
			continue;
		put_hex(to, size, (unsigned char *)data->d_buf + desc,
			note.n_descsz);
		return;
	}
}

static int read_sections(Elf *elf, struct image *image)
{
	int has_symtab = 0;
	Elf_Scn *scn = NULL;
	const char *name;
	GElf_Shdr shdr;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return -EINVAL;
	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &shdr))
			return -EINVAL;
		name = elf_strptr(elf, strings, shdr.sh_name);
		has_symtab |= shdr.sh_type == SHT_SYMTAB;
		if (!name)
			continue;
		if (!strcmp(name, ".rodata"))
			find_banner(scn, image);
		else if (!strcmp(name, ".comment"))
			find_compiler(scn, image);
		else if (shdr.sh_type == SHT_NOTE && !image->build_id[0])
			find_build_id(elf_getdata(scn, NULL), image->build_id,
				      sizeof(image->build_id));
	}
	if (!has_symtab) {
		error("%s has no symbol table: give the vmlinux of the "
		      "kernel's debug package (linux-image-RELEASE-dbg)",
		      image->path);
		return -EINVAL;
	}
	if (!image->release[0]) {
		error("%s is not a whole kernel: no \"" BANNER "\" in it "
		      "(one among the headers has types only); give the "
		      "vmlinux of the kernel's debug package "
		      "(linux-image-RELEASE-dbg)",
		      image->path);
		return -EINVAL;
	}
	return 0;
}

int image_open(const char *path, struct image *image)
{
	struct elf_file file;
	int err;

	memset(image, 0, sizeof(*image));
	err = elf_file_open(&file, path);
	if (err == -EBADMSG) {
		error("%s is not an ELF file; a vmlinuz has no symbols, the "
		      "debug package's vmlinux has",
		      path);
		return -EINVAL;
	}
	if (err)
		return error_errno(err, "%s", path);
	image->path = realpath(path, NULL);
	err = image->path ? read_sections(file.elf, image) :
			    error_errno(-errno, "%s", path);
	elf_file_close(&file);
	if (err)
		image_close(image);
	return err;
}

void image_close(struct image *image)
{
	free(image->path);
	image->path = NULL;
}

void image_running(char *build_id, size_t size)
{
	char buf[4096];
	Elf_Data data = { .d_buf = buf,
			  .d_type = ELF_T_NHDR,
			  .d_version = EV_CURRENT,
			  .d_align = 4 };
	size_t at = 0;
	GElf_Nhdr *note;
	ssize_t len;
	int fd;

	build_id[0] = '\0';
	fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, buf, sizeof(buf));
	close(fd);
	data.d_size = len > 0 ? len : 0;
	/* No Elf behind this data: walk it by hand, as gelf_getnote() would. */
	while (at + sizeof(*note) <= data.d_size) {
		note = (GElf_Nhdr *)(buf + at);
		at += sizeof(*note);
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    at + 4 + note->n_descsz <= data.d_size &&
		    !memcmp(buf + at, "GNU", 4)) {
			put_hex(build_id, size, (unsigned char *)buf + at + 4,
				note->n_descsz);
			return;
		}
		at += (note->n_namesz + 3) / 4 * 4;
		at += (note->n_descsz + 3) / 4 * 4;
	}
}

int image_types_load(const struct image *image, struct image_types **types)
{
	struct btf *btf = btf__parse(image->path, NULL);

	if (!btf) {
		error("%s has no type information (.BTF): it cannot tell the "
		      "sizes of the kernel's tables",
		      image->path);
		return -ENODATA;
	}
	*types = (struct image_types *)btf;
	return 0;
}

int image_types_size(const struct image_types *types, const char *name)
{
	const struct btf *btf = (const struct btf *)types;
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	return id < 0 ? 0 : (int)btf__resolve_size(btf, id);
}

void image_types_free(struct image_types *types)
{
	btf__free((struct btf *)types);
}
