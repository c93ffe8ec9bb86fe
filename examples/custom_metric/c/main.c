/* A trigger over numbers that the program itself answers for: custom_metric PLAN ENVIRONMENTS
 *
 * The shop takes ten orders a second. Two minutes after the new version was deployed one in five begins to fail. Time is
 * virtual, so ten minutes of watching take no time. */
#include <inttypes.h>
#include <shipflow.h>
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

/* A value of a JSON text, freed with `free`. */
static char* at(shipflow_str json, const char* pointer) {
  shipflow_buf* buf;
  char* out;
  must(shipflow_json_at(json, text(pointer), &buf, &err));
  out = strdup(shipflow_buf_view(buf).ptr);
  shipflow_buf_free(buf);
  return out;
}

typedef struct shop {
  shipflow_engine* engine;
  char version[32];
  int64_t deployed_ms;
} shop;

/* Counters: they only grow. */
static double count(const shop* s, const char* series) {
  const double seconds = (double)(shipflow_engine_now_ms(s->engine) - s->deployed_ms) / 1000;
  if (strcmp(series, "all") == 0) return seconds * 10;
  return seconds > 120 ? (seconds - 120) * 2 : 0;
}

static void answer_metrics(const shop* s, shipflow_call* call) {
  char answer[256];
  char* first = at(shipflow_call_body(call), "/series/0");
  char* second = at(shipflow_call_body(call), "/series/1");
  snprintf(answer, sizeof answer, "{\"kind\":\"counter\",\"readings\":[%.3f,%.3f]}", count(s, first),
           count(s, second));
  must(shipflow_call_finish(call, text(answer), &err));
  free(first);
  free(second);
}

static void answer_action(shop* s, shipflow_call* call) {
  char answer[128] = "{\"kind\":\"done\"}";
  char* verb = at(shipflow_call_body(call), "/verb");
  char* version =
      at(shipflow_call_body(call), strcmp(verb, "undo") == 0 ? "/baseline/version" : "/inputs/version");
  if (strcmp(verb, "observe") == 0) {
    snprintf(answer, sizeof answer, "{\"kind\":\"done\",\"value\":{\"version\":\"%s\"}}", s->version);
  } else if (strcmp(verb, "apply") == 0) {
    printf("deploying %s\n", version);
    snprintf(s->version, sizeof s->version, "%s", version);
    s->deployed_ms = shipflow_engine_now_ms(s->engine);
  } else if (strcmp(verb, "undo") == 0) {
    printf("putting %s back\n", version);
    snprintf(s->version, sizeof s->version, "%s", version);
  } else {
    snprintf(answer, sizeof answer, "{\"kind\":\"unknown\",\"message\":\"it cannot be told\"}");
  }
  must(shipflow_call_finish(call, text(answer), &err));
  free(verb);
  free(version);
}

int main(int argc, char** argv) {
  shop s = {NULL, "1.0.0", 0};
  shipflow_engine_options options = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_store* store;
  shipflow_document *document, *environments;
  shipflow_plan* plan;
  shipflow_buf* run;
  int64_t begin;
  int ended = 0;
  if (argc < 3) return fputs("usage: custom_metric PLAN ENVIRONMENTS\n", stderr), 2;

  options.flags = SHIPFLOW_ENGINE_VIRTUAL_TIME;
  must(shipflow_store_memory(&store, &err));
  must(shipflow_engine_new(&options, store, &s.engine, &err));
  must(shipflow_engine_add_provider(s.engine, text("shop"),
                                    text("[{\"name\":\"deploy\",\"resources\":[\"fleet:${component}\"],"
                                         "\"inputs\":[{\"name\":\"version\",\"type\":\"string\",\"required\":"
                                         "true,\"help\":\"what is deployed\"}]}]"),
                                    &err));
  must(shipflow_engine_add_metrics(s.engine, text("[\"orders\"]"), &err));
  must(shipflow_document_load(text(argv[1]), &document, &err));
  must(shipflow_document_load(text(argv[2]), &environments, &err));
  must(shipflow_plan_compile(s.engine, document, environments,
                             text("{\"environment\":\"here\",\"release\":{\"version\":\"1.1.0\"}}"), &plan,
                             &err));

  begin = shipflow_engine_now_ms(s.engine);
  must(shipflow_engine_start(s.engine, plan, text("{\"principal\":\"user:me\"}"), &run, &err));
  while (!ended) {
    shipflow_event* event;
    shipflow_call* call;
    must(shipflow_engine_next(s.engine, -1, &event, &err));
    call = shipflow_event_call(event);
    if (shipflow_call_kind(call) == SHIPFLOW_CALL_METRICS) answer_metrics(&s, call);
    if (shipflow_call_kind(call) == SHIPFLOW_CALL_ACTION) answer_action(&s, call);
    shipflow_call_free(call);
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED) {
      char* phase = at(shipflow_event_body(event), "/phase");
      char* reason = at(shipflow_event_body(event), "/reason");
      printf("%s after %" PRId64 " s: %s\n", phase, (shipflow_engine_now_ms(s.engine) - begin) / 1000,
             reason);
      free(phase);
      free(reason);
      ended = 1;
    }
    shipflow_event_free(event);
  }

  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_document_free(environments);
  shipflow_document_free(document);
  shipflow_engine_free(s.engine);
  shipflow_store_free(store);
  return 0;
}
