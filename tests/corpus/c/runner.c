/* Plays scenarios through the C interface, as tests/corpus/README.md says: runner FILE... */
#include "keys.h"
#include "texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TURNS 10000
#define MOST_HELD 8

typedef struct held {
  char* name;
  shipflow_call* call;
} held;

typedef struct player {
  const char* file;
  char* scenario;
  shipflow_store* store;
  shipflow_engine* engine;
  uint64_t engines;
  char* run;
  list calls;    /* keys of all calls */
  list answered; /* keys of calls that took an answer */
  list turns;    /* keys that had their turn in the script */
  list bodies;   /* of calls */
  list written;  /* events, facts, state */
  size_t script_done;
  held holding[MOST_HELD];
  int crashed; /* the engine of the call at hand is gone */
  int failures;
} player;

static void wrong(player* p, const char* what, ...) __attribute__((format(printf, 2, 3)));
static void wrong(player* p, const char* what, ...) {
  va_list words;
  ++p->failures;
  fprintf(stderr, "%s: ", p->file);
  va_start(words, what);
  (void)vfprintf(stderr, what, words);
  va_end(words);
  fputc('\n', stderr);
}

/* Takes the error by its place: it is set by a call among the other arguments. */
static void want(player* p, shipflow_status wanted, shipflow_status got, shipflow_error** err,
                 const char* what) {
  if (got != wanted)
    wrong(p, "%s gave %s, wanted %s: %.*s", what, shipflow_status_name(got), shipflow_status_name(wanted),
          (int)shipflow_error_message(*err).len, shipflow_error_message(*err).ptr);
  shipflow_error_free(*err);
  *err = NULL;
}

/* A status by its name without the prefix. */
static shipflow_status status_named(const char* name) {
  shipflow_status s;
  for (s = 0; s < 64; ++s)
    if (strcmp(shipflow_status_name(s) + strlen("SHIPFLOW_"), name) == 0) return s;
  return -1;
}

/* ---- the engine -------------------------------------------------------------------------------------- */

static void open_engine(player* p, int64_t start_ms) {
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_error* err = NULL;
  char* part;
  size_t i;
  o.flags = SHIPFLOW_ENGINE_VIRTUAL_TIME;
  if (is(p->scenario, "/host/secrets", "true")) o.flags |= SHIPFLOW_ENGINE_HOST_SECRETS;
  if (is(p->scenario, "/host/policy", "true")) o.flags |= SHIPFLOW_ENGINE_HOST_POLICY;
  o.start_ms = start_ms;
  o.seed = ++p->engines;
  want(p, SHIPFLOW_OK, shipflow_engine_new(&o, p->store, &p->engine, &err), &err, "opening");
  for (i = 0; (part = atf(p->scenario, "/providers/%zu/name", i)) != NULL; ++i) {
    char* actions = atf(p->scenario, "/providers/%zu/actions", i);
    want(p, SHIPFLOW_OK, shipflow_engine_add_provider(p->engine, view(part), view(actions), &err), &err,
         "a provider");
    free(actions);
    free(part);
  }
  if ((part = at(p->scenario, "/probes")) != NULL)
    want(p, SHIPFLOW_OK, shipflow_engine_add_probes(p->engine, view(part), &err), &err, "probes");
  free(part);
  if ((part = at(p->scenario, "/metrics")) != NULL)
    want(p, SHIPFLOW_OK, shipflow_engine_add_metrics(p->engine, view(part), &err), &err, "metrics");
  free(part);
  if ((part = at(p->scenario, "/notifiers")) != NULL)
    want(p, SHIPFLOW_OK, shipflow_engine_add_notifiers(p->engine, view(part), &err), &err, "notifiers");
  free(part);
}

static shipflow_status compile(player* p, shipflow_plan** plan, shipflow_error** err) {
  shipflow_document* document = NULL;
  shipflow_document* environments = NULL;
  char* plan_text = at(p->scenario, "/plan");
  char* environments_text = at(p->scenario, "/environments");
  char* request = at(p->scenario, "/request");
  shipflow_status s = shipflow_document_parse(view(plan_text), view("plan.json"), &document, err);
  if (s == SHIPFLOW_OK)
    s = shipflow_document_parse(view(environments_text), view("environments.json"), &environments, err);
  if (s == SHIPFLOW_OK)
    s = shipflow_plan_compile(p->engine, document, environments, view(request), plan, err);
  shipflow_document_free(document);
  shipflow_document_free(environments);
  free(plan_text);
  free(environments_text);
  free(request);
  return s;
}

/* 1 when there is a run. */
static int start(player* p) {
  shipflow_plan* plan = NULL;
  shipflow_buf* run = NULL;
  shipflow_error* err = NULL;
  char* options = at(p->scenario, "/start");
  char* refused = at(p->scenario, "/expect/refused/status");
  shipflow_status s = compile(p, &plan, &err);
  if (s == SHIPFLOW_OK) s = shipflow_engine_start(p->engine, plan, view(options), &run, &err);
  if (refused != NULL) {
    char* part = at(p->scenario, "/expect/refused/message");
    char* message = copied(shipflow_error_message(err));
    if (s != status_named(refused) || strstr(message, part) == NULL)
      wrong(p, "refused by %s: %s", shipflow_status_name(s), message);
    free(part);
    free(message);
    shipflow_error_free(err);
  } else {
    want(p, SHIPFLOW_OK, s, &err, "starting");
  }
  if (run != NULL) p->run = copied(shipflow_buf_view(run));
  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  free(refused);
  free(options);
  return p->run != NULL;
}

/* ---- commands and answers ------------------------------------------------------------------------------ */

static void give(player* p, shipflow_call* call, const char* answer) {
  shipflow_error* err = NULL;
  char* status = at(answer, "/fail");
  if (status != NULL) {
    char* message = at(answer, "/message");
    want(p, SHIPFLOW_OK, shipflow_call_fail(call, status_named(status), view(message), &err), &err,
         "failing");
    free(message);
  } else {
    want(p, SHIPFLOW_OK, shipflow_call_finish(call, view(answer), &err), &err, "finishing");
  }
  free(status);
}

static void say(player* p, const char* command, const char* words) {
  shipflow_error* err = NULL;
  char* status = at(command, "/status");
  const shipflow_status wanted = status == NULL ? SHIPFLOW_OK : status_named(status);
  want(p, wanted, shipflow_engine_say(p->engine, view(p->run), view(words), &err), &err, words);
  free(status);
}

static void answer_held(player* p, const char* command, const char* name) {
  char* with = at(command, "/with");
  size_t i = 0;
  while (i < MOST_HELD && (p->holding[i].name == NULL || strcmp(p->holding[i].name, name) != 0)) ++i;
  if (i == MOST_HELD) {
    wrong(p, "holds no call %s", name);
  } else {
    give(p, p->holding[i].call, with);
    shipflow_call_free(p->holding[i].call);
    free(p->holding[i].name);
    p->holding[i].name = NULL;
    p->holding[i].call = NULL;
  }
  free(with);
}

static void crash(player* p) {
  shipflow_error* err = NULL;
  const int64_t now = shipflow_engine_now_ms(p->engine);
  shipflow_engine_free(p->engine);
  open_engine(p, now);
  want(p, SHIPFLOW_OK, shipflow_engine_resume(p->engine, NULL, &err), &err, "resuming");
}

static void obey(player* p, const char* command) {
  char* words = at(command, "/say");
  char* name = at(command, "/answer");
  if (words != NULL)
    say(p, command, words);
  else if (name != NULL)
    answer_held(p, command, name);
  else if (is(command, "/crash", "true"))
    crash(p);
  else
    wrong(p, "no such command: %s", command);
  free(words);
  free(name);
}

/* The commands for a key, when it is its turn; 0 when there are none. */
static int carry_out(player* p, const char* key) {
  int any = 0;
  size_t i;
  char* entry;
  add(&p->turns, key);
  for (i = 0; (entry = atf(p->scenario, "/script/%zu", i)) != NULL; ++i) {
    char* nth = at(entry, "/nth");
    const size_t turn = nth == NULL ? 1 : (size_t)strtoul(nth, NULL, 10);
    if (is(entry, "/on", key) && turn == count_of(&p->turns, key)) {
      char* command;
      size_t c;
      any = 1;
      ++p->script_done;
      for (c = 0; (command = atf(entry, "/do/%zu", c)) != NULL; ++c) {
        obey(p, command);
        free(command);
      }
    }
    free(nth);
    free(entry);
  }
  return any;
}

/* The answer of the world to the next call with this key; the caller frees it. */
static char* next_answer(player* p, const char* key, shipflow_call_kind_t kind) {
  char* part = escaped(key);
  char* answers = atf(p->scenario, "/world/%s", part);
  const size_t turn = count_of(&p->answered, key);
  char* out = NULL;
  char* one;
  size_t upto = 0;
  size_t i;
  free(part);
  add(&p->answered, key);
  if (answers == NULL) {
    if (kind == SHIPFLOW_CALL_ACTION) return copied(view("{\"kind\":\"done\"}"));
    if (kind == SHIPFLOW_CALL_PROBE) return copied(view("{\"outcome\":\"pass\"}"));
    wrong(p, "the world has no answer for %s", key);
    return copied(view("{\"drop\":true}"));
  }
  for (i = 0; turn >= upto && (one = atf(answers, "/%zu", i)) != NULL; ++i) {
    char* times = at(one, "/times");
    upto += times == NULL ? 1 : (size_t)strtoul(times, NULL, 10);
    free(times);
    free(out);
    out = one;
  }
  free(answers);
  return out;
}

/* Answers are as the interface documents them, but for `times`. */
static void strip_times(char* answer) {
  char* found = strstr(answer, ",\"times\":");
  char* end = found == NULL ? NULL : found + strlen(",\"times\":");
  if (found == NULL) return;
  while (*end >= '0' && *end <= '9') ++end;
  memmove(found, end, strlen(end) + 1);
}

static void take_call(player* p, shipflow_call* call) {
  char* key = key_of_call(call);
  char* body = copied(shipflow_call_body(call));
  char* answer;
  char* name;
  add(&p->calls, key);
  add(&p->bodies, body);
  (void)carry_out(p, key);
  answer = next_answer(p, key, shipflow_call_kind(call));
  strip_times(answer);
  name = at(answer, "/hold");
  if (name != NULL) {
    size_t i = 0;
    while (i < MOST_HELD - 1 && p->holding[i].name != NULL) ++i;
    p->holding[i].name = name;
    p->holding[i].call = call;
  } else {
    if (!is(answer, "/drop", "true")) give(p, call, answer);
    shipflow_call_free(call);
  }
  free(answer);
  free(body);
  free(key);
}

/* ---- playing ------------------------------------------------------------------------------------------- */

static void take_fact(player* p, const char* body) {
  char* key = key_of_fact(body, "/fact");
  char named[520];
  if (key == NULL) return;
  (void)snprintf(named, sizeof named, "fact %s", key);
  (void)carry_out(p, named);
  free(key);
}

/* 0 when the scenario is over. */
static int one_turn(player* p) {
  shipflow_event* event = NULL;
  shipflow_error* err = NULL;
  shipflow_call* call;
  want(p, SHIPFLOW_OK, shipflow_engine_next(p->engine, 0, &event, &err), &err, "turning");
  if (event == NULL) return shipflow_engine_wait_ms(p->engine) != -1 || carry_out(p, "idle");
  call = shipflow_event_call(event);
  if (call != NULL) {
    take_call(p, call);
  } else {
    char* body = copied(shipflow_event_body(event));
    add(&p->written, body);
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_RUN) take_fact(p, body);
    free(body);
  }
  shipflow_event_free(event);
  return 1;
}

static void play(player* p) {
  int turns = 0;
  size_t entries = 0;
  char* entry;
  while (one_turn(p))
    if (++turns == MOST_TURNS) {
      wrong(p, "it does not come to an end");
      return;
    }
  while ((entry = atf(p->scenario, "/script/%zu", entries)) != NULL) {
    free(entry);
    ++entries;
  }
  if (p->script_done != entries)
    wrong(p, "%zu of %zu entries of the script had their turn", p->script_done, entries);
}

/* ---- what is expected ---------------------------------------------------------------------------------- */

static void compare_lists(player* p, const char* what, list* seen) {
  list wanted = {NULL, 0, 0};
  size_t i;
  char* one;
  for (i = 0; (one = atf(p->scenario, "/expect/%s/%zu", what, i)) != NULL; ++i) {
    add(&wanted, one);
    free(one);
  }
  if (is(p->scenario, "/unordered", "true")) {
    sort(&wanted);
    sort(seen);
  }
  for (i = 0; i < wanted.count || i < seen->count; ++i) {
    const char* w = i < wanted.count ? wanted.all[i] : "nothing more";
    const char* s = i < seen->count ? seen->all[i] : "nothing more";
    if (strcmp(w, s) != 0) {
      wrong(p, "%s, place %zu: wanted %s, saw %s", what, i + 1, w, s);
      break;
    }
  }
  clear(&wanted);
}

static void compare_part(player* p, const char* look, const char* member) {
  char* wanted = atf(p->scenario, "/expect/%s", member);
  char* got = atf(look, "/%s", member);
  if (wanted != NULL && (got == NULL || strstr(got, wanted) == NULL))
    wrong(p, "%s: wanted %s, saw %s", member, wanted, got == NULL ? "nothing" : got);
  free(wanted);
  free(got);
}

static int in_any(const list* where, const char* text) {
  size_t i;
  for (i = 0; i < where->count; ++i)
    if (strstr(where->all[i], text) != NULL) return 1;
  return 0;
}

static void compare_texts(player* p) {
  size_t i;
  char* text;
  for (i = 0; (text = atf(p->scenario, "/expect/reached/%zu", i)) != NULL; ++i) {
    if (!in_any(&p->bodies, text)) wrong(p, "no call was given %s", text);
    free(text);
  }
  for (i = 0; (text = atf(p->scenario, "/expect/never/%zu", i)) != NULL; ++i) {
    if (in_any(&p->written, text)) wrong(p, "%s was written down", text);
    free(text);
  }
}

static char* taken(player* p, shipflow_status s, shipflow_buf* buf, shipflow_error** err, const char* what) {
  char* out = copied(shipflow_buf_view(buf));
  want(p, SHIPFLOW_OK, s, err, what);
  shipflow_buf_free(buf);
  return out;
}

static void compare(player* p) {
  shipflow_error* err = NULL;
  shipflow_buf* buf = NULL;
  list facts = {NULL, 0, 0};
  shipflow_status s = shipflow_engine_look(p->engine, view(p->run), &buf, &err);
  char* look = taken(p, s, buf, &err, "looking");
  char* phase = at(look, "/phase");
  char* folded;
  char* all;
  char* one;
  size_t i;
  if (!is(p->scenario, "/expect/phase", phase)) wrong(p, "it ended as %s", phase);
  compare_part(p, look, "reason");
  compare_part(p, look, "parked");
  s = shipflow_store_facts(p->store, view(p->run), 0, &buf, &err);
  all = taken(p, s, buf, &err, "reading facts");
  for (i = 0; (one = atf(all, "/%zu", i)) != NULL; ++i) {
    char* key = key_of_fact(one, "");
    if (key != NULL) add(&facts, key);
    free(key);
    free(one);
  }
  compare_lists(p, "calls", &p->calls);
  compare_lists(p, "facts", &facts);
  add(&p->written, all);
  add(&p->written, look);
  compare_texts(p);
  s = shipflow_store_look(p->store, view(p->run), &buf, &err);
  folded = taken(p, s, buf, &err, "folding");
  if (!is(folded, "/phase", phase)) wrong(p, "the store folds to %s", folded);
  s = shipflow_store_verify(p->store, view(p->run), &buf, &err);
  free(taken(p, s, buf, &err, "verifying"));
  clear(&facts);
  free(folded);
  free(all);
  free(phase);
  free(look);
}

static int scenario(const char* file) {
  player p;
  shipflow_error* err = NULL;
  size_t i;
  memset(&p, 0, sizeof p);
  p.file = file;
  p.scenario = read_file(file);
  if (p.scenario == NULL || !is(p.scenario, "/start/principal", "user:dana")) wrong(&p, "is no scenario");
  want(&p, SHIPFLOW_OK, shipflow_store_memory(&p.store, &err), &err, "a store");
  open_engine(&p, 1772532000000);
  if (start(&p)) {
    play(&p);
    compare(&p);
  }
  for (i = 0; i < MOST_HELD; ++i) {
    shipflow_call_free(p.holding[i].call);
    free(p.holding[i].name);
  }
  shipflow_engine_free(p.engine);
  shipflow_store_free(p.store);
  clear(&p.calls);
  clear(&p.answered);
  clear(&p.turns);
  clear(&p.bodies);
  clear(&p.written);
  free(p.run);
  free(p.scenario);
  return p.failures;
}

int main(int argc, char** argv) {
  int failures = 0;
  int i;
  for (i = 1; i < argc; ++i) failures += scenario(argv[i]);
  printf("corpus in C: %d scenarios, %d failures\n", argc - 1, failures);
  return failures == 0 && argc > 12 ? 0 : 1;
}
