/* A run asks its question in the tool that people use anyway: approvals_in_your_tool PLAN ENVIRONMENTS
 *
 * The chat of this example is a list of what two people type. A question is a `timer` fact of an approval step; what came
 * of a vote is a `signal` fact. */
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

/* A value of a JSON text, "" when it is not there; freed with `free`. */
static char* at(shipflow_str json, const char* pointer) {
  shipflow_buf* buf = NULL;
  char* out;
  const shipflow_status s = shipflow_json_at(json, text(pointer), &buf, &err);
  if (s != SHIPFLOW_NOT_FOUND) must(s);
  shipflow_error_free(err);
  out = strdup(s == SHIPFLOW_OK ? shipflow_buf_view(buf).ptr : "");
  shipflow_buf_free(buf);
  return out;
}

static const char* people[] = {"user:dana", "user:quinn", NULL}; /* both type: approve */
static int typed;

static void answer_next(shipflow_engine* engine, shipflow_str run, const char* step) {
  char words[256];
  if (people[typed] == NULL) return;
  snprintf(words, sizeof words, "{\"name\":\"approve\",\"principal\":\"%s\",\"body\":{\"step\":\"%s\"}}",
           people[typed], step);
  printf("%s approves\n", people[typed]);
  ++typed;
  must(shipflow_engine_say(engine, run, text(words), &err));
}

static void show(shipflow_engine* engine, const shipflow_event* event) {
  const shipflow_str body = shipflow_event_body(event);
  char* kind = at(body, "/fact/kind");
  char* step = at(body, "/fact/step");
  if (strcmp(kind, "timer") == 0) {
    printf("%s: may 2.4.0 be published?\n", step);
    answer_next(engine, shipflow_event_run(event), step);
  } else if (strcmp(kind, "signal") == 0) {
    char* meaning = at(body, "/fact/body/meaning");
    char* why = at(body, "/fact/body/why");
    if (strcmp(meaning, "refused") == 0) {
      printf("refused: %s\n", why);
      answer_next(engine, shipflow_event_run(event), step);
    }
    free(meaning);
    free(why);
  }
  free(kind);
  free(step);
}

static void publish(shipflow_call* call) {
  char* verb = at(shipflow_call_body(call), "/verb");
  char* version = at(shipflow_call_body(call), "/inputs/version");
  if (strcmp(verb, "apply") == 0) printf("publishing %s\n", version);
  must(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err));
  shipflow_call_free(call);
  free(verb);
  free(version);
}

int main(int argc, char** argv) {
  shipflow_store* store;
  shipflow_engine* engine;
  shipflow_document *document, *environments;
  shipflow_plan* plan;
  shipflow_buf* run;
  int ended = 0;
  if (argc < 3) return fputs("usage: approvals_in_your_tool PLAN ENVIRONMENTS\n", stderr), 2;

  must(shipflow_store_memory(&store, &err));
  must(shipflow_engine_new(NULL, store, &engine, &err));
  must(shipflow_engine_add_provider(engine, text("site"),
                                    text("[{\"name\":\"publish\",\"undo\":\"forward_only\","
                                         "\"inputs\":[{\"name\":\"version\",\"type\":\"string\",\"required\":"
                                         "true,\"help\":\"what is published\"}]}]"),
                                    &err));
  must(shipflow_document_load(text(argv[1]), &document, &err));
  must(shipflow_document_load(text(argv[2]), &environments, &err));
  must(shipflow_plan_compile(engine, document, environments,
                             text("{\"environment\":\"here\",\"release\":{\"version\":\"2.4.0\"}}"), &plan,
                             &err));
  must(shipflow_engine_start(engine, plan, text("{\"principal\":\"user:release-bot\"}"), &run, &err));

  while (!ended) {
    shipflow_event* event;
    must(shipflow_engine_next(engine, -1, &event, &err));
    switch (shipflow_event_kind(event)) {
      case SHIPFLOW_EVENT_CALL: publish(shipflow_event_call(event)); break;
      case SHIPFLOW_EVENT_RUN: show(engine, event); break;
      case SHIPFLOW_EVENT_ENDED: {
        char* phase = at(shipflow_event_body(event), "/phase");
        puts(phase);
        free(phase);
        ended = 1;
        break;
      }
      default: break;
    }
    shipflow_event_free(event);
  }

  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_document_free(environments);
  shipflow_document_free(document);
  shipflow_engine_free(engine);
  shipflow_store_free(store);
  return 0;
}
