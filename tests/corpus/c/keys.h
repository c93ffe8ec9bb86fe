/* Calls and facts by the keys that scenarios name them with. */
#ifndef SHIPFLOW_CORPUS_KEYS_H
#define SHIPFLOW_CORPUS_KEYS_H

#include <shipflow.h>

/* "VERB STEP" and the like; the caller frees it. */
char* key_of_call(const shipflow_call* call);
/* "KIND STEP NAME WORD" of the fact at the pointer `where`; NULL when it has none. */
char* key_of_fact(const char* json, const char* where);

#endif
