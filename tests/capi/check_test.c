/* The provider suite through the C interface: a provider of the host, right and with planted faults. */
#include "world.h"

static const char door_actions[] =
    "[{\"name\":\"set\",\"repeat\":\"set_value\",\"inputs\":[{\"name\":\"value\",\"type\":\"string\","
    "\"required\":true}],"
    "\"outputs\":[{\"name\":\"was\",\"type\":\"string\"}],\"resources\":[\"door\"]}]";

/* What the host keeps. */
typedef struct door {
  char value[16];
  int undo_is_lost;
  int calls;
} door;

static void copy_at(const shipflow_call* call, const char* pointer, char* to, size_t size) {
  shipflow_error* err = NULL;
  shipflow_buf* buf = NULL;
  OK(shipflow_json_at(shipflow_call_body(call), text(pointer), &buf, &err));
  (void)snprintf(to, size, "%s", shipflow_buf_view(buf).ptr);
  shipflow_buf_free(buf);
}

static void serve(door* d, shipflow_call* call) {
  shipflow_error* err = NULL;
  char verb[16];
  char answer[128] = "{\"kind\":\"done\"}";
  ++d->calls;
  copy_at(call, "/verb", verb, sizeof verb);
  if (strcmp(verb, "observe") == 0) {
    (void)snprintf(answer, sizeof answer, "{\"kind\":\"done\",\"value\":{\"is\":\"%s\"}}", d->value);
  } else if (strcmp(verb, "apply") == 0) {
    (void)snprintf(answer, sizeof answer, "{\"kind\":\"done\",\"value\":{\"was\":\"%s\"}}", d->value);
    copy_at(call, "/inputs/value", d->value, sizeof d->value);
  } else if (strcmp(verb, "undo") == 0 && !d->undo_is_lost) {
    copy_at(call, "/baseline/is", d->value, sizeof d->value);
  } else if (strcmp(verb, "resolve") == 0) {
    char wanted[16];
    copy_at(call, "/inputs/value", wanted, sizeof wanted);
    if (strcmp(wanted, d->value) != 0) (void)snprintf(answer, sizeof answer, "{\"kind\":\"not_applied\"}");
  }
  OK(shipflow_call_finish(call, text(answer), &err));
}

/* The report, as text to be freed. */
static char* report_of(door* d, uint32_t threads) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(threads, threads == 0 ? SHIPFLOW_ENGINE_VIRTUAL_TIME : 0);
  char* out = NULL;
  int turns;
  OK(shipflow_engine_add_provider(engine, text("door"), text(door_actions), &err));
  OK(shipflow_engine_check_provider(engine, text("door"),
                                    text("[{\"action\":\"set\",\"inputs\":{\"value\":\"open\"}}]"), &err));
  for (turns = 0; turns < 200 && out == NULL; ++turns) {
    shipflow_event* event = NULL;
    shipflow_call* call;
    OK(shipflow_engine_next(engine, 1000, &event, &err));
    call = shipflow_event_call(event);
    if (call != NULL) serve(d, call);
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_CHECKED) {
      const shipflow_str body = shipflow_event_body(event);
      out = calloc(body.len + 1, 1);
      memcpy(out, body.ptr, body.len);
    }
    shipflow_call_free(call);
    shipflow_event_free(event);
  }
  shipflow_engine_free(engine);
  return out == NULL ? calloc(1, 1) : out;
}

static void keeps_the_contract(uint32_t threads) {
  door d = {"shut", 0, 0};
  char* report = report_of(&d, threads);
  CHECK(strstr(report, "\"broken\":[]") != NULL);
  CHECK(strstr(report, "{\"rule\":\"undo\",\"action\":\"set\",\"what\":\"\"}") != NULL);
  CHECK(d.calls > 12 && strcmp(d.value, "shut") == 0);
  free(report);
}

static void breaks_the_contract(void) {
  door d = {"shut", 1, 0};
  char* report = report_of(&d, 0);
  CHECK(strstr(report, "{\"rule\":\"undo\",\"action\":\"set\",\"what\":\"after undo, observe") != NULL);
  CHECK(strstr(report, "after undo, observe gives {\\\"is\\\":\\\"open\\\"}") != NULL);
  free(report);
}

static void bad_requests(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, SHIPFLOW_ENGINE_VIRTUAL_TIME);
  const shipflow_str trial = text("[{\"action\":\"set\"}]");
  CHECK_STATUS(SHIPFLOW_NOT_FOUND, shipflow_engine_check_provider(engine, text("door"), trial, &err));
  CHECK(holds(shipflow_error_message(err), "no provider `door`"));
  shipflow_error_free(err);
  err = NULL;
  OK(shipflow_engine_add_provider(engine, text("door"), text(door_actions), &err));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_engine_check_provider(engine, text("door"), text("[]"), NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_engine_check_provider(engine, text("door"), text("[{\"acton\":\"set\"}]"), NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_engine_check_provider(NULL, text("door"), trial, NULL));
  /* an engine that goes in the middle of a check */
  OK(shipflow_engine_check_provider(engine, text("door"),
                                    text("[{\"action\":\"set\",\"inputs\":{\"value\":\"x\"}}]"), &err));
  {
    shipflow_event* event = NULL;
    shipflow_call* call;
    OK(shipflow_engine_next(engine, 0, &event, &err));
    call = shipflow_event_call(event);
    CHECK(call != NULL);
    shipflow_event_free(event);
    shipflow_engine_free(engine);
    OK(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err));
    shipflow_call_free(call);
  }
}

int main(void) {
  keeps_the_contract(0);
  keeps_the_contract(1);
  breaks_the_contract();
  bad_requests();
  return done("capi check");
}
