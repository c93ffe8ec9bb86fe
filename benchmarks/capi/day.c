/* A day of virtual time with 1,000 runs through one engine, its store purged every hour as a service would: memory in use,
 * descriptors and open calls after the first tenth and at the end.
 *
 *   bench_capi_day [runs]     default 1000; exit 1 when something grew by more than a mebibyte or a descriptor */
#define _GNU_SOURCE
#include <dirent.h>
#include <malloc.h>
#include <shipflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static int count_fds(void) {
  DIR* all = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(all) != NULL) ++count;
  closedir(all);
  return count - 3; /* ., .. and the directory itself */
}

static const char plan_text[] =
    "{\"shipflow\":1,\"plan\":\"day\",\"components\":[\"door\"],\"steps\":["
    "{\"id\":\"open\",\"action\":\"toy.set\",\"with\":{\"value\":\"open\"}},"
    "{\"id\":\"bake\",\"needs\":[\"open\"],\"wait\":\"86400ms\"},"
    "{\"id\":\"shut\",\"needs\":[\"bake\"],\"action\":\"toy.set\",\"with\":{\"value\":\"shut\"}}]}";
static const char environments_text[] =
    "{\"shipflow\":1,\"environments\":{\"here\":{\"bind\":{\"door\":{\"provider\":\"toy\"}}}}}";
static const char actions[] =
    "[{\"name\":\"set\",\"inputs\":[{\"name\":\"value\",\"type\":\"string\",\"required\":true}],"
    "\"resources\":[\"door\"]}]";

static long calls;

/* One run from start to end; 1 when it was released. */
static int one_run(shipflow_engine* engine, const shipflow_plan* plan) {
  shipflow_buf* run;
  int released = -1;
  must(shipflow_engine_start(engine, plan, text("{\"principal\":\"user:day\"}"), &run, &err));
  while (released < 0) {
    shipflow_event* event;
    shipflow_call* call;
    must(shipflow_engine_next(engine, -1, &event, &err));
    call = shipflow_event_call(event);
    if (call != NULL) {
      ++calls;
      must(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err));
      shipflow_call_free(call);
    }
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED)
      released = strstr(shipflow_event_body(event).ptr, "\"released\"") != NULL;
    shipflow_event_free(event);
  }
  shipflow_buf_free(run);
  return released;
}

int main(int argc, char** argv) {
  const int runs = argc > 1 ? atoi(argv[1]) : 1000;
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_store* store;
  shipflow_engine* engine;
  shipflow_document *document, *environments;
  shipflow_plan* plan;
  size_t early_bytes = 0;
  int early_fds = 0;
  int released = 0;
  int64_t begin;
  struct timespec from, to;
  int i;
  clock_gettime(CLOCK_MONOTONIC, &from);
  o.flags = SHIPFLOW_ENGINE_VIRTUAL_TIME;
  o.start_ms = 1772532000000;
  must(shipflow_store_memory(&store, &err));
  must(shipflow_engine_new(&o, store, &engine, &err));
  must(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  must(shipflow_document_parse(text(plan_text), text("plan.json"), &document, &err));
  must(shipflow_document_parse(text(environments_text), text("environments.json"), &environments, &err));
  must(shipflow_plan_compile(
      engine, document, environments,
      text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"},\"variables\":{}}"), &plan, &err));
  begin = shipflow_engine_now_ms(engine);
  for (i = 0; i < runs; ++i) {
    released += one_run(engine, plan);
    if (i % 40 == 39)
      must(shipflow_store_purge(store, text("{\"facts_ms\":600000,\"rows_ms\":600000}"),
                                shipflow_engine_now_ms(engine), NULL, &err));
    if (i == runs / 10) {
      early_bytes = mallinfo2().uordblks;
      early_fds = count_fds();
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  {
    const double hours = (double)(shipflow_engine_now_ms(engine) - begin) / 3600000;
    const long grown = (long)mallinfo2().uordblks - (long)early_bytes;
    const int more_fds = count_fds() - early_fds;
    printf(
        "{\"runs\":%d,\"released\":%d,\"calls\":%ld,\"virtual_hours\":%.1f,\"seconds\":%.2f,\"in_use_kib\":%."
        "0f,"
        "\"grown_kib\":%.1f,\"fds\":%d,\"more_fds\":%d}\n",
        runs, released, calls, hours,
        (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
        (double)mallinfo2().uordblks / 1024, (double)grown / 1024, count_fds(), more_fds);
    shipflow_plan_free(plan);
    shipflow_document_free(environments);
    shipflow_document_free(document);
    shipflow_engine_free(engine);
    shipflow_store_free(store);
    return released == runs && grown < 1048576 && more_fds == 0 ? 0 : 1;
  }
}
