/* Lists of texts, and values of JSON texts by their pointers. */
#ifndef SHIPFLOW_CORPUS_TEXTS_H
#define SHIPFLOW_CORPUS_TEXTS_H

#include <shipflow.h>
#include <stddef.h>

/* Texts of its own; zero is an empty list. */
typedef struct list {
  char** all;
  size_t count;
  size_t room;
} list;

void add(list* to, const char* text);
size_t count_of(const list* in, const char* text);
void sort(list* which);
void clear(list* which);

shipflow_str view(const char* text);
/* What `pointer` names, as text that the caller frees; NULL when there is nothing. */
char* at(const char* json, const char* pointer);
/* The same with printf's words in the pointer. */
char* atf(const char* json, const char* pointer, ...) __attribute__((format(printf, 2, 3)));
/* 1 when `pointer` names the text `wanted`. */
int is(const char* json, const char* pointer, const char* wanted);
/* A copy of a view. */
char* copied(shipflow_str text);
/* A member's name as a part of a pointer; the caller frees it. */
char* escaped(const char* name);
/* A whole file; NULL when it cannot be read. */
char* read_file(const char* path);

#endif
