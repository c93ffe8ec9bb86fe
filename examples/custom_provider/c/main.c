/* A provider of feature flags, as a table of functions: custom_provider PLAN ENVIRONMENTS
 *
 * Its line goes dead after the first flag was set, so shipflow asks `resolve` whether it was. The second flag is
 * refused, so both are put back to what `observe` said: a refusal does not prove that nothing was changed. */
#include <shipflow_provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static shipflow_error* err;

static void must(shipflow_status status) {
  if (status == SHIPFLOW_OK) return;
  fprintf(stderr, "%s\n", shipflow_error_message(err).ptr);
  exit(1);
}

static shipflow_str text(const char* s) {
  shipflow_str view = {s, strlen(s)};
  return view;
}

/* What the provider knows: one value per flag. */
typedef struct flag {
  const char* name;
  char value[8];
} flag;
typedef struct flags {
  flag all[2];
} flags;

/* One value of a call, as text that is freed with `free`. */
static char* field(const shipflow_call* call, const char* pointer) {
  shipflow_buf* buf;
  char* out;
  must(shipflow_json_at(shipflow_call_body(call), text(pointer), &buf, &err));
  out = strdup(shipflow_buf_view(buf).ptr);
  shipflow_buf_free(buf);
  return out;
}

static flag* flag_of(uintptr_t self, const shipflow_call* call) {
  flags* known = (flags*)self;
  char* name = field(call, "/inputs/flag");
  flag* found = strcmp(name, known->all[0].name) == 0 ? &known->all[0] : &known->all[1];
  free(name);
  return found;
}

static void finish(shipflow_call* owned, const char* answer) {
  must(shipflow_call_finish(owned, text(answer), &err));
  shipflow_call_free(owned);
}

static void observe(uintptr_t self, shipflow_call* call) {
  char answer[64];
  snprintf(answer, sizeof answer, "{\"kind\":\"done\",\"value\":{\"value\":\"%s\"}}",
           flag_of(self, call)->value);
  finish(call, answer);
}

static void set(flag* f, char* owned_to) {
  snprintf(f->value, sizeof f->value, "%s", owned_to);
  free(owned_to);
}

static void apply(uintptr_t self, shipflow_call* call) {
  flag* f = flag_of(self, call);
  if (strcmp(f->name, "search") == 0) {
    printf("search: refused, there is no index\n");
    finish(call, "{\"kind\":\"failed\",\"message\":\"there is no index\"}");
    return;
  }
  printf("%s: %s -> ", f->name, f->value);
  set(f, field(call, "/inputs/to"));
  printf("%s, and the line went dead\n", f->value);
  finish(call, "{\"kind\":\"unknown\",\"message\":\"the line went dead\"}");
}

static void resolve(uintptr_t self, shipflow_call* call) {
  const flag* f = flag_of(self, call);
  char* to = field(call, "/inputs/to");
  const int there = strcmp(f->value, to) == 0;
  printf("%s: looked, it is %s\n", f->name, f->value);
  free(to);
  finish(call, there ? "{\"kind\":\"done\"}" : "{\"kind\":\"not_applied\"}");
}

static void undo(uintptr_t self, shipflow_call* call) {
  flag* f = flag_of(self, call);
  set(f, field(call, "/baseline/value"));
  printf("%s: put back to %s\n", f->name, f->value);
  finish(call, "{\"kind\":\"done\"}");
}

/* Everything that is no call of the table comes here; the last event of a run says how it ended. */
static void on_event(uintptr_t user, shipflow_event* owned) {
  if (shipflow_event_kind(owned) == SHIPFLOW_EVENT_ENDED) {
    shipflow_buf *phase, *reason;
    must(shipflow_json_at(shipflow_event_body(owned), text("/phase"), &phase, &err));
    must(shipflow_json_at(shipflow_event_body(owned), text("/reason"), &reason, &err));
    printf("%s: %s\n", shipflow_buf_view(phase).ptr, shipflow_buf_view(reason).ptr);
    shipflow_buf_free(phase);
    shipflow_buf_free(reason);
    *(int*)user = 1;
  }
  shipflow_event_free(owned);
}

int main(int argc, char** argv) {
  static const char actions[] =
      "[{\"name\":\"set\",\"resources\":[\"flag:${flag}\"],"
      "\"inputs\":[{\"name\":\"flag\",\"type\":\"string\",\"required\":true,\"help\":\"which one\"},"
      "{\"name\":\"to\",\"type\":\"string\",\"required\":true,\"help\":\"on or off\"}]}]";
  flags shop = {{{"checkout", "off"}, {"search", "off"}}};
  shipflow_provider_table table = SHIPFLOW_PROVIDER_TABLE_INIT;
  shipflow_store* store;
  shipflow_engine* engine;
  shipflow_document *document, *environments;
  shipflow_plan* plan;
  shipflow_buf* run;
  int ended = 0;
  if (argc < 3) return fputs("usage: custom_provider PLAN ENVIRONMENTS\n", stderr), 2;

  must(shipflow_store_memory(&store, &err));
  must(shipflow_engine_new(NULL, store, &engine, &err));
  table.observe = observe;
  table.apply = apply;
  table.resolve = resolve;
  table.undo = undo;
  must(shipflow_engine_add_provider_table(engine, text("flags"), text(actions), &table, (uintptr_t)&shop,
                                          &err));

  must(shipflow_document_load(text(argv[1]), &document, &err));
  must(shipflow_document_load(text(argv[2]), &environments, &err));
  must(shipflow_plan_compile(engine, document, environments,
                             text("{\"environment\":\"here\",\"release\":{\"version\":\"1.1.0\"}}"), &plan,
                             &err));
  must(shipflow_engine_start(engine, plan, text("{\"principal\":\"user:me\"}"), &run, &err));
  while (!ended) must(shipflow_engine_dispatch(engine, -1, 100, on_event, (uintptr_t)&ended, NULL, &err));

  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_document_free(environments);
  shipflow_document_free(document);
  shipflow_engine_free(engine);
  shipflow_store_free(store);
  return 0;
}
