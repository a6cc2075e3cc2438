#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sites on text that is hard to read: of other alphabets and ends of lines,
# without end, without balance, behind loops of directories, or not readable.
set -u
# shellcheck source=tests/cli/tree.sh
. "$(dirname "$0")/tree.sh"

# Bytes that are no UTF-8, ends of lines, brackets and directories.
hard_text()
{
	printf '#include <linux/box.h>\n/* caf\351 */\nvoid l(struct box *b)\n{\n\tchar *s = "\351";\n\tspin_lock(/* \374 */ &b->lock);\n}\n' |
		file fs/latin1.c
	printf '#include <linux/box.h>\r\n#define TWO \\\r\n\t2\r\nvoid c(struct box *b)\r\n{\r\n\tspin_lock(\\\r\n\t\t&b->lock);\r\n}\r\n' |
		file fs/crlf.c
	file fs/unbalanced.c <<-'C'
	#include <linux/box.h>
	void broken(struct box *b)
	{
		if (b) {
			spin_lock(&b->lock);
	}

	void next(struct box *b)
	{
		spin_unlock(&b->lock);
	}
	C
	file fs/branches.c <<-'C'
	#include <linux/box.h>
	void branches(struct box *b)
	{
	#ifdef CONFIG_SMP
		if (b->n) {
	#else
		if (!b->n) {
	#endif
			spin_lock(&b->lock);
		}
	}
	void behind(struct box *b) { spin_unlock(&b->lock); }
	C
	printf '#include <linux/box.h>\nvoid e(struct box *b) { spin_lock(&b->lock); }' |
		file fs/noeol.c
	printf '/* never closed' | file fs/comment.c
	printf '"' | file fs/quote.c
	printf '%b' '\0134' | file fs/backslash.c
	printf '#define' | file fs/define.c
	printf '#include <linux/box.h>\n#if A\n#else\n#else\n#elif B\0C\n#else\nvoid t(struct box *b) { spin_lock(&b->lock); }\n#endif\n' |
		file fs/branch.c
	: | file fs/empty.c
	printf 'obj-y += %s.o\n' latin1 crlf unbalanced branches noeol \
		comment quote backslash define empty branch >>"$tree/fs/Makefile"
	ln -s .. "$tree/fs/loop"
	ln -s self "$tree/fs/self"
	mkdir "$tree/fs/directory.c"
	mkfifo "$tree/fs/pipe.c"
	check "nobody waits for a pipe" timeout 60 \
		"$LP_TOOL" sites --linux "$tree" box.lock
	rm "$tree/fs/pipe.c"
	sites 0 box.lock
	same "Latin-1" "6 2 l direct" "$(row fs/latin1.c | cut -f 2-4,8 |
		tr '\t' ' ')"
	same "CRLF and splices" "6 2 c direct" "$(row fs/crlf.c |
		cut -f 2-4,8 | tr '\t' ' ')"
	same "unbalanced braces" "5 10" "$(row fs/unbalanced.c | cut -f 2 |
		tr '\n' ' ' | sed 's/ $//')"
	same "a brace in both branches" "9branches 12behind" \
		"$(row fs/branches.c | cut -f 2,4 | tr -d '\t' |
			tr '\n' ' ' | sed 's/ $//')"
	same "no newline at the end" "2 25 e spin_lock" \
		"$(row fs/noeol.c | cut -f 2-5 | tr '\t' ' ')"
	same "more #else than there can be" "7" \
		"$(row fs/branch.c | cut -f 2)"
	lacks "the symlink loop is not walked" out '^fs/loop/'
	lacks "nothing unreadable" err 'cannot read'
}

# Texts that nobody wrote by hand, and a file that may not be read.
hostile()
{
	local tree=$scratch/hostile as=()

	plant
	python3 - "$tree/fs" <<-'PY'
	import sys
	def file(name, text):
	    open(sys.argv[1] + "/" + name, "w").write(
	        "#include <linux/box.h>\n" + text + "\n")
	file("long.c", "void l(struct box *b) { " + "b->n++; " * 1300000 +
	     "spin_lock(&b->lock); }\n/*" + "x" * 10000000 + "*/")
	file("deep.c", "void d(struct box *b) {\nint x = " + "(" * 100000 +
	     "1" + ")" * 100000 + ";\nspin_lock(&b->lock); " + "{" * 100000 +
	     "}" * 100000 + "\nspin_unlock(&b->lock); }")
	file("open.c", "(" * 50000 + "{" * 50000 + "\n" + ")" * 50000)
	file("hops.c", "void h(struct box *b) {\nspin_lock(&b" +
	     "->next" * 100000 + "->lock); }")
	file("macros.c", "".join("#define M%d(x) M%d(x) M%d(x)\n" %
	                          (i, i + 1, i + 1) for i in range(60)) +
	     "#define M60(x) (x)->lock\nvoid m(struct box *b) { M0(b); }")
	PY
	sites 4 box.lock
	same "a line of 10 MB" "2 10400025" \
		"$(row fs/long.c | cut -f 2,3 | tr '\t' ' ')"
	same "brackets 100000 deep" "4 5" \
		"$(row fs/deep.c | cut -f 2 | xargs)"
	same "100000 hops" "3" "$(row fs/hops.c | cut -f 2)"
	has "macros without end are not followed, and it is said" err \
		'^unexplained: fs/macros\.c:'
	rm "$tree"/fs/{long,deep,open,hops,macros}.c
	printf 'void s(struct box *b) { spin_lock(&b->lock); }\n' \
		>"$tree/fs/secret.c"
	cp "$LP_TOOL" "$tree/tool"
	chmod -R a+rX "$scratch"
	chmod 000 "$tree/fs/secret.c"
	[ "$(id -u)" != 0 ] || as=(setpriv --reuid 65534 --clear-groups)
	# in there: the way from the top may be closed, too
	(cd "$tree" && "${as[@]}" ./tool sites --linux . box.lock) \
		>"$out" 2>"$err"
	same "an unreadable file: incomplete" 4 $?
	has "and named" err 'cannot read .*fs/secret\.c: Permission denied'
	has "the rest is there" out '^fs/box\.c'
}

# Lists of registers are read piece by piece: what stands behind them counts.
long_headers()
{
	local tree=$scratch/long

	plant
	python3 - "$tree/include/linux" <<-'PY'
	import sys
	def file(name, head, tail):
	    open(sys.argv[1] + "/" + name, "w").write(head + "".join(
	        "#define REG_%d    0x%x\n" % (i, i) for i in range(30000)) + tail)
	file("code.h", "", "#include <linux/box.h>\n"
	     "static inline void far_lock(struct box *b)\n"
	     "{\n\tspin_lock(&b->lock);\n}\n")
	file("talk.h", "/* registers */\n", "/* of the lock */")
	file("plain.h", "/*\n * registers\n */\n", "")
	file("alias.h", "", "#define far_alias lock\n")
	PY
	file fs/far.c <<-'C'
	#include <linux/code.h>
	#include <linux/alias.h>
	void far(struct box *b)
	{
		far_lock(b);
		spin_unlock(&b->far_alias);
	}
	C
	echo 'obj-y += far.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	has "a helper behind 30000 numbers" out \
		'^include/linux/code\.h	30004	.*	(body|direct)$'
	same "its call, and that of a macro there" "5 helper 6 direct" \
		"$(row fs/far.c | cut -f 2,8 | xargs)"
	sites 0 box.lock --explain
	has "a comment behind them" out '^include/linux/talk\.h	30002	[0-9]+	comment'
	lacks "numbers alone" out '^include/linux/plain\.h'
}

# What is in "#if 0" may be of any time: it need not be C of today.
never_compiled()
{
	local tree=$scratch/never

	plant
	file fs/never.c <<-'C'
	#include <linux/box.h>
	void never(struct box *b)
	{
	#if 0 /* until there are many */
		spin_lock(&b->of[1].lock);
		spin_lock(&gone(b)->lock);
	#elif defined(CONFIG_SMP)
		spin_lock(&b->lock);
	#else
		spin_lock(&lost(b)->lock);
	#endif
	}
	C
	echo 'obj-y += never.o' >>"$tree/fs/Makefile"
	sites 4 box.lock
	same "only what some configuration compiles is left to be explained" \
		"fs/never.c:10:21" \
		"$(sed -n 's/^unexplained: \([^ ]*\): .*/\1/p' "$err")"
	same "the rest is found" "8" "$(row fs/never.c | cut -f 2)"
	sites 4 box.lock --explain
	has "what is never compiled is told" out \
		'^fs/never\.c	5	[0-9]+	other	in text that is never compiled'
}

plant
hard_text
never_compiled
hostile
long_headers
finish
