/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON Lines: short ways to fill json-c objects, and one object out as one
 * line. Text from captures need not be UTF-8; what is not becomes U+FFFD.
 */
#ifndef JSON_H
#define JSON_H

#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

/* Each gives the value to @object under @key; NULL @text gives nothing. */
void json_put_text(struct json_object *object, const char *key,
		   const char *text);
void json_put_number(struct json_object *object, const char *key, uint64_t n);
void json_put_real(struct json_object *object, const char *key, double value);
void json_put_flag(struct json_object *object, const char *key, int flag);

/* Print @object as one line and release it. 0 or -errno. */
int json_put_line(FILE *out, struct json_object *object);

#endif
