// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel symbols and build ids from ELF: a path in, symbols of a ksyms table
 * out. Functions only, and the bounds of sections, which have no type.
 */
#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/elf_file.h"
#include "lock/elfsym.h"
#include "lock/ksyms.h"

static bool wanted(Elf *elf, const GElf_Sym *sym)
{
	Elf_Scn *scn;
	GElf_Shdr shdr;
	int type = GELF_ST_TYPE(sym->st_info);

	if (type != STT_FUNC && type != STT_NOTYPE && type != STT_GNU_IFUNC)
		return false;
	if (sym->st_shndx == SHN_UNDEF || sym->st_shndx >= SHN_LORESERVE)
		return false;
	scn = elf_getscn(elf, sym->st_shndx);
	return scn && gelf_getshdr(scn, &shdr) &&
	       (shdr.sh_flags & SHF_EXECINSTR);
}

static int add_table(struct ksyms *ks, Elf *elf, Elf_Scn *scn,
		     const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t nr, i;
	int err = 0;

	if (!data || !shdr->sh_entsize)
		return -EBADMSG;
	nr = shdr->sh_size / shdr->sh_entsize;
	for (i = 0; i < nr && !err; i++) {
		const char *name;
		GElf_Sym sym;

		if (!gelf_getsym(data, i, &sym) || !wanted(elf, &sym))
			continue;
		name = elf_strptr(elf, shdr->sh_link, sym.st_name);
		if (name && *name && *name != '.')
			err = ksyms_add(ks, sym.st_value, sym.st_size, name,
					NULL);
	}
	return err;
}

int elfsym_read(struct ksyms *ks, const char *path)
{
	Elf_Scn *scn = NULL;
	bool found = false;
	GElf_Shdr shdr;
	struct elf_file file;
	int err;

	err = elf_file_open(&file, path);
	if (err)
		return err;
	while (!err && (scn = elf_nextscn(file.elf, scn))) {
		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_SYMTAB)
			continue;
		found = true;
		err = add_table(ks, file.elf, scn, &shdr);
	}
	elf_file_close(&file);
	return err ? err : found ? 0 : -ENODATA;
}

/* The build id among a section's notes. */
static int id_of_notes(Elf_Data *data, uint8_t *id, size_t room)
{
	size_t at = 0, next, name, desc;
	GElf_Nhdr note;

	while ((next = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    !memcmp((char *)data->d_buf + name, "GNU", 4)) {
			memcpy(id, (char *)data->d_buf + desc,
			       note.n_descsz < room ? note.n_descsz : room);
			return note.n_descsz;
		}
		at = next;
	}
	return -ENODATA;
}

int elfsym_build_id(const char *path, uint8_t *id, size_t room)
{
	int err, ret = -ENODATA;
	struct elf_file file;
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	Elf_Data *data;

	err = elf_file_open(&file, path);
	if (err)
		return err;
	while (ret < 0 && (scn = elf_nextscn(file.elf, scn))) {
		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_NOTE)
			continue;
		data = elf_getdata(scn, NULL);
		if (data)
			ret = id_of_notes(data, id, room);
	}
	elf_file_close(&file);
	return ret;
}

int elfsym_running_build_id(const char *notes, uint8_t *id, size_t room)
{
	unsigned char bytes[4096];
	FILE *in = fopen(notes, "re");
	size_t size, at = 0;
	Elf64_Nhdr note;

	if (!in)
		return -errno;
	size = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	while (at + sizeof(note) <= size) {
		size_t name, desc;

		memcpy(&note, bytes + at, sizeof(note));
		name = at + sizeof(note);
		desc = name + (((size_t)note.n_namesz + 3) & ~3ul);
		at = desc + (((size_t)note.n_descsz + 3) & ~3ul);
		if (at > size)
			break;
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp(bytes + name, "GNU", 4))
			continue;
		memcpy(id, bytes + desc,
		       note.n_descsz < room ? note.n_descsz : room);
		return note.n_descsz;
	}
	return -ENODATA;
}
