/* A program that dies in the middle of a step and goes on when it is started again:
 * resume_after_crash PLAN ENVIRONMENTS DIRECTORY [die]
 *
 * With `die` it ends at once after the second page was written, before it could say so. Started again it does not write
 * that page twice: shipflow asks `resolve` first. */
#include <inttypes.h>
#include <shipflow_provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

typedef struct site {
  const char* directory;
  int dies;
} site;

/* A value of a JSON text, freed with `free`. */
static char* at(shipflow_str json, const char* pointer) {
  shipflow_buf* buf;
  char* out;
  must(shipflow_json_at(json, text(pointer), &buf, &err));
  out = strdup(shipflow_buf_view(buf).ptr);
  shipflow_buf_free(buf);
  return out;
}

static FILE* open_page(const site* s, const char* page, const char* how) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", s->directory, page);
  return fopen(path, how);
}

static void finish(shipflow_call* owned, const char* answer) {
  must(shipflow_call_finish(owned, text(answer), &err));
  shipflow_call_free(owned);
}

static void apply(uintptr_t self, shipflow_call* call) {
  const site* s = (const site*)self;
  char* page = at(shipflow_call_body(call), "/inputs/page");
  char* words = at(shipflow_call_body(call), "/inputs/text");
  FILE* file = open_page(s, page, "w");
  if (file == NULL || fputs(words, file) < 0 || fclose(file) != 0) {
    must(shipflow_call_fail(call, SHIPFLOW_IO, text("the page cannot be written"), &err));
    shipflow_call_free(call);
  } else {
    printf("%s: written\n", page);
    if (s->dies && strcmp(page, "news") == 0) {
      fflush(stdout);
      _exit(9);
    }
    finish(call, "{\"kind\":\"done\"}");
  }
  free(page);
  free(words);
}

static void resolve(uintptr_t self, shipflow_call* call) {
  char* page = at(shipflow_call_body(call), "/inputs/page");
  char* words = at(shipflow_call_body(call), "/inputs/text");
  FILE* file = open_page((const site*)self, page, "r");
  char line[256] = "";
  int there;
  if (file != NULL) {
    if (fgets(line, sizeof line, file) == NULL) line[0] = 0;
    fclose(file);
  }
  there = strcmp(line, words) == 0;
  printf("%s: looked, it is %s\n", page, there ? "there" : "not there");
  finish(call, there ? "{\"kind\":\"done\"}" : "{\"kind\":\"not_applied\"}");
  free(page);
  free(words);
}

static void on_event(uintptr_t user, shipflow_event* owned) {
  if (shipflow_event_kind(owned) == SHIPFLOW_EVENT_ENDED) {
    char* phase = at(shipflow_event_body(owned), "/phase");
    puts(phase);
    free(phase);
    *(int*)user = 1;
  }
  shipflow_event_free(owned);
}

static void start(shipflow_engine* engine, char** argv) {
  shipflow_document *document, *environments;
  shipflow_plan* plan;
  shipflow_buf* run;
  must(shipflow_document_load(text(argv[1]), &document, &err));
  must(shipflow_document_load(text(argv[2]), &environments, &err));
  must(shipflow_plan_compile(engine, document, environments,
                             text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"}}"), &plan,
                             &err));
  puts("a new run");
  must(shipflow_engine_start(engine, plan, text("{\"principal\":\"user:me\"}"), &run, &err));
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_document_free(environments);
  shipflow_document_free(document);
}

int main(int argc, char** argv) {
  static const char actions[] =
      "[{\"name\":\"write\",\"undo\":\"forward_only\","
      "\"inputs\":[{\"name\":\"page\",\"type\":\"string\",\"required\":true,\"help\":\"name of the file\"},"
      "{\"name\":\"text\",\"type\":\"string\",\"required\":true,\"help\":\"its text\"}]}]";
  shipflow_provider_table table = SHIPFLOW_PROVIDER_TABLE_INIT;
  shipflow_store* store;
  shipflow_engine* engine;
  shipflow_buf* left;
  site here;
  char path[4096];
  int ended = 0;
  if (argc < 4) return fputs("usage: resume_after_crash PLAN ENVIRONMENTS DIRECTORY [die]\n", stderr), 2;
  here.directory = argv[3];
  here.dies = argc > 4;

  snprintf(path, sizeof path, "%s/releases.db", argv[3]);
  must(shipflow_store_open(text(path), 0, &store, &err));
  must(shipflow_engine_new(NULL, store, &engine, &err));
  table.apply = apply;
  table.resolve = resolve;
  must(shipflow_engine_add_provider_table(engine, text("pages"), text(actions), &table, (uintptr_t)&here,
                                          &err));

  must(shipflow_store_runs(store, text("{\"terminal\":false}"), &left, &err));
  if (strcmp(shipflow_buf_view(left).ptr, "[]") == 0) {
    start(engine, argv);
  } else {
    int64_t runs;
    must(shipflow_engine_resume(engine, &runs, &err));
    printf("%" PRId64 " run goes on\n", runs);
  }
  shipflow_buf_free(left);
  while (!ended) must(shipflow_engine_dispatch(engine, -1, 100, on_event, (uintptr_t)&ended, NULL, &err));

  shipflow_engine_free(engine);
  shipflow_store_free(store);
  return 0;
}
