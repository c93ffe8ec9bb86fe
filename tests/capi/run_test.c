/* Runs from beginning to end: host-written actions in virtual time, on a thread, by tables, and taken back. */
#define _POSIX_C_SOURCE 200809L
#include "world.h"

#include <poll.h>
#include <pthread.h>
#include <shipflow_provider.h>

static int applied;
static int undone;
static int fail_greet;

static const char* answer_to(shipflow_str body) {
  if (holds(body, "\"verb\":\"observe\"")) return "{\"kind\":\"done\",\"value\":{\"value\":\"shut\"}}";
  if (holds(body, "\"verb\":\"undo\"")) {
    ++undone;
    return "{\"kind\":\"done\"}";
  }
  if (holds(body, "\"verb\":\"apply\"")) {
    ++applied;
    if (fail_greet && holds(body, "\"step\":\"greet\""))
      return "{\"kind\":\"failed\",\"message\":\"mouth is full\"}";
    return "{\"kind\":\"done\",\"value\":{\"was\":\"shut\"}}";
  }
  return "{\"kind\":\"unknown\",\"message\":\"not asked for\"}";
}

/* Answers calls until the run has ended; returns the phase it ended in, as text to be freed. */
static char* serve(shipflow_engine* engine) {
  shipflow_error* err = NULL;
  int quiet = 0;
  while (quiet < 50) {
    shipflow_event* event = NULL;
    OK(shipflow_engine_next(engine, 200, &event, &err));
    if (event == NULL) {
      ++quiet;
      continue;
    }
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_CALL) {
      shipflow_call* call = shipflow_event_call(event);
      CHECK(call != NULL && shipflow_event_call(event) == NULL);
      OK(shipflow_call_finish(call, text(answer_to(shipflow_call_body(call))), &err));
      shipflow_call_free(call);
    }
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED) {
      const shipflow_str body = shipflow_event_body(event);
      char* out = calloc(body.len + 1, 1);
      memcpy(out, body.ptr, body.len);
      shipflow_event_free(event);
      return out;
    }
    shipflow_event_free(event);
  }
  return calloc(1, 1);
}

static void releases(uint32_t threads, uint32_t flags) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(threads, flags);
  shipflow_plan* plan;
  shipflow_buf* run;
  shipflow_buf* look = NULL;
  char* ended;
  applied = undone = fail_greet = 0;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  CHECK_STATUS(SHIPFLOW_ALREADY_EXISTS,
               shipflow_engine_add_provider(engine, text("toy"), text(actions), NULL));
  plan = make_plan(engine, plan_text);
  CHECK(shipflow_plan_digest(plan).len == 71);
  run = start(engine, plan);
  shipflow_plan_free(plan); /* the run needs it no longer from us */
  ended = serve(engine);
  CHECK(strstr(ended, "\"phase\":\"released\"") != NULL);
  CHECK(applied == 2 && undone == 0);
  OK(shipflow_engine_look(engine, shipflow_buf_view(run), &look, &err));
  CHECK(holds(shipflow_buf_view(look), "\"ended\":true"));
  shipflow_buf_free(look);
  CHECK_STATUS(SHIPFLOW_NOT_FOUND, shipflow_engine_look(engine, text("nobody"), &look, NULL));
  CHECK(look == NULL);
  free(ended);
  shipflow_buf_free(run);
  shipflow_engine_free(engine);
}

static void takes_back(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, SHIPFLOW_ENGINE_VIRTUAL_TIME);
  shipflow_plan* plan;
  shipflow_buf* run;
  char* ended;
  applied = undone = 0;
  fail_greet = 1;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  ended = serve(engine);
  CHECK(strstr(ended, "\"phase\":\"rolled_back\"") != NULL);
  CHECK(strstr(ended, "mouth is full") != NULL);
  CHECK(undone == 1); /* one resource, put back once */
  free(ended);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

/* ---- tables ---- */

static int destroyed;
static int seen_events;

static void on_apply(uintptr_t self, shipflow_call* call) {
  shipflow_error* err = NULL;
  CHECK(self == 42);
  ++applied;
  OK(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err));
  shipflow_call_free(call);
}
static void on_destroy(uintptr_t self) {
  CHECK(self == 42);
  ++destroyed;
}
static int ended_seen;
static void on_event(uintptr_t user, shipflow_event* event) {
  shipflow_engine* engine = (shipflow_engine*)user;
  shipflow_event* other = NULL;
  int32_t count = 0;
  ++seen_events;
  /* inside dispatch the engine cannot be turned or freed, everything else works */
  CHECK(shipflow_engine_next(engine, 0, &other, NULL) == SHIPFLOW_REENTRANT);
  CHECK(shipflow_engine_dispatch(engine, 0, 1, NULL, 0, &count, NULL) == SHIPFLOW_REENTRANT);
  shipflow_engine_free(engine);
  CHECK(shipflow_engine_now_ms(engine) != 0);
  if (shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED) ended_seen = 1;
  shipflow_event_free(event);
}

static void by_table(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, 0);
  shipflow_provider_table table = SHIPFLOW_PROVIDER_TABLE_INIT;
  shipflow_plan* plan;
  shipflow_buf* run;
  int turns = 0;
  applied = destroyed = seen_events = ended_seen = 0;
  table.destroy = on_destroy;
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_engine_add_provider_table(engine, text("toy"), text(actions), &table, 42, NULL));
  CHECK(destroyed == 1); /* also when adding failed */
  table.apply = on_apply;
  OK(shipflow_engine_add_provider_table(engine, text("toy"), text(actions), &table, 42, &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  while (!ended_seen && turns++ < 1000) {
    int32_t count = 0;
    OK(shipflow_engine_dispatch(engine, 200, 10, on_event, (uintptr_t)engine, &count, &err));
  }
  CHECK(ended_seen && applied == 2 && seen_events > 5);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
  CHECK(destroyed == 2);
}

/* ---- the descriptor ---- */

static void readable_when_there_is_something(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(1, 0);
  shipflow_plan* plan;
  shipflow_buf* run;
  int ended = 0;
  applied = undone = fail_greet = 0;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  while (!ended) {
    struct pollfd p = {shipflow_engine_fd(engine), POLLIN, 0};
    shipflow_event* event = NULL;
    if (poll(&p, 1, 10000) != 1) break;
    do {
      OK(shipflow_engine_next(engine, 0, &event, &err));
      if (event == NULL) break;
      if (shipflow_event_kind(event) == SHIPFLOW_EVENT_CALL) {
        shipflow_call* call = shipflow_event_call(event);
        OK(shipflow_call_finish(call, text(answer_to(shipflow_call_body(call))), &err));
        shipflow_call_free(call);
      }
      ended = ended || shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED;
      shipflow_event_free(event);
    } while (1);
  }
  CHECK(ended);
  CHECK(shipflow_engine_wait_ms(engine) == -1);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

static void* wake(void* engine) {
  shipflow_engine_wakeup(engine);
  return NULL;
}

static void wakeup_ends_a_wait(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(1, 0);
  shipflow_event* event = NULL;
  pthread_t other;
  CHECK(pthread_create(&other, NULL, wake, engine) == 0);
  OK(shipflow_engine_next(engine, -1, &event, &err));
  CHECK(event == NULL);
  pthread_join(other, NULL);
  shipflow_engine_free(engine);
}

/* Every fault at every step, against models of the host's actions. */
static void rehearses(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, SHIPFLOW_ENGINE_VIRTUAL_TIME);
  shipflow_plan* plan;
  shipflow_buf* report = NULL;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  OK(shipflow_plan_rehearse(plan, text(NULL), &report, &err));
  CHECK(holds(shipflow_buf_view(report), "\"violations\":[]"));
  shipflow_buf_free(report);
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_plan_rehearse(plan, text("{\"faults\":[\"open:gremlins\"]}"), &report, NULL));
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

int main(void) {
  rehearses();
  releases(0, SHIPFLOW_ENGINE_VIRTUAL_TIME);
  releases(0, 0);
  releases(1, 0);
  takes_back();
  by_table();
  readable_when_there_is_something();
  wakeup_ends_a_wait();
  return done("capi run");
}
