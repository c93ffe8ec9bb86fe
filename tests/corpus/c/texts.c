#include "texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* must(void* got) {
  if (got == NULL) abort();
  return got;
}

shipflow_str view(const char* text) {
  shipflow_str out;
  out.ptr = text;
  out.len = text == NULL ? 0 : strlen(text);
  return out;
}

char* copied(shipflow_str text) {
  char* out = must(malloc(text.len + 1));
  if (text.len != 0) memcpy(out, text.ptr, text.len);
  out[text.len] = 0;
  return out;
}

void add(list* to, const char* text) {
  if (to->count == to->room) {
    to->room = to->room * 2 + 16;
    to->all = must(realloc(to->all, to->room * sizeof *to->all));
  }
  to->all[to->count++] = copied(view(text));
}

size_t count_of(const list* in, const char* text) {
  size_t found = 0;
  size_t i;
  for (i = 0; i < in->count; ++i) found += strcmp(in->all[i], text) == 0;
  return found;
}

static int by_text(const void* a, const void* b) { return strcmp(*(char* const*)a, *(char* const*)b); }

void sort(list* which) {
  if (which->count != 0) qsort(which->all, which->count, sizeof *which->all, by_text);
}

void clear(list* which) {
  size_t i;
  for (i = 0; i < which->count; ++i) free(which->all[i]);
  free(which->all);
  memset(which, 0, sizeof *which);
}

char* at(const char* json, const char* pointer) {
  shipflow_buf* found = NULL;
  char* out;
  if (json == NULL || shipflow_json_at(view(json), view(pointer), &found, NULL) != SHIPFLOW_OK) return NULL;
  out = copied(shipflow_buf_view(found));
  shipflow_buf_free(found);
  return out;
}

char* atf(const char* json, const char* pointer, ...) {
  char made[512];
  va_list words;
  va_start(words, pointer);
  (void)vsnprintf(made, sizeof made, pointer, words);
  va_end(words);
  return at(json, made);
}

int is(const char* json, const char* pointer, const char* wanted) {
  char* got = at(json, pointer);
  const int same = got != NULL && strcmp(got, wanted) == 0;
  free(got);
  return same;
}

char* escaped(const char* name) {
  char* out = must(malloc(strlen(name) * 2 + 1));
  char* to = out;
  for (; *name != 0; ++name) {
    if (*name == '~' || *name == '/') {
      *to++ = '~';
      *to++ = *name == '~' ? '0' : '1';
    } else {
      *to++ = *name;
    }
  }
  *to = 0;
  return out;
}

char* read_file(const char* path) {
  FILE* in = fopen(path, "rb");
  size_t room = 1 << 16;
  size_t size = 0;
  char* out;
  if (in == NULL) return NULL;
  out = must(malloc(room + 1));
  while (1) {
    const size_t got = fread(out + size, 1, room - size, in);
    size += got;
    if (got == 0) break;
    if (size == room) out = must(realloc(out, (room *= 2) + 1));
  }
  (void)fclose(in);
  out[size] = 0;
  return out;
}
