/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A site_set for machines (TSV, JSON) and for people.
 */
#ifndef SOURCE_PRINT_H
#define SOURCE_PRINT_H

#include <stdio.h>

#include "source/site/sites.h"

void sites_print_tsv(const struct site_set *set, FILE *out);
void sites_print_json(struct tree *tree, const struct site_set *set, FILE *out);
void sites_print_text(struct tree *tree, const struct site_set *set, FILE *out);
/* Every occurrence of the name, one a line: file line col why detail. */
void sites_print_occurrences(const struct site_set *set, FILE *out);
/* How many of which class; all occurrences by explanation; what is left. */
void sites_print_totals(struct tree *tree, const struct site_set *set,
			FILE *out);

#endif
