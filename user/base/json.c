// SPDX-License-Identifier: GPL-2.0
/*
 * JSON Lines by json-c: keys and values in, lines out.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* Bytes of the UTF-8 sequence at @s, 0: it is none. */
static size_t utf8_length(const unsigned char *s)
{
	size_t len = *s < 0x80		 ? 1 :
		     (*s & 0xe0) == 0xc0 ? 2 :
		     (*s & 0xf0) == 0xe0 ? 3 :
		     (*s & 0xf8) == 0xf0 ? 4 :
					   0;
	size_t i;

	if (len == 2 && *s < 0xc2)
		return 0;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if (len == 3 &&
	    ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0)))
		return 0;
	if (len == 4 && ((s[0] == 0xf0 && s[1] < 0x90) || s[0] > 0xf4 ||
			 (s[0] == 0xf4 && s[1] >= 0x90)))
		return 0;
	return len;
}

static struct json_object *new_text(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char *clean = malloc(strlen(text) * 3 + 1), *out = clean;
	struct json_object *object;
	size_t len;

	if (!clean)
		return NULL;
	while (*s) {
		len = utf8_length(s);
		if (!len) {
			memcpy(out, "\xef\xbf\xbd", 3);
			out += 3;
			s++;
			continue;
		}
		memcpy(out, s, len);
		out += len;
		s += len;
	}
	object = json_object_new_string_len(clean, out - clean);
	free(clean);
	return object;
}

void json_put_text(struct json_object *object, const char *key,
		   const char *text)
{
	if (text)
		json_object_object_add(object, key, new_text(text));
}

void json_put_number(struct json_object *object, const char *key, uint64_t n)
{
	json_object_object_add(object, key, json_object_new_uint64(n));
}

void json_put_real(struct json_object *object, const char *key, double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.6f", value);
	json_object_object_add(object, key,
			       json_object_new_double_s(value, text));
}

void json_put_flag(struct json_object *object, const char *key, int flag)
{
	json_object_object_add(object, key, json_object_new_boolean(flag));
}

int json_put_line(FILE *out, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	int err = 0;

	if (!text)
		err = -ENOMEM;
	else if (fprintf(out, "%s\n", text) < 0)
		err = -EIO;
	json_object_put(object);
	return err;
}
