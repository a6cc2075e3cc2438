// SPDX-License-Identifier: GPL-2.0
/*
 * The report as one page: the JSON Lines of report --json go into the page of
 * user/html/report.html, which draws them. Nothing in the page is fetched.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

/* The page, as it stands in the tree when this is compiled. */
__asm__(".pushsection .rodata\n"
	"report_page: .incbin \"user/html/report.html\"\n"
	".byte 0\n"
	".popsection\n");
extern const char report_page[];

#define DATA_MARK "@DATA@"

/* No text of a capture can end the script element: '<' is written as \u003c. */
static void put_json(FILE *out, const char *text, size_t len)
{
	size_t i;

	putc('[', out);
	for (i = 0; i < len; i++) {
		if (text[i] == '<')
			fputs("\\u003c", out);
		else if (text[i] == '\n')
			fputs(i + 1 < len ? ",\n" : "\n", out);
		else
			putc(text[i], out);
	}
	putc(']', out);
}

int report_html(FILE *out, const struct load *load,
		const struct report_options *options)
{
	const char *mark = strstr(report_page, DATA_MARK);
	char *lines = NULL;
	size_t len = 0;
	FILE *json = open_memstream(&lines, &len);
	int err;

	if (!json || !mark)
		return -ENOMEM;
	err = report_json(json, load, options);
	if (fclose(json) && !err)
		err = -ENOMEM;
	if (!err) {
		fwrite(report_page, 1, mark - report_page, out);
		put_json(out, lines, len);
		fputs(mark + strlen(DATA_MARK), out);
	}
	free(lines);
	return err;
}
