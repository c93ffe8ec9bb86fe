/* Checks for tests in C: they count, say where, and go on. */
#ifndef SHIPFLOW_TEST_CHECK_H
#define SHIPFLOW_TEST_CHECK_H

#include <shipflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(what)                                                      \
  do {                                                                   \
    if (!(what)) {                                                       \
      ++failures;                                                        \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
    }                                                                    \
  } while (0)

/* The status of a call; prints the error when it is another one. */
#define CHECK_STATUS(wanted, call)                                                                           \
  do {                                                                                                       \
    const shipflow_status got = (call);                                                                      \
    if (got != (wanted)) {                                                                                   \
      ++failures;                                                                                            \
      fprintf(stderr, "%s:%d: %s gave %s, wanted %s: %.*s\n", __FILE__, __LINE__, #call,                     \
              shipflow_status_name(got), shipflow_status_name(wanted), (int)shipflow_error_message(err).len, \
              shipflow_error_message(err).ptr ? shipflow_error_message(err).ptr : "");                       \
    }                                                                                                        \
  } while (0)
#define OK(call) CHECK_STATUS(SHIPFLOW_OK, call)

static inline shipflow_str text(const char* s) {
  shipflow_str out;
  out.ptr = s;
  out.len = s == NULL ? 0 : strlen(s);
  return out;
}

/* Is `part` somewhere in the text? */
static inline int holds(shipflow_str whole, const char* part) {
  const size_t len = strlen(part);
  size_t i;
  for (i = 0; i + len <= whole.len; ++i)
    if (memcmp(whole.ptr + i, part, len) == 0) return 1;
  return 0;
}

static inline int done(const char* name) {
  if (failures == 0)
    printf("%s: ok\n", name);
  else
    printf("%s: %d failures\n", name, failures);
  return failures == 0 ? 0 : 1;
}

#endif
