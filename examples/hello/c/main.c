/* A provider of one action, a plan and a run: hello PLAN ENVIRONMENTS */
#include <shipflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static shipflow_str text(const char* s) {
  shipflow_str view = {s, strlen(s)};
  return view;
}

static shipflow_error* err;

static void must(shipflow_status status) {
  if (status == SHIPFLOW_OK) return;
  fprintf(stderr, "%s\n", shipflow_error_message(err).ptr);
  exit(1);
}

/* The only action: prints what it is given. */
static void say(shipflow_call* call) {
  shipflow_buf *verb, *said;
  must(shipflow_json_at(shipflow_call_body(call), text("/verb"), &verb, &err));
  must(shipflow_json_at(shipflow_call_body(call), text("/inputs/text"), &said, &err));
  if (strcmp(shipflow_buf_view(verb).ptr, "apply") == 0) puts(shipflow_buf_view(said).ptr);
  must(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err));
  shipflow_buf_free(verb);
  shipflow_buf_free(said);
  shipflow_call_free(call);
}

int main(int argc, char** argv) {
  shipflow_store* store;
  shipflow_engine* engine;
  shipflow_document *document, *environments;
  shipflow_plan* plan;
  shipflow_buf* run;
  int ended = 0;
  if (argc < 3) return fputs("usage: hello PLAN ENVIRONMENTS\n", stderr), 2;
  must(shipflow_store_memory(&store, &err));
  must(shipflow_engine_new(NULL, store, &engine, &err));
  must(shipflow_engine_add_provider(engine, text("print"),
                                    text("[{\"name\":\"say\",\"undo\":\"forward_only\","
                                         "\"inputs\":[{\"name\":\"text\",\"type\":\"string\",\"required\":"
                                         "true,\"help\":\"what is printed\"}]}]"),
                                    &err));
  must(shipflow_document_load(text(argv[1]), &document, &err));
  must(shipflow_document_load(text(argv[2]), &environments, &err));
  must(shipflow_plan_compile(engine, document, environments,
                             text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"}}"), &plan,
                             &err));
  must(shipflow_engine_start(engine, plan, text("{\"principal\":\"user:me\"}"), &run, &err));
  while (!ended) {
    shipflow_event* event;
    must(shipflow_engine_next(engine, -1, &event, &err));
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_CALL) say(shipflow_event_call(event));
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED) {
      shipflow_buf* phase;
      must(shipflow_json_at(shipflow_event_body(event), text("/phase"), &phase, &err));
      puts(shipflow_buf_view(phase).ptr);
      shipflow_buf_free(phase);
      ended = 1;
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
