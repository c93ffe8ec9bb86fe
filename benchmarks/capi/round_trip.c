/* One call of a provider from the engine to the host and back, beside a bare hand-over of the same kind: two threads, a
 * locked queue and an eventfd each way. The provider answers at once, so what is measured is the interface: the request as
 * JSON, the queue, the descriptor, the answer read, and the way back to the engine's thread.
 *
 *   bench_capi_round_trip [calls a batch [batches]]     default 4000 9; medians, in microseconds */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <shipflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static shipflow_str text(const char* s) {
  shipflow_str view = {s, strlen(s)};
  return view;
}

static void must(shipflow_status status) {
  if (status == SHIPFLOW_OK) return;
  fprintf(stderr, "%s\n", shipflow_status_name(status));
  exit(1);
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_number(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double median(double* all, int count) {
  qsort(all, (size_t)count, sizeof *all, by_number);
  return all[count / 2];
}

/* ---- the peer ---- */

typedef struct item {
  struct item* next;
  char body[256];
} item;

typedef struct queue {
  pthread_mutex_t lock;
  item* first;
  int fd;
} queue;

static void put(queue* q, item* one) {
  const uint64_t bell = 1;
  pthread_mutex_lock(&q->lock);
  one->next = q->first;
  q->first = one;
  pthread_mutex_unlock(&q->lock);
  if (write(q->fd, &bell, sizeof bell) != sizeof bell) exit(1);
}

static item* take(queue* q) {
  struct pollfd p = {q->fd, POLLIN, 0};
  uint64_t bells;
  item* one;
  (void)poll(&p, 1, -1);
  if (read(q->fd, &bells, sizeof bells) != sizeof bells) exit(1);
  pthread_mutex_lock(&q->lock);
  one = q->first;
  q->first = one->next;
  pthread_mutex_unlock(&q->lock);
  return one;
}

static queue to_host, to_engine;
static int rounds;

static void* echo(void* unused) {
  int i;
  for (i = 0; i < rounds; ++i) put(&to_engine, take(&to_host));
  return unused;
}

/* Microseconds for one round trip of a message that is made anew each time. */
static double hand_over(int calls) {
  pthread_t other;
  double begin;
  int i;
  rounds = calls;
  pthread_create(&other, NULL, echo, NULL);
  begin = now_us();
  for (i = 0; i < calls; ++i) {
    item* one = malloc(sizeof *one);
    (void)snprintf(one->body, sizeof one->body, "{\"verb\":\"apply\",\"action\":\"set\",\"number\":%d}", i);
    put(&to_host, one);
    free(take(&to_engine));
  }
  begin = (now_us() - begin) / calls;
  pthread_join(other, NULL);
  return begin;
}

/* ---- the interface ---- */

/* Microseconds for one call, by trials of a provider that does nothing. */
static double calls_of(uint32_t threads, int calls) {
  static const char actions[] = "[{\"name\":\"nothing\",\"undo\":\"forward_only\"}]";
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_store* store;
  shipflow_engine* engine;
  const int trials = calls / 11 + 1;
  char* asked = malloc((size_t)trials * 32 + 8);
  char* end = asked;
  int seen = 0;
  int over = 0;
  double begin;
  int i;
  *end++ = '[';
  for (i = 0; i < trials; ++i) end += sprintf(end, "%s{\"action\":\"nothing\"}", i == 0 ? "" : ",");
  strcpy(end, "]");
  o.threads = threads;
  must(shipflow_store_memory(&store, NULL));
  must(shipflow_engine_new(&o, store, &engine, NULL));
  must(shipflow_engine_add_provider(engine, text("toy"), text(actions), NULL));
  must(shipflow_engine_check_provider(engine, text("toy"), text(asked), NULL));
  begin = now_us();
  while (!over) {
    shipflow_event* event;
    shipflow_call* call;
    must(shipflow_engine_next(engine, -1, &event, NULL));
    call = shipflow_event_call(event);
    if (call != NULL) {
      ++seen;
      must(shipflow_call_finish(call, text("{\"kind\":\"done\"}"), NULL));
      shipflow_call_free(call);
    }
    over = shipflow_event_kind(event) == SHIPFLOW_EVENT_CHECKED;
    shipflow_event_free(event);
  }
  begin = (now_us() - begin) / seen;
  shipflow_engine_free(engine);
  shipflow_store_free(store);
  free(asked);
  return begin;
}

int main(int argc, char** argv) {
  const int calls = argc > 1 ? atoi(argv[1]) : 4000;
  const int batches = argc > 2 ? atoi(argv[2]) : 9;
  double* bare = calloc((size_t)batches, sizeof *bare);
  double* threaded = calloc((size_t)batches, sizeof *threaded);
  double* inside = calloc((size_t)batches, sizeof *inside);
  int i;
  pthread_mutex_init(&to_host.lock, NULL);
  pthread_mutex_init(&to_engine.lock, NULL);
  to_host.fd = eventfd(0, EFD_CLOEXEC);
  to_engine.fd = eventfd(0, EFD_CLOEXEC);
  (void)calls_of(1, calls);
  for (i = 0; i < batches; ++i) { /* in turn, so that both meet the same machine */
    bare[i] = hand_over(calls);
    threaded[i] = calls_of(1, calls);
    inside[i] = calls_of(0, calls);
  }
  {
    const double peer = median(bare, batches);
    const double mine = median(threaded, batches);
    printf(
        "{\"calls\":%d,\"batches\":%d,\"hand_over_us\":%.2f,\"call_us\":%.2f,\"ratio\":%.2f,\"call_without_"
        "thread_us\":%.2f}\n",
        calls, batches, peer, mine, mine / peer, median(inside, batches));
  }
  free(bare);
  free(threaded);
  free(inside);
  return 0;
}
