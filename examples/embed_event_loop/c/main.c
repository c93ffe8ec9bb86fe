/* The engine inside an epoll loop that has other work to do: embed_event_loop PLAN ENVIRONMENTS
 *
 * The loop waits for three descriptors: the engine's, a pipe that brings jobs to the crew, and a timer that says that the
 * crew is done. The engine works on a thread of its own, so its descriptor is all there is to wait for. */
#include <shipflow.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
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

/* A value of a JSON text, freed with `free`. */
static char* at(shipflow_str json, const char* pointer) {
  shipflow_buf* buf;
  char* out;
  must(shipflow_json_at(json, text(pointer), &buf, &err));
  out = strdup(shipflow_buf_view(buf).ptr);
  shipflow_buf_free(buf);
  return out;
}

typedef struct program {
  shipflow_engine* engine;
  int epoll, timer, jobs[2];
  shipflow_call* waiting; /* the call whose job is under way */
  int ended;
} program;

static void watch(const program* p, int fd) {
  struct epoll_event wanted;
  memset(&wanted, 0, sizeof wanted);
  wanted.events = EPOLLIN;
  wanted.data.fd = fd;
  epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &wanted);
}

static void finish(shipflow_call* owned) {
  must(shipflow_call_finish(owned, text("{\"kind\":\"done\"}"), &err));
  shipflow_call_free(owned);
}

/* Begins a job and returns; the call is kept until the timer says that it is done. */
static void take_call(program* p, shipflow_call* call) {
  char* verb = at(shipflow_call_body(call), "/verb");
  char* job = at(shipflow_call_body(call), "/inputs/job");
  if (strcmp(verb, "apply") != 0) {
    finish(call);
  } else {
    printf("crew: asked to %s\n", job);
    p->waiting = call;
    if (write(p->jobs[1], "j", 1) != 1) exit(1);
  }
  free(verb);
  free(job);
}

static void take_events(program* p) {
  shipflow_event* event;
  while (must(shipflow_engine_next(p->engine, 0, &event, &err)), event != NULL) {
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_CALL) take_call(p, shipflow_event_call(event));
    if (shipflow_event_kind(event) == SHIPFLOW_EVENT_ENDED) {
      char* phase = at(shipflow_event_body(event), "/phase");
      puts(phase);
      free(phase);
      p->ended = 1;
    }
    shipflow_event_free(event);
  }
}

static void take_job(const program* p) {
  char byte;
  struct itimerspec soon;
  memset(&soon, 0, sizeof soon);
  soon.it_value.tv_nsec = 20 * 1000 * 1000;
  if (read(p->jobs[0], &byte, 1) != 1) exit(1);
  printf("crew: began, while the engine waits\n");
  timerfd_settime(p->timer, 0, &soon, NULL);
}

static void take_timer(program* p) {
  uint64_t times;
  if (read(p->timer, &times, sizeof times) != sizeof times) return;
  printf("crew: done\n");
  finish(p->waiting);
}

int main(int argc, char** argv) {
  program p;
  shipflow_engine_options options = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_store* store;
  shipflow_document *document, *environments;
  shipflow_plan* plan;
  shipflow_buf* run;
  if (argc < 3) return fputs("usage: embed_event_loop PLAN ENVIRONMENTS\n", stderr), 2;
  memset(&p, 0, sizeof p);
  p.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  p.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (p.timer < 0 || p.epoll < 0 || pipe(p.jobs) != 0) return perror("descriptors"), 1;

  options.threads = 1;
  must(shipflow_store_memory(&store, &err));
  must(shipflow_engine_new(&options, store, &p.engine, &err));
  must(shipflow_engine_add_provider(p.engine, text("crew"),
                                    text("[{\"name\":\"do\",\"undo\":\"forward_only\","
                                         "\"inputs\":[{\"name\":\"job\",\"type\":\"string\",\"required\":"
                                         "true,\"help\":\"what is to be done\"}]}]"),
                                    &err));
  must(shipflow_document_load(text(argv[1]), &document, &err));
  must(shipflow_document_load(text(argv[2]), &environments, &err));
  must(shipflow_plan_compile(p.engine, document, environments,
                             text("{\"environment\":\"here\",\"release\":{\"version\":\"1.0.0\"}}"), &plan,
                             &err));
  must(shipflow_engine_start(p.engine, plan, text("{\"principal\":\"user:me\"}"), &run, &err));

  watch(&p, shipflow_engine_fd(p.engine));
  watch(&p, p.jobs[0]);
  watch(&p, p.timer);
  while (!p.ended) {
    struct epoll_event ready;
    if (epoll_wait(p.epoll, &ready, 1, -1) != 1) continue;
    if (ready.data.fd == p.jobs[0])
      take_job(&p);
    else if (ready.data.fd == p.timer)
      take_timer(&p);
    else
      take_events(&p);
  }

  shipflow_buf_free(run);
  shipflow_plan_free(plan);
  shipflow_document_free(environments);
  shipflow_document_free(document);
  shipflow_engine_free(p.engine);
  shipflow_store_free(store);
  close(p.epoll);
  close(p.timer);
  close(p.jobs[0]);
  close(p.jobs[1]);
  return 0;
}
