/* A release of two steps with a provider of the test's own. */
#ifndef SHIPFLOW_TEST_WORLD_H
#define SHIPFLOW_TEST_WORLD_H

#include "check.h"

static const char plan_text[] =
    "shipflow: 1\n"
    "plan: greeting\n"
    "components: [door]\n"
    "steps:\n"
    "  - { id: open, action: toy.set, with: { value: open } }\n"
    "  - { id: greet, needs: [open], action: toy.set, with: { value: hello } }\n";

static const char secret_plan_text[] =
    "shipflow: 1\n"
    "plan: knocking\n"
    "components: [door]\n"
    "steps:\n"
    "  - { id: open, action: toy.set, with: { value: open, token: \"${TOKEN}\" } }\n";

static const char gated_plan_text[] =
    "shipflow: 1\n"
    "plan: gated\n"
    "components: [door]\n"
    "steps:\n"
    "  - { id: go, approval: { roles: [qa] } }\n"
    "  - { id: open, needs: [go], action: toy.set, with: { value: open } }\n";

static const char environments_text[] =
    "shipflow: 1\n"
    "environments:\n"
    "  here:\n"
    "    url: http://localhost\n"
    "    variables: { TOKEN: { env: TEST_TOKEN, secret: true } }\n"
    "    roles: { qa: [\"user:quinn\"] }\n"
    "    bind: { door: { provider: toy } }\n";

static const char actions[] =
    "[{\"name\":\"set\",\"inputs\":[{\"name\":\"value\",\"type\":\"string\",\"required\":true},"
    "{\"name\":\"token\",\"type\":\"string\",\"sensitive\":true}],"
    "\"outputs\":[{\"name\":\"was\",\"type\":\"string\"}],\"resources\":[\"door\"]}]";

static inline shipflow_engine* make_engine(uint32_t threads, uint32_t flags) {
  shipflow_error* err = NULL;
  shipflow_store* store = NULL;
  shipflow_engine* engine = NULL;
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  o.threads = threads;
  o.flags = flags;
  o.start_ms = 1772000000000;
  o.seed = 7;
  OK(shipflow_store_memory(&store, &err));
  OK(shipflow_engine_new(&o, store, &engine, &err));
  shipflow_store_free(store);
  return engine;
}

static inline shipflow_plan* make_plan(shipflow_engine* engine, const char* plan_yaml) {
  shipflow_error* err = NULL;
  shipflow_document* document = NULL;
  shipflow_document* environments = NULL;
  shipflow_plan* plan = NULL;
  OK(shipflow_document_parse(text(plan_yaml), text("plan.yaml"), &document, &err));
  OK(shipflow_document_parse(text(environments_text), text("environments.yaml"), &environments, &err));
  OK(shipflow_plan_compile(
      engine, document, environments,
      text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"},\"variables\":{}}"), &plan, &err));
  shipflow_document_free(document);
  shipflow_document_free(environments);
  shipflow_error_free(err);
  return plan;
}

static inline shipflow_buf* start(shipflow_engine* engine, const shipflow_plan* plan) {
  shipflow_error* err = NULL;
  shipflow_buf* run = NULL;
  OK(shipflow_engine_start(engine, plan, text("{\"principal\":\"user:dana\"}"), &run, &err));
  shipflow_error_free(err);
  return run;
}

#endif
