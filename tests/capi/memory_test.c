/* Every allocation in turn fails: calls give SHIPFLOW_NO_MEMORY or work, nothing crashes, and what was there
 * before still works. The allocator of this program stands in for the library's, which is the same one. */
#include "world.h"

#include <errno.h>
#include <stddef.h>

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);

static _Thread_local long countdown = -1; /* allocations until one fails; -1: none does */

static int fails(void) {
  if (countdown < 0) return 0;
  if (countdown-- != 0) return 0;
  errno = ENOMEM;
  return 1;
}

void* malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void* calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }
void* realloc(void* p, size_t size) { return fails() ? NULL : __libc_realloc(p, size); }

/* The status of one attempt; whatever it made is freed. */
typedef shipflow_status (*attempt_fn)(void);

static shipflow_status parse(void) {
  shipflow_document* document = NULL;
  shipflow_error* err = NULL;
  const shipflow_status s = shipflow_document_parse(text(plan_text), text("plan.yaml"), &document, &err);
  CHECK((s == SHIPFLOW_OK) == (document != NULL));
  CHECK((s == SHIPFLOW_OK) == (err == NULL));
  shipflow_error_free(err);
  shipflow_document_free(document);
  return s;
}

static shipflow_status refuse(void) {
  shipflow_document* document = NULL;
  shipflow_error* err = NULL;
  const shipflow_status s = shipflow_document_parse(text("a: [1"), text("plan.yaml"), &document, &err);
  CHECK(document == NULL && err != NULL);
  shipflow_error_free(err);
  return s == SHIPFLOW_INVALID_DOCUMENT ? SHIPFLOW_OK : s;
}

static shipflow_engine* engine;
static shipflow_document* plan_document;
static shipflow_document* environments;

static shipflow_status compile(void) {
  shipflow_plan* plan = NULL;
  shipflow_buf* buf = NULL;
  shipflow_error* err = NULL;
  shipflow_status s = shipflow_plan_compile(
      engine, plan_document, environments,
      text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"},\"variables\":{}}"), &plan, &err);
  if (s == SHIPFLOW_OK) s = shipflow_plan_print(plan, text("json"), &buf, &err);
  shipflow_error_free(err);
  shipflow_buf_free(buf);
  shipflow_plan_free(plan);
  return s;
}

static shipflow_status whole_run(void) {
  shipflow_store* store = NULL;
  shipflow_engine* own = NULL;
  shipflow_plan* plan = NULL;
  shipflow_buf* run = NULL;
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_status s;
  int turns;
  o.flags = SHIPFLOW_ENGINE_VIRTUAL_TIME;
  s = shipflow_store_memory(&store, NULL);
  if (s == SHIPFLOW_OK) s = shipflow_engine_new(&o, store, &own, NULL);
  if (s == SHIPFLOW_OK) s = shipflow_engine_add_provider(own, text("toy"), text(actions), NULL);
  if (s == SHIPFLOW_OK)
    s = shipflow_plan_compile(
        own, plan_document, environments,
        text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"},\"variables\":{}}"), &plan, NULL);
  if (s == SHIPFLOW_OK)
    s = shipflow_engine_start(own, plan, text("{\"principal\":\"user:dana\"}"), &run, NULL);
  for (turns = 0; s == SHIPFLOW_OK && turns < 200; ++turns) {
    shipflow_event* event = NULL;
    shipflow_call* call;
    s = shipflow_engine_next(own, 0, &event, NULL);
    call = shipflow_event_call(event);
    if (call != NULL) (void)shipflow_call_finish(call, text("{\"kind\":\"done\",\"value\":{}}"), NULL);
    shipflow_call_free(call);
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED) turns = 1000;
    shipflow_event_free(event);
  }
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(own);
  shipflow_store_free(store);
  return s;
}

/* Fails the 1st, 2nd, ... allocation until the attempt needs no more of them; `stride` skips some. */
static void each_allocation(const char* name, attempt_fn attempt, long stride) {
  long n;
  long refused = 0;
  for (n = 0; n < 2000000; n += stride) {
    shipflow_status s;
    countdown = n;
    s = attempt();
    if (countdown >= 0) { /* none failed any more */
      countdown = -1;
      CHECK(s == SHIPFLOW_OK);
      if (s != SHIPFLOW_OK) fprintf(stderr, "%s: %s\n", name, shipflow_status_name(s));
      break;
    }
    countdown = -1;
    /* A failure that was survived (a cache, a retry) is fine; anything else must say what it was. */
    CHECK(s == SHIPFLOW_OK || s == SHIPFLOW_NO_MEMORY || s == SHIPFLOW_FAULTED);
    if (s != SHIPFLOW_OK && s != SHIPFLOW_NO_MEMORY && s != SHIPFLOW_FAULTED)
      fprintf(stderr, "%s: allocation %ld: %s\n", name, n, shipflow_status_name(s));
    refused += s != SHIPFLOW_OK;
  }
  CHECK(refused > 0);
  CHECK(attempt() == SHIPFLOW_OK);
  printf("%s: %ld of %ld failing allocations refused\n", name, refused, n / stride);
}

int main(void) {
  shipflow_error* err = NULL;
  engine = make_engine(0, SHIPFLOW_ENGINE_VIRTUAL_TIME);
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  OK(shipflow_document_parse(text(plan_text), text("plan.yaml"), &plan_document, &err));
  OK(shipflow_document_parse(text(environments_text), text("environments.yaml"), &environments, &err));
  each_allocation("parse", parse, 1);
  each_allocation("refuse", refuse, 1);
  each_allocation("compile", compile, 3);
  each_allocation("run", whole_run, 17);
  shipflow_document_free(plan_document);
  shipflow_document_free(environments);
  shipflow_engine_free(engine);
  return done("capi memory");
}
