// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers in, short text out. Names are printed through here as well: they
 * come from captures, and a capture must not be able to drive the terminal.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"

char *format_count(char *out, uint64_t n)
{
	char digits[24];
	int len =
		snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	int i, o = 0;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[o++] = ',';
		out[o++] = digits[i];
	}
	out[o] = '\0';
	return out;
}

static char *scaled(char *out, double value, const char *unit)
{
	snprintf(out, FORMAT_BYTES, "%.*f%s",
		 value < 9.995 ? 2 :
		 value < 99.95 ? 1 :
				 0,
		 value, unit);
	return out;
}

char *format_short(char *out, uint64_t n)
{
	static const char *const units[] = { "k", "M", "G", "T", "P", "E" };
	double value = n;
	int unit = -1;

	if (n < 10000) {
		snprintf(out, FORMAT_BYTES, "%llu", (unsigned long long)n);
		return out;
	}
	while (value >= 999.5 && unit < 5) {
		value /= 1000;
		unit++;
	}
	return scaled(out, value, units[unit]);
}

char *format_ns(char *out, uint64_t ns)
{
	if (ns < 1000) {
		snprintf(out, FORMAT_BYTES, "%llu ns", (unsigned long long)ns);
		return out;
	}
	if (ns < 999500)
		return scaled(out, ns / 1e3, " us");
	if (ns < 999500000)
		return scaled(out, ns / 1e6, " ms");
	return scaled(out, ns / 1e9, " s");
}

char *format_share(char *out, uint64_t part, uint64_t whole)
{
	if (!whole)
		strcpy(out, "-");
	else
		snprintf(out, FORMAT_BYTES, "%.1f%%",
			 100.0 * (double)part / (double)whole);
	return out;
}

double format_error(uint64_t part, uint64_t whole, uint64_t samples)
{
	/* Wilson's interval: it is not 0 wide for a share of 0 or 1 */
	double z = 1.96, n = samples, p;

	if (!whole || !samples)
		return 0;
	p = (double)part / (double)whole;
	if (p > 1)
		p = 1;
	return z / (1 + z * z / n) *
	       sqrt(p * (1 - p) / n + z * z / (4 * n * n));
}

bool format_screen(FILE *out)
{
	const char *term = getenv("TERM");

	return isatty(fileno(out)) && !(term && !strcmp(term, "dumb"));
}

bool format_colours(FILE *out)
{
	const char *no = getenv("NO_COLOR");

	return format_screen(out) && !(no && *no);
}

void format_put_clean(FILE *out, const char *text)
{
	for (; *text; text++)
		putc((unsigned char)*text < ' ' || *text == 127 ? '?' : *text,
		     out);
}

void format_put_csv(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

void format_put_folded(FILE *out, const char *text)
{
	for (; *text; text++)
		putc(*text == ';' || *text == '\n' ? ':' :
		     (unsigned char)*text < ' '	   ? '?' :
						     *text,
		     out);
}
