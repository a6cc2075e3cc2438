/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock that is looked for: a field of a struct, by its path, or a lock at
 * file scope.
 */
#ifndef SOURCE_TARGET_H
#define SOURCE_TARGET_H

#include "source/type/expr.h"
#include "source/locktab/locktab.h"

#define TARGET_PARTS 8
#define TARGET_BODIES 8

struct target {
	char *text; /* owns the parts */
	const char *qualifier; /* "fs/dcache.c" of "fs/dcache.c:lock"; or NULL */
	const char *tag; /* of the struct; NULL: a lock at file scope */
	const char *parts[TARGET_PARTS]; /* the path behind the tag */
	uint32_t count;
	enum lock_family family;
	/* where it is declared: of several #if branches, the first */
	uint32_t file, line;
	/* a definition of the struct, and the part that declares parts[0] */
	struct {
		const struct body *outer, *declares;
	} bodies[TARGET_BODIES];
	uint32_t body_count;
	bool only_one; /* no other struct of that tag has such a field */
	bool is_static; /* a file-scope lock of one file */
	bool pointer; /* the field points to a lock */
	uint8_t dimensions; /* of an array of locks */
};

/* Split the name. -EINVAL (said) if it cannot be one. */
int target_parse(const char *lock, struct target *target);
/* The name again, as struct.field.path. */
void target_name(const struct target *target, char *buf, size_t size);
/*
 * Find the definition among files @ids (those which hold parts[0]). -ENOENT or
 * -EEXIST, both said, unless @quiet, with what could have been meant.
 */
int target_resolve(struct target *target, struct index *index,
		   const uint32_t *ids, uint32_t n, bool quiet);
/* Does a file define a struct of the target's name with the target's field? */
bool target_defined(const struct target *target, struct view *view,
		    struct unit *unit);
void target_free(struct target *target);

/* The word that every occurrence holds. */
static inline const char *target_word(const struct target *target)
{
	return target->parts[0];
}

enum match {
	MATCH_NO,
	MATCH_YES,
	MATCH_UNKNOWN
};

/*
 * Does .parts[0] of @type mean the target's? If not, @other gets whose it is,
 * from the view's arena.
 */
enum match target_match(const struct target *target, const struct place *place,
			struct type type, const char **other);

#endif
