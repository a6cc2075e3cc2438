/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of a tree share: where files come from. Only tree*.c, walk.c
 * and grep.c look inside.
 */
#ifndef SOURCE_TREESTORE_H
#define SOURCE_TREESTORE_H

#include <pthread.h>
#include <stdatomic.h>

#include "source/text/arena.h"
#include "source/tree/tree.h"

struct tree_file {
	const char *path;
	char *_Atomic data; /* once kept */
	size_t size;
	unsigned char oid[20]; /* of a commit's blob */
	atomic_bool failed;
	uint8_t kind; /* enum file_kind, of a header */
	struct signature *signature; /* of a header of code, or NULL */
};

enum file_kind {
	FILE_NEW,
	FILE_CODE,
	FILE_DULL, /* numbers only */
};

struct treegit;

struct tree {
	char *where, *directory;
	char version[64];
	int fd; /* the directory, or -1 */
	struct treegit *git;
	struct tree_file *files;
	uint32_t count, capacity;
	struct arena arena;
	pthread_mutex_t lock; /* of keeping a file's text */
	atomic_uint unreadable;
};

/* A growing buffer that one thread reads file after file into. */
struct reader {
	char *buffer;
	size_t capacity;
	struct treegit *git; /* this thread's own handle */
};

/* The walk of a directory: adds every .c and .h file, in no order. */
int tree_walk(struct tree *tree);
void tree_add(struct tree *tree, char *path, const unsigned char *oid);

/* Reads file @id; @out is good until the next read by this reader. */
int reader_read(struct tree *tree, struct reader *reader, uint32_t id,
		struct text *out);
/* Some whole lines of a file; @first: it begins with them. False: no more. */
typedef bool tree_piece(void *arg, const struct text *piece, bool first);
/*
 * The same, but a large file's pieces are shown to @look first. 1 when it saw
 * them all and wanted more: there is no @out then. Files that are not large,
 * or in a commit, are only read.
 */
int reader_pieces(struct tree *tree, struct reader *reader, uint32_t id,
		  tree_piece *look, void *arg, struct text *out);
void reader_end(struct reader *reader);
/* Says once that a file cannot be read, and counts it. */
void tree_failed(struct tree *tree, uint32_t id, int err);

int treegit_open(const char *repo, const char *rev, struct treegit **out);
int treegit_again(struct treegit *git, struct treegit **out);
int treegit_list(struct treegit *git, struct tree *tree);
int treegit_blob(struct treegit *git, const unsigned char *oid,
		 struct reader *reader, struct text *out);
int treegit_path(struct treegit *git, const char *path, struct text *out);
void treegit_close(struct treegit *git);

#endif
