// SPDX-License-Identifier: GPL-2.0
/*
 * A type in front of a member of the target's name in, the answer out: is it
 * the target's struct, or whose?
 */
#include "source/site/target.h"

static bool same_body(const struct body *a, const struct body *b)
{
	return a->file == b->file && a->offset == b->offset;
}

static bool is_ours(const struct target *target, const struct body *body)
{
	uint32_t i;

	for (i = 0; i < target->body_count; i++)
		if (same_body(target->bodies[i].outer, body) ||
		    same_body(target->bodies[i].declares, body))
			return true;
	return false;
}

/* Another struct's name for people: its tag, or the member it is the type of. */
static const char *body_name(struct view *view, const struct body *body)
{
	if (body->tag)
		return arena_text(&view->arena, body->tag, body->tag_len);
	if (body->outer && body->member)
		return arena_printf(&view->arena, "%s.%.*s",
				    body_name(view, body->outer),
				    (int)body->member_len, body->member);
	if (body->outer)
		return body_name(view, body->outer);
	return "a struct without a name";
}

static bool tag_is(const struct target *target, const char *name, uint32_t len)
{
	const struct body *body;
	uint32_t i;

	for (i = 0; i < target->body_count; i++) {
		body = target->bodies[i].outer;
		if (body->tag && body->tag_len == len &&
		    !memcmp(body->tag, name, len))
			return true;
	}
	return false;
}

/* "struct hooks { #include "names.h" };": its members are not all in sight. */
static bool includes_members(const struct body *body)
{
	const char *p = body->text, *end = body->text + body->size;

	while ((p = memchr(p, '#', end - p))) {
		for (p++; p < end && (*p == ' ' || *p == '\t'); p++)
			;
		if (end - p > 7 && !memcmp(p, "include", 7))
			return true;
	}
	return false;
}

/*
 * Another struct's tag. Its definition has to have such a member: else the tag
 * is a macro's name for ours, or the file means another struct of that name
 * than the one which was found, or the expression was not understood.
 */
static enum match match_other(const struct target *target,
			      const struct place *place, struct type type,
			      const char **other)
{
	struct view *view = place->view;
	struct body *bodies[FIND_MAX];
	struct member member;
	uint32_t i, n = expr_bodies(place, type, bodies);

	for (i = 0; i < n; i++) {
		if (!body_member(view, bodies[i], target->parts[0],
				 strlen(target->parts[0]), &member)) {
			if (includes_members(bodies[i]))
				return MATCH_NO;
			continue;
		}
		return is_ours(target, bodies[i]) ||
				       (view->embeds &&
					is_ours(target, member.body)) ?
			       MATCH_YES :
			       MATCH_NO;
	}
	if (!n)
		return MATCH_NO;
	if (view->wanted)
		wanted_add(view->wanted, type.name, type.len);
	*other = arena_printf(&view->arena, "struct %s has no such member",
			      *other);
	return MATCH_UNKNOWN;
}

/*
 * A type that #if branches define differently: one of them has the member. The
 * one that was taken for it has not.
 */
static bool match_branch(const struct target *target, const struct place *place,
			 struct type named, enum match *match)
{
	struct symbol *found[FIND_MAX];
	struct member member;
	uint32_t i, n = 0;

	if (named.base == TYPE_NAME)
		n = view_find(place->view, named.name, named.len,
			      SYMBOL_TYPEDEF, found);
	for (i = 0; i < n; i++) {
		if (!expr_member(place, found[i]->type, target->parts[0],
				 strlen(target->parts[0]), &member))
			continue;
		*match = is_ours(target, member.body) ? MATCH_YES : MATCH_NO;
		return true;
	}
	return false;
}

enum match target_match(const struct target *target, const struct place *place,
			struct type type, const char **other)
{
	struct body *bodies[FIND_MAX];
	struct arena *arena = &place->view->arena;
	struct type named = type;
	struct member member;
	enum match match;
	uint32_t i, n;

	type = expr_resolve(place, type);
	*other = "";
	switch (type.base) {
	case TYPE_SCALAR:
		*other = "a number";
		return MATCH_UNKNOWN;
	case TYPE_BODY:
		*other = body_name(place->view, type.body);
		if (is_ours(target, type.body))
			return MATCH_YES;
		if (!body_member(place->view, type.body, target->parts[0],
				 strlen(target->parts[0]), &member))
			return includes_members(type.body) ? MATCH_NO :
			       match_branch(target, place, named, &match) ?
							     match :
							     MATCH_UNKNOWN;
		return is_ours(target, member.body) ? MATCH_YES : MATCH_NO;
	case TYPE_TAG:
		break;
	default:
		return MATCH_UNKNOWN;
	}
	*other = arena_text(arena, type.name, type.len);
	if (!tag_is(target, type.name, type.len)) {
		match = match_other(target, place, type, other);
		if (match == MATCH_UNKNOWN)
			match_branch(target, place, named, &match);
		return match;
	}
	if (target->only_one)
		return MATCH_YES;
	n = expr_bodies(place, type, bodies);
	for (i = 0; i < n; i++) {
		if (is_ours(target, bodies[i]))
			return MATCH_YES;
		if (body_member(place->view, bodies[i], target->parts[0],
				strlen(target->parts[0]), &member))
			return MATCH_NO;
	}
	return MATCH_UNKNOWN;
}
