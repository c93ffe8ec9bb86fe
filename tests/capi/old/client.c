/* A client of the first 0.1: compiled with the headers of that day, which lie beside it and are never edited, and run on
 * the library of today. Its table of a provider is shorter than today's, and it knows fewer kinds of events. */
#include "include/shipflow.h"
#include "include/shipflow_provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The headers beside this file, not those of the tree. */
typedef char table_of_that_day[sizeof(shipflow_provider_table) == 64 ? 1 : -1];
#ifdef SHIPFLOW_EVENT_CHECKED
#error "these are not the headers of that day"
#endif

static const char plan_text[] =
    "{\"shipflow\":1,\"plan\":\"old\",\"components\":[\"door\"],\"steps\":["
    "{\"id\":\"open\",\"action\":\"toy.set\",\"with\":{\"value\":\"open\"}},"
    "{\"id\":\"break\",\"needs\":[\"open\"],\"action\":\"toy.set\",\"with\":{\"value\":\"broken\"}}]}";
static const char environments_text[] =
    "{\"shipflow\":1,\"environments\":{\"here\":{\"bind\":{\"door\":{\"provider\":\"toy\"}}}}}";
static const char actions[] =
    "[{\"name\":\"set\",\"inputs\":[{\"name\":\"value\",\"type\":\"string\",\"required\":true}],"
    "\"resources\":[\"door\"]}]";

static shipflow_error* err;
static int observed, applied, undone, destroyed, ended;

static void must(shipflow_status status, const char* what) {
  if (status == SHIPFLOW_OK) return;
  fprintf(stderr, "%s: %s %s\n", what, shipflow_status_name(status), shipflow_error_message(err).ptr);
  exit(1);
}

static shipflow_str text(const char* s) {
  shipflow_str view = {s, strlen(s)};
  return view;
}

static int holds(shipflow_str whole, const char* part) {
  size_t i;
  for (i = 0; i + strlen(part) <= whole.len; ++i)
    if (memcmp(whole.ptr + i, part, strlen(part)) == 0) return 1;
  return 0;
}

static void finish(shipflow_call* owned, const char* answer) {
  must(shipflow_call_finish(owned, text(answer), &err), "finish");
  shipflow_call_free(owned);
}

static void on_observe(uintptr_t self, shipflow_call* call) {
  (void)self;
  ++observed;
  finish(call, "{\"kind\":\"done\",\"value\":{\"value\":\"shut\"}}");
}

static void on_apply(uintptr_t self, shipflow_call* call) {
  (void)self;
  ++applied;
  finish(call, holds(shipflow_call_body(call), "\"step\":\"break\"")
                   ? "{\"kind\":\"failed\",\"message\":\"it is stuck\"}"
                   : "{\"kind\":\"done\"}");
}

static void on_undo(uintptr_t self, shipflow_call* call) {
  (void)self;
  ++undone;
  finish(call, "{\"kind\":\"done\"}");
}

static void on_destroy(uintptr_t self) { destroyed += self == 7; }

static void on_event(uintptr_t user, shipflow_event* owned) {
  (void)user;
  if (shipflow_event_kind(owned) == SHIPFLOW_EVENT_ENDED)
    ended = holds(shipflow_event_body(owned), "\"phase\":\"rolled_back\"") ? 1 : -1;
  shipflow_event_free(owned);
}

int main(void) {
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_provider_table table = SHIPFLOW_PROVIDER_TABLE_INIT;
  shipflow_store* store = NULL;
  shipflow_engine* engine = NULL;
  shipflow_document* document = NULL;
  shipflow_document* environments = NULL;
  shipflow_plan* plan = NULL;
  shipflow_buf* run = NULL;
  int turns;
  if (shipflow_abi_version() != SHIPFLOW_ABI_VERSION)
    return fputs("the library is of another ABI\n", stderr), 1;
  o.flags = SHIPFLOW_ENGINE_VIRTUAL_TIME;
  o.start_ms = 1772000000000;
  table.observe = on_observe;
  table.apply = on_apply;
  table.undo = on_undo;
  table.destroy = on_destroy;
  must(shipflow_store_memory(&store, &err), "store");
  must(shipflow_engine_new(&o, store, &engine, &err), "engine");
  must(shipflow_engine_add_provider_table(engine, text("toy"), text(actions), &table, 7, &err), "provider");
  must(shipflow_document_parse(text(plan_text), text("plan.json"), &document, &err), "plan");
  must(shipflow_document_parse(text(environments_text), text("environments.json"), &environments, &err),
       "environments");
  must(shipflow_plan_compile(
           engine, document, environments,
           text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"},\"variables\":{}}"), &plan,
           &err),
       "compile");
  must(shipflow_engine_start(engine, plan, text("{\"principal\":\"user:old\"}"), &run, &err), "start");
  for (turns = 0; turns < 1000 && ended == 0; ++turns)
    must(shipflow_engine_dispatch(engine, 0, 10, on_event, 0, NULL, &err), "dispatch");
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_document_free(environments);
  shipflow_document_free(document);
  shipflow_engine_free(engine);
  shipflow_store_free(store);
  printf("an old client: %d observed, %d applied, %d undone, table destroyed %d times\n", observed, applied,
         undone, destroyed);
  return ended == 1 && observed >= 2 && applied == 2 && undone == 1 && destroyed == 1 ? 0 : 1;
}
