/* What goes wrong around the calls: never answered, answered by many at once, signals, exit with runs open, and
 * descriptors that a child must not inherit. */
#define _GNU_SOURCE
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char hasty_actions[] =
    "[{\"name\":\"set\",\"call_timeout_ms\":40,\"inputs\":[{\"name\":\"value\",\"type\":\"string\","
    "\"required\":true},"
    "{\"name\":\"token\",\"type\":\"string\",\"sensitive\":true}],\"resources\":[\"door\"]}]";

/* The next call, whatever it asks; NULL when none comes soon. */
static shipflow_call* next_call(shipflow_engine* engine) {
  shipflow_error* err = NULL;
  int turns;
  for (turns = 0; turns < 400; ++turns) {
    shipflow_event* event = NULL;
    shipflow_call* call;
    OK(shipflow_engine_next(engine, 100, &event, &err));
    call = shipflow_event_call(event);
    shipflow_event_free(event);
    if (call != NULL) return call;
  }
  return NULL;
}

static shipflow_engine* running(uint32_t threads, const char* offered, shipflow_buf** run) {
  shipflow_error* err = NULL;
  shipflow_engine* engine = make_engine(threads, 0);
  shipflow_plan* plan;
  OK(shipflow_engine_add_provider(engine, text("toy"), text(offered), &err));
  plan = make_plan(engine, plan_text);
  *run = start(engine, plan);
  shipflow_plan_free(plan);
  return engine;
}

/* The engine goes on without an answer: it asks what became of the effect, and the old answer is not wanted. */
static void never_finished(uint32_t threads) {
  shipflow_error* err = NULL;
  shipflow_buf* run = NULL;
  shipflow_engine* engine = running(threads, hasty_actions, &run);
  shipflow_call* call = next_call(engine);
  shipflow_call* old;
  OK(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err)); /* observe */
  shipflow_call_free(call);
  old = next_call(engine); /* apply: nobody answers */
  CHECK(old != NULL && shipflow_call_cancelled(old) == 0);
  call = next_call(engine);
  CHECK(call != NULL && holds(shipflow_call_body(call), "\"verb\":\"resolve\""));
  CHECK(shipflow_call_cancelled(old) == 1);
  OK(shipflow_call_finish(old, text("{\"kind\":\"failed\",\"message\":\"late\"}"),
                          &err)); /* changes nothing */
  shipflow_call_free(old);
  OK(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), &err));
  shipflow_call_free(call);
  call = next_call(engine);
  CHECK(call != NULL && holds(shipflow_call_body(call), "\"step\":\"greet\""));
  shipflow_call_free(call);
  shipflow_buf_free(run);
  shipflow_engine_free(engine);
}

static int finished_by, refused_to;
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

static void* finish_too(void* call) {
  const shipflow_status s = shipflow_call_finish(call, text("{\"kind\":\"done\"}"), NULL);
  pthread_mutex_lock(&counting);
  finished_by += s == SHIPFLOW_OK;
  refused_to += s == SHIPFLOW_CONFLICT;
  pthread_mutex_unlock(&counting);
  return NULL;
}

static void finished_by_many(void) {
  shipflow_buf* run = NULL;
  shipflow_engine* engine = running(1, actions, &run);
  shipflow_call* call = next_call(engine);
  pthread_t all[8];
  size_t i;
  finished_by = refused_to = 0;
  for (i = 0; i < 8; ++i) CHECK(pthread_create(&all[i], NULL, finish_too, call) == 0);
  for (i = 0; i < 8; ++i) pthread_join(all[i], NULL);
  CHECK(finished_by == 1 && refused_to == 7);
  shipflow_call_free(call);
  shipflow_buf_free(run);
  shipflow_engine_free(engine);
}

/* ---- signals ---- */

static shipflow_engine* to_wake;
static volatile sig_atomic_t taken_by;

static void on_signal(int number) {
  (void)number;
  taken_by = (sig_atomic_t)syscall(SYS_gettid);
  shipflow_engine_wakeup(to_wake);
}

/* Ctrl-C while waiting for ever: the library takes no signal, and the handler may end the wait. */
static void interrupted(uint32_t threads) {
  struct sigaction mine;
  struct sigaction before;
  shipflow_error* err = NULL;
  shipflow_event* event = NULL;
  int round;
  memset(&mine, 0, sizeof mine);
  mine.sa_handler = on_signal;
  to_wake = make_engine(threads, 0);
  CHECK(sigaction(SIGINT, &mine, &before) == 0);
  for (round = 0; round < 50; ++round) {
    taken_by = 0;
    CHECK(kill(getpid(), SIGINT) == 0);
    OK(shipflow_engine_next(to_wake, -1, &event, &err));
    CHECK(event == NULL);
    CHECK(taken_by == (sig_atomic_t)getpid()); /* the main thread: no other takes signals */
  }
  CHECK(sigaction(SIGINT, &before, NULL) == 0);
  shipflow_engine_free(to_wake);
}

static void no_handlers(void) {
  struct sigaction before[65];
  shipflow_engine* engine;
  int n;
  for (n = 1; n < 65; ++n) (void)sigaction(n, NULL, &before[n]);
  engine = make_engine(1, 0);
  for (n = 1; n < 65; ++n) {
    struct sigaction now;
    if (sigaction(n, NULL, &now) == 0) CHECK(now.sa_handler == before[n].sa_handler);
  }
  shipflow_engine_free(engine);
}

/* ---- the end of a process ---- */

/* Where a leak check finds what was left as it is. */
static shipflow_buf* left_run;
static shipflow_engine* left_engine;
static shipflow_call* left_call;

static void exits_with_a_run_open(uint32_t threads) {
  int status = 1;
  const pid_t child = fork();
  if (child == 0) {
    left_engine = running(threads, actions, &left_run);
    left_call = next_call(left_engine);
    (void)alarm(20); /* a process that hangs is ended, and seen */
    exit(left_call == NULL ? 1 : 0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* ---- descriptors ---- */

static int count_fds(int* inheritable) {
  DIR* all = opendir("/proc/self/fd");
  const struct dirent* one;
  int count = 0;
  *inheritable = 0;
  while ((one = readdir(all)) != NULL) {
    const int fd = atoi(one->d_name);
    if (one->d_name[0] == '.' || fd == dirfd(all)) continue;
    ++count;
    *inheritable += (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
  }
  closedir(all);
  return count;
}

static void descriptors_stay_here(void) {
  char path[] = "/tmp/shipflow-faults-XXXXXX";
  char file[64];
  shipflow_error* err = NULL;
  shipflow_store* store = NULL;
  shipflow_engine* engine = NULL;
  int inherited, more, count, then;
  CHECK(mkdtemp(path) != NULL);
  (void)snprintf(file, sizeof file, "%s/releases.db", path);
  count = count_fds(&inherited);
  OK(shipflow_store_open(text(file), 0, &store, &err));
  OK(shipflow_engine_new(NULL, store, &engine, &err));
  OK(shipflow_engine_add_builtin(engine, text("probes"), text(NULL), &err));
  OK(shipflow_engine_add_builtin(engine, text("http"), text(NULL), &err));
  then = count_fds(&more);
  CHECK(then > count && more == inherited);
  shipflow_engine_free(engine);
  shipflow_store_free(store);
  CHECK(count_fds(&more) == count);
  (void)unlink(file);
  (void)snprintf(file, sizeof file, "%s/releases.db.lock", path);
  (void)unlink(file);
  CHECK(rmdir(path) == 0);
}

int main(void) {
  never_finished(0);
  never_finished(1);
  finished_by_many();
  interrupted(0);
  interrupted(1);
  no_handlers();
  exits_with_a_run_open(0);
  exits_with_a_run_open(1);
  descriptors_stay_here();
  return done("capi faults");
}
