/* Calls: finished once, late, from other threads, after the engine; secrets, policies, probes and metrics. */
#define _POSIX_C_SOURCE 200809L
#include "world.h"

#include <poll.h>
#include <pthread.h>

/* The next event that is a call of this kind; others are freed. NULL when there is none soon. */
static shipflow_call* next_call(shipflow_engine* engine, shipflow_call_kind_t kind) {
  shipflow_error* err = NULL;
  int turns;
  for (turns = 0; turns < 200; ++turns) {
    shipflow_event* event = NULL;
    shipflow_call* call;
    OK(shipflow_engine_next(engine, 100, &event, &err));
    if (event == NULL) continue;
    call = shipflow_event_call(event);
    shipflow_event_free(event);
    if (call == NULL) continue;
    if (shipflow_call_kind(call) == kind) return call;
    shipflow_call_free(call);
  }
  return NULL;
}

static void finished_once(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, SHIPFLOW_ENGINE_VIRTUAL_TIME);
  shipflow_plan* plan;
  shipflow_buf* run;
  shipflow_call* call;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  call = next_call(engine, SHIPFLOW_CALL_ACTION);
  CHECK(call != NULL);
  CHECK(shipflow_call_cancelled(call) == 0);
  shipflow_call_set_user(call, 99);
  CHECK(shipflow_call_user(call) == 99);
  /* what cannot be read leaves the call open, and says why */
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_call_finish(call, text("{\"kind\":\"perhaps\"}"), &err));
  CHECK(holds(shipflow_error_message(err), "`kind` must be done"));
  shipflow_error_free(err);
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_call_finish(call, text("[1"), NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT,
               shipflow_call_finish(call, text("{\"kind\":\"done\",\"vlaue\":1}"), NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_call_fail(call, SHIPFLOW_OK, text("x"), NULL));
  err = NULL;
  OK(shipflow_call_finish(call, text("{\"kind\":\"done\",\"value\":{\"value\":\"shut\"}}"), &err));
  CHECK_STATUS(SHIPFLOW_CONFLICT, shipflow_call_finish(call, text("{\"kind\":\"done\"}"), NULL));
  CHECK_STATUS(SHIPFLOW_CONFLICT, shipflow_call_fail(call, SHIPFLOW_FAILED, text("late"), NULL));
  shipflow_call_free(call);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

static void* finish_elsewhere(void* call) {
  shipflow_error* err = NULL;
  OK(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err));
  shipflow_call_free(call);
  return NULL;
}

static void finished_after_the_engine(uint32_t threads) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(threads, 0);
  shipflow_plan* plan;
  shipflow_buf* run;
  shipflow_call* call;
  pthread_t other;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  call = next_call(engine, SHIPFLOW_CALL_ACTION);
  CHECK(call != NULL);
  shipflow_engine_free(engine);
  CHECK(shipflow_call_cancelled(call) == 1);
  CHECK(pthread_create(&other, NULL, finish_elsewhere, call) == 0);
  pthread_join(other, NULL);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
}

/* A call that is dropped is not a run that is lost: the action is looked at again. */
static void a_dropped_call_is_asked_about(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, SHIPFLOW_ENGINE_VIRTUAL_TIME);
  shipflow_plan* plan;
  shipflow_buf* run;
  shipflow_call* call;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  call = next_call(engine, SHIPFLOW_CALL_ACTION);
  CHECK(holds(shipflow_call_body(call), "\"verb\":\"observe\""));
  OK(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err));
  shipflow_call_free(call);
  call = next_call(engine, SHIPFLOW_CALL_ACTION);
  CHECK(holds(shipflow_call_body(call), "\"verb\":\"apply\""));
  shipflow_call_free(call);
  call = next_call(engine, SHIPFLOW_CALL_ACTION);
  CHECK(call != NULL && holds(shipflow_call_body(call), "\"verb\":\"resolve\""));
  shipflow_call_free(call);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

/* A secret is asked of the host, reaches the action, and no event or fact. */
static void secrets_of_the_host(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, SHIPFLOW_ENGINE_VIRTUAL_TIME | SHIPFLOW_ENGINE_HOST_SECRETS);
  shipflow_plan* plan;
  shipflow_buf* run;
  int asked = 0;
  int reached = 0;
  int ended = 0;
  int turns;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, secret_plan_text);
  run = start(engine, plan);
  for (turns = 0; turns < 500 && !ended; ++turns) {
    shipflow_event* event = NULL;
    shipflow_call* call;
    OK(shipflow_engine_next(engine, 100, &event, &err));
    if (event == NULL) continue;
    ended = shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED;
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_RUN)
      CHECK(!holds(shipflow_event_body(event), "pa55word"));
    call = shipflow_event_call(event);
    if (call != NULL && shipflow_call_kind(call) == SHIPFLOW_CALL_SECRET) {
      CHECK(holds(shipflow_call_body(call), "env:TEST_TOKEN"));
      ++asked;
      OK(shipflow_call_finish(call, text("{\"value\":\"pa55word\"}"), &err));
    } else if (call != NULL) {
      reached += holds(shipflow_call_body(call), "pa55word");
      OK(shipflow_call_finish(call, text("{\"kind\":\"done\",\"value\":{\"was\":\"pa55word\"}}"), &err));
    }
    shipflow_call_free(call);
    shipflow_event_free(event);
  }
  CHECK(ended && asked > 0 && reached > 0);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

static void policies_of_the_host(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(0, SHIPFLOW_ENGINE_HOST_POLICY);
  shipflow_plan* plan;
  shipflow_buf* run;
  shipflow_call* call;
  shipflow_buf* look = NULL;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, gated_plan_text);
  run = start(engine, plan);
  OK(shipflow_engine_say(
      engine, shipflow_buf_view(run),
      text("{\"name\":\"approve\",\"principal\":\"user:quinn\",\"body\":{\"step\":\"go\"}}"), &err));
  call = next_call(engine, SHIPFLOW_CALL_POLICY);
  CHECK(call != NULL && holds(shipflow_call_body(call), "\"principal\":\"user:quinn\""));
  OK(shipflow_call_finish(call, text("{\"allow\":false,\"why\":\"quinn is on leave\"}"), &err));
  shipflow_call_free(call);
  OK(shipflow_engine_say(
      engine, shipflow_buf_view(run),
      text("{\"name\":\"approve\",\"principal\":\"user:quinn\",\"body\":{\"step\":\"go\"}}"), &err));
  call = next_call(engine, SHIPFLOW_CALL_POLICY);
  CHECK(call != NULL);
  OK(shipflow_call_finish(call, text("{\"allow\":true}"), &err));
  shipflow_call_free(call);
  call = next_call(engine, SHIPFLOW_CALL_ACTION); /* the gate is open */
  CHECK(call != NULL);
  shipflow_call_free(call);
  OK(shipflow_engine_look(engine, shipflow_buf_view(run), &look, &err));
  shipflow_buf_free(look);
  CHECK_STATUS(SHIPFLOW_NOT_FOUND,
               shipflow_engine_say(engine, text("nobody"),
                                   text("{\"name\":\"pause\",\"principal\":\"user:x\"}"), NULL));
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

/* Waits on the descriptor as a loop would; 1 when it is readable. */
static int readable(shipflow_engine* engine) {
  struct pollfd p;
  p.fd = shipflow_engine_fd(engine);
  p.events = POLLIN;
  return poll(&p, 1, 10000) == 1;
}

static void cancellation_wakes_the_host(uint32_t threads) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(threads, 0);
  shipflow_plan* plan;
  shipflow_buf* run;
  shipflow_call* call;
  int turns;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  call = next_call(engine, SHIPFLOW_CALL_ACTION); /* observe */
  OK(shipflow_call_finish(call, text("{\"kind\":\"done\",\"value\":{}}"), &err));
  shipflow_call_free(call);
  call = next_call(engine, SHIPFLOW_CALL_ACTION); /* apply */
  CHECK(shipflow_call_cancelled(call) == 0);
  OK(shipflow_engine_say(engine, shipflow_buf_view(run),
                         text("{\"name\":\"cancel\",\"principal\":\"user:dana\"}"), &err));
  for (turns = 0; turns < 50 && shipflow_call_cancelled(call) == 0; ++turns) {
    shipflow_event* event = NULL;
    CHECK(readable(engine));
    OK(shipflow_engine_next(engine, 0, &event, &err));
    shipflow_event_free(event);
  }
  CHECK(shipflow_call_cancelled(call) == 1);
  shipflow_call_free(call);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

/* Waking a host up takes nothing from it: events that were there still make the descriptor readable. */
static void waking_up_hides_no_event(void) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(1, 0);
  shipflow_plan* plan;
  shipflow_buf* run;
  shipflow_event* event = NULL;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  CHECK(readable(engine));
  shipflow_engine_wakeup(engine);
  OK(shipflow_engine_next(engine, 0, &event, &err));
  CHECK(event == NULL);
  CHECK(readable(engine));
  OK(shipflow_engine_next(engine, 0, &event, &err));
  CHECK(event != NULL);
  shipflow_event_free(event);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
}

/* A host that never asks loses events of kind RUN and is told how many, but never a call and never an end. */
static void a_full_queue_keeps_the_end(void) {
  shipflow_error* err = NULL;
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_store* store = NULL;
  shipflow_engine* engine = NULL;
  shipflow_plan* plan;
  shipflow_buf* run;
  int ended = 0;
  int dropped = 0;
  int turns;
  o.flags = SHIPFLOW_ENGINE_VIRTUAL_TIME;
  o.queue_limit = 1;
  OK(shipflow_store_memory(&store, &err));
  OK(shipflow_engine_new(&o, store, &engine, &err));
  OK(shipflow_engine_add_provider(engine, text("toy"), text(actions), &err));
  plan = make_plan(engine, plan_text);
  run = start(engine, plan);
  for (turns = 0; turns < 200 && !ended; ++turns) {
    shipflow_event* event = NULL;
    shipflow_call* call;
    OK(shipflow_engine_next(engine, 100, &event, &err));
    if (event == NULL) continue;
    ended = shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED;
    dropped += holds(shipflow_event_body(event), "\"dropped\":");
    call = shipflow_event_call(event);
    if (call != NULL) OK(shipflow_call_finish(call, text("{\"kind\":\"done\",\"value\":{}}"), &err));
    shipflow_call_free(call);
    shipflow_event_free(event);
  }
  CHECK(ended);
  CHECK(dropped > 0);
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_engine_free(engine);
  shipflow_store_free(store);
}

/* JSON for those who bring no library for it. */
static void json_without_a_library(void) {
  shipflow_error* err = NULL;
  shipflow_buf* out = NULL;
  const shipflow_str body = text("{\"inputs\":{\"text\":\"a \\\"b\\\"\",\"n\":[1,2]},\"a/b\":null}");
  OK(shipflow_json_at(body, text("/inputs/text"), &out, &err));
  CHECK(strcmp(shipflow_buf_view(out).ptr, "a \"b\"") == 0);
  shipflow_buf_free(out);
  OK(shipflow_json_at(body, text("/inputs/n/1"), &out, &err));
  CHECK(strcmp(shipflow_buf_view(out).ptr, "2") == 0);
  shipflow_buf_free(out);
  OK(shipflow_json_at(body, text("/a~1b"), &out, &err));
  CHECK(strcmp(shipflow_buf_view(out).ptr, "null") == 0);
  shipflow_buf_free(out);
  OK(shipflow_json_at(body, text(NULL), &out, &err));
  CHECK(shipflow_buf_view(out).len == body.len);
  shipflow_buf_free(out);
  CHECK_STATUS(SHIPFLOW_NOT_FOUND, shipflow_json_at(body, text("/inputs/n/2"), &out, &err));
  CHECK(out == NULL && holds(shipflow_error_message(err), "`/inputs/n/2`"));
  shipflow_error_free(err);
  CHECK_STATUS(SHIPFLOW_NOT_FOUND, shipflow_json_at(body, text("inputs"), &out, NULL));
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_json_at(text("{"), text(NULL), &out, NULL));
  err = NULL;
  OK(shipflow_json_quote(text("a \"b\"\n"), &out, &err));
  CHECK(strcmp(shipflow_buf_view(out).ptr, "\"a \\\"b\\\"\\n\"") == 0);
  shipflow_buf_free(out);
  CHECK_STATUS(SHIPFLOW_INVALID_ARGUMENT, shipflow_json_quote(text("\xff"), &out, NULL));
}

int main(void) {
  json_without_a_library();
  cancellation_wakes_the_host(0);
  cancellation_wakes_the_host(1);
  waking_up_hides_no_event();
  a_full_queue_keeps_the_end();
  finished_once();
  finished_after_the_engine(0);
  finished_after_the_engine(1);
  a_dropped_call_is_asked_about();
  secrets_of_the_host();
  policies_of_the_host();
  return done("capi calls");
}
