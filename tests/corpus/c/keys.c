#include "keys.h"

#include "texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "VERB STEP" and the like; the caller frees it. */
char* key_of_call(const shipflow_call* call) {
  static const char* const first[] = {"", "/verb", NULL, NULL, NULL, NULL, NULL};
  static const char* const word[] = {"", NULL, "probe", "metrics", "secret", "policy", "message"};
  static const char* const second[] = {"", "/step", "/name", "/source", "/source", "/step", "/moment"};
  const shipflow_call_kind_t kind = shipflow_call_kind(call);
  char* body = copied(shipflow_call_body(call));
  char* verb = first[kind] == NULL ? copied(view(word[kind])) : at(body, first[kind]);
  char* about = at(body, second[kind]);
  const size_t room = strlen(verb) + strlen(about) + 2;
  char* out = malloc(room);
  (void)snprintf(out, room, "%s %s", verb, about);
  free(verb);
  free(about);
  free(body);
  return out;
}

/* "KIND STEP NAME WORD" of the fact at `where`; NULL when it has none. */
char* key_of_fact(const char* json, const char* where) {
  static const char* const words[] = {"status", "phase", "meaning", "level"};
  char* parts[4] = {NULL, NULL, NULL, NULL};
  char* out = NULL;
  size_t i;
  parts[0] = atf(json, "%s/kind", where);
  parts[1] = atf(json, "%s/step", where);
  parts[2] = atf(json, "%s/body/name", where);
  for (i = 0; i < 4 && parts[3] == NULL; ++i) parts[3] = atf(json, "%s/body/%s", where, words[i]);
  if (parts[0] != NULL && strcmp(parts[0], "note") != 0) {
    out = calloc(1, 512);
    for (i = 0; i < 4; ++i)
      if (parts[i] != NULL && *parts[i] != 0)
        (void)snprintf(out + strlen(out), 512 - strlen(out), "%s%s", i == 0 ? "" : " ", parts[i]);
  }
  for (i = 0; i < 4; ++i) free(parts[i]);
  return out;
}
