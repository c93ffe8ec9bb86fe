/* What a caller can do wrong gets a status, never a crash: handles, text, sizes, forks. */
#define _POSIX_C_SOURCE 200809L
#include "world.h"

#include <shipflow_provider.h>
#include <sys/wait.h>
#include <unistd.h>

static void null_and_wrong_handles(void) {
  shipflow_error* err = NULL;
  shipflow_buf* buf = NULL;
  shipflow_document* document = NULL;
  shipflow_event* event = NULL;
  OK(shipflow_document_parse(text("a: 1"), text("x"), &document, &err));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_document_json(NULL, &buf, &err));
  CHECK(holds(shipflow_error_message(err), "document is NULL"));
  shipflow_error_free(err);
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_document_json((shipflow_document*)(void*)&failures, &buf, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_plan_print((const shipflow_plan*)(const void*)document, text("json"), &buf, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_document_json(document, NULL, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_engine_next(NULL, 0, &event, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_call_finish(NULL, text("{}"), NULL));
  CHECK(shipflow_engine_fd(NULL) == -1);
  CHECK(shipflow_buf_view(NULL).ptr == NULL);
  CHECK(shipflow_event_kind(NULL) == 0 && shipflow_call_kind(NULL) == 0);
  shipflow_engine_wakeup(NULL);
  shipflow_buf_free(NULL);
  shipflow_error_free(NULL);
  shipflow_document_free(NULL);
  shipflow_plan_free(NULL);
  shipflow_store_free(NULL);
  shipflow_engine_free(NULL);
  shipflow_event_free(NULL);
  shipflow_call_free(NULL);
  shipflow_document_free(document);
}

static void text_that_is_none(void) {
  shipflow_error* err = NULL;
  shipflow_document* document = NULL;
  shipflow_str lying;
  size_t i;
  static const char* bad[] = {"\xff",        "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                              "\xe0\x80\x80"};
  for (i = 0; i < sizeof bad / sizeof *bad; ++i)
    CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
                 shipflow_document_parse(text(bad[i]), text("x"), &document, NULL));
  lying.ptr = NULL;
  lying.len = 5;
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_document_parse(lying, text("x"), &document, NULL));
  lying.len = (size_t)-1;
  lying.ptr = "x";
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_document_parse(lying, text("x"), &document, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_DOCUMENT,
               shipflow_document_parse(text("a: [1"), text("plan.yaml"), &document, &err));
  CHECK(holds(shipflow_error_message(err), "plan.yaml:"));
  CHECK(holds(shipflow_error_detail(err), "\"findings\":[{"));
  CHECK(shipflow_error_status(err) == SHIPFLOW_INVALID_DOCUMENT);
  shipflow_error_free(err);
  OK(shipflow_document_parse(text("\xe2\x82\xac: \xf0\x9f\x98\x80"), text("x"), &document, &err));
  shipflow_document_free(document);
}

static void sizes_that_lie(void) {
  shipflow_error* err = NULL;
  shipflow_store* store = NULL;
  shipflow_engine* engine = NULL;
  struct {
    shipflow_engine_options known;
    uint64_t tail;
  } newer = {SHIPFLOW_ENGINE_OPTIONS_INIT, 0};
  OK(shipflow_store_memory(&store, &err));
  newer.known.size = (uint32_t)sizeof newer;
  OK(shipflow_engine_new(&newer.known, store, &engine, &err)); /* an unknown tail of zeros is the default */
  shipflow_engine_free(engine);
  newer.tail = 1;
  CHECK_STATUS(SHIPFLOW_UNSUPPORTED, shipflow_engine_new(&newer.known, store, &engine, NULL));
  newer.tail = 0;
  newer.known.size = 3;
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_engine_new(&newer.known, store, &engine, NULL));
  newer.known.size = 0xffffffffu;
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_engine_new(&newer.known, store, &engine, NULL));
  newer.known.size = (uint32_t)sizeof newer.known;
  newer.known.flags = 0x80000000u;
  CHECK_STATUS(SHIPFLOW_UNSUPPORTED, shipflow_engine_new(&newer.known, store, &engine, NULL));
  newer.known.flags = SHIPFLOW_ENGINE_VIRTUAL_TIME;
  newer.known.threads = 1;
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_engine_new(&newer.known, store, &engine, NULL));
  newer.known.threads = 2;
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_engine_new(&newer.known, store, &engine, NULL));
  OK(shipflow_engine_new(NULL, store, &engine, &err)); /* all defaults */
  shipflow_engine_free(engine);
  shipflow_store_free(store);
}

static void bad_bodies(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, SHIPFLOW_ENGINE_VIRTUAL_TIME);
  shipflow_engine* real = make_engine(0, 0);
  shipflow_document* plan_document = NULL;
  shipflow_plan* plan = NULL;
  shipflow_buf* buf = NULL;
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_engine_add_provider(engine, text("toy"), text("[]"), NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_engine_add_provider(engine, text("toy"), text("[{}]"), NULL));
  CHECK_STATUS(
      SHIPFLOW_INVALID_ARGUMENT,
      shipflow_engine_add_provider(engine, text("toy"), text("[{\"name\":\"a\",\"undo\":\"maybe\"}]"), &err));
  CHECK(holds(shipflow_error_message(err), "`undo` must be one of reversible"));
  shipflow_error_free(err);
  CHECK_STATUS(
      SHIPFLOW_INVALID_ARGUMENT,
      shipflow_engine_add_provider(engine, text("toy"), text("[{\"name\":\"a\",\"timeout_ms\":-1}]"), NULL));
  const char* upside_down = "[{\"name\":\"a\",\"inputs\":[{\"name\":\"n\",\"ranges\":[[0,1],[3,2]]}]}]";
  err = NULL;
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_engine_add_provider(engine, text("toy"), text(upside_down), &err));
  CHECK(holds(shipflow_error_message(err), "`ranges` must hold pairs of whole numbers, [least, most]"));
  shipflow_error_free(err);
  CHECK_STATUS(SHIPFLOW_NOT_FOUND, shipflow_engine_add_builtin(real, text("teleport"), text(NULL), NULL));
  CHECK_STATUS(
      SHIPFLOW_INVALID_ARGUMENT,
      shipflow_engine_add_builtin(real, text("command"), text("{\"state_directroy\":\"/tmp\"}"), NULL));
  shipflow_engine_free(real);
  CHECK_STATUS(SHIPFLOW_UNSUPPORTED, shipflow_engine_add_builtin(engine, text("http"), text(NULL), NULL));
  err = NULL;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  OK(shipflow_document_parse(text("shipflow: 1\nplan: x\nsteps: [{ id: a, acton: toy.set }]\n"),
                             text("plan.yaml"), &plan_document, &err));
  CHECK_STATUS(SHIPFLOW_INVALID_DOCUMENT,
               shipflow_plan_compile(engine, plan_document, plan_document,
                                     text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"}}"),
                                     &plan, &err));
  CHECK(plan == NULL);
  CHECK(holds(shipflow_error_detail(err), "did you mean"));
  shipflow_error_free(err);
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_plan_compile(engine, plan_document, plan_document, text("{\"environmnet\":\"x\"}"),
                                     &plan, NULL));
  CHECK_STATUS(SHIPFLOW_CORRUPT, shipflow_plan_from_json(text("{"), &plan, NULL));
  CHECK(shipflow_plan_from_json(text("{\"name\":3}"), &plan, NULL) != SHIPFLOW_OK);
  CHECK_STATUS(SHIPFLOW_NOT_FOUND, shipflow_schema(text("nothing"), &buf, NULL));
  err = NULL;
  OK(shipflow_schema(text("plan"), &buf, &err));
  CHECK(holds(shipflow_buf_view(buf), "2020-12"));
  shipflow_buf_free(buf);
  shipflow_document_free(plan_document);
  shipflow_engine_free(engine);
}

static void purging(void) {
  shipflow_error* err = NULL;
  shipflow_store* store = NULL;
  int64_t runs = 7;
  OK(shipflow_store_memory(&store, &err));
  OK(shipflow_store_purge(store, text(NULL), 0, &runs, &err));
  CHECK(runs == 0);
  OK(shipflow_store_purge(store, text("{\"facts_ms\":0,\"rows_ms\":1}"), 1, NULL, &err));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_store_purge(store, text("{\"facts_ms\":-1}"), 0, NULL, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_store_purge(store, text("{\"facts_ms\":2,\"rows_ms\":1}"), 0, NULL, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_store_purge(store, text("{\"fact\":1}"), 0, NULL, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_store_purge(NULL, text(NULL), 0, NULL, NULL));
  shipflow_store_free(store);
}

static void builtins(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, 0);
  CHECK_STATUS(
      SHIPFLOW_INVALID_ARGUMENT,
      shipflow_engine_add_builtin(engine, text("sources"), text("{\"aws\":{\"regon\":\"x\"}}"), NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_engine_add_builtin(engine, text("sources"), text("{\"azure\":{}}"), NULL));
  OK(shipflow_engine_add_builtin(engine, text("sources"), text("{\"aws\":{\"region\":\"eu-central-1\"}}"),
                                 &err));
  CHECK_STATUS(SHIPFLOW_ALREADY_EXISTS,
               shipflow_engine_add_builtin(engine, text("sources"), text(NULL), NULL));
  OK(shipflow_engine_add_builtin(engine, text("probes"), text(NULL), &err));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_engine_add_builtin(engine, text("aws"), text("{\"account\":\"1\"}"), NULL));
  OK(shipflow_engine_add_builtin(engine, text("aws"), text("{\"region\":\"eu-central-1\"}"), &err));
  CHECK_STATUS(SHIPFLOW_ALREADY_EXISTS, shipflow_engine_add_builtin(engine, text("aws"), text(NULL), NULL));
  shipflow_engine_free(engine);
}

static void forked(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(1, 0);
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    shipflow_event* event = NULL;
    const int refused = shipflow_engine_next(engine, 0, &event, &err) == SHIPFLOW_FORKED &&
                        holds(shipflow_error_message(err), "belongs to process");
    shipflow_error_free(err);
    shipflow_engine_free(engine);
    _exit(refused ? 0 : 1);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  shipflow_engine_free(engine);
}

static void statuses(void) {
  CHECK(strcmp(shipflow_status_name(SHIPFLOW_DECLINED), "SHIPFLOW_DECLINED") == 0);
  CHECK(strcmp(shipflow_status_name(-1), "SHIPFLOW_UNKNOWN_STATUS") == 0);
  CHECK(strcmp(shipflow_status_name(9999), "SHIPFLOW_UNKNOWN_STATUS") == 0);
  CHECK(shipflow_status_is(SHIPFLOW_THROTTLED, SHIPFLOW_CLASS_RETRYABLE) == 1);
  CHECK(shipflow_status_is(SHIPFLOW_DENIED, SHIPFLOW_CLASS_RETRYABLE) == 0);
  CHECK(shipflow_status_is(SHIPFLOW_NOT_FOUND, SHIPFLOW_CLASS_INPUT) == 1);
  CHECK(shipflow_abi_version() == SHIPFLOW_ABI_VERSION);
}

int main(void) {
  null_and_wrong_handles();
  text_that_is_none();
  sizes_that_lie();
  bad_bodies();
  purging();
  builtins();
  forked();
  statuses();
  return done("capi misuse");
}
