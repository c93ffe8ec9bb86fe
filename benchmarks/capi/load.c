/* What a program pays for having the library: size, time to load it and open an engine, memory when idle. Each sample is a
 * process of its own that did not have the library before.
 *
 *   bench_capi_load LIBRARY [samples]     LIBRARY: stripped, as packages carry it; default 21 samples, medians */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <shipflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct sample {
  double load_ms; /* dlopen with all symbols */
  double open_ms; /* store and engine */
  double rss_mib; /* of the process, when the engine has nothing to do */
  double anonymous_mib;
} sample;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double status_mib(const char* name) {
  FILE* in = fopen("/proc/self/status", "r");
  char line[256];
  double out = -1;
  while (in != NULL && fgets(line, sizeof line, in) != NULL)
    if (strncmp(line, name, strlen(name)) == 0) out = atof(line + strlen(name)) / 1024;
  if (in != NULL) (void)fclose(in);
  return out;
}

typedef shipflow_status (*memory_fn)(shipflow_store**, shipflow_error**);
typedef shipflow_status (*new_fn)(const shipflow_engine_options*, shipflow_store*, shipflow_engine**,
                                  shipflow_error**);
typedef shipflow_status (*next_fn)(shipflow_engine*, int32_t, shipflow_event**, shipflow_error**);

static void* function(void* library, const char* name) {
  void* out = dlsym(library, name);
  if (out == NULL) exit(2);
  return out;
}

/* In the child: measures and writes one sample. */
static void measure(const char* path, int to) {
  sample s;
  shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
  shipflow_store* store = NULL;
  shipflow_engine* engine = NULL;
  shipflow_event* event = NULL;
  const double begin = now_ms();
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const double loaded = now_ms();
  memory_fn memory;
  new_fn make;
  next_fn next;
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  *(void**)&memory = function(library, "shipflow_store_memory");
  *(void**)&make = function(library, "shipflow_engine_new");
  *(void**)&next = function(library, "shipflow_engine_next");
  o.threads = 1;
  if (memory(&store, NULL) != SHIPFLOW_OK || make(&o, store, &engine, NULL) != SHIPFLOW_OK) exit(3);
  s.load_ms = loaded - begin;
  s.open_ms = now_ms() - loaded;
  (void)next(engine, 200, &event, NULL);
  s.rss_mib = status_mib("VmRSS:");
  s.anonymous_mib = status_mib("RssAnon:");
  _exit(write(to, &s, sizeof s) == sizeof s ? 0 : 1);
}

static int by_number(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

int main(int argc, char** argv) {
  const int samples = argc > 2 ? atoi(argv[2]) : 21;
  double* all[4];
  struct stat file;
  int i, k;
  if (argc < 2 || stat(argv[1], &file) != 0)
    return fputs("usage: bench_capi_load LIBRARY [samples]\n", stderr), 2;
  for (k = 0; k < 4; ++k) all[k] = calloc((size_t)samples, sizeof **all);
  for (i = 0; i < samples; ++i) {
    int ends[2];
    sample s;
    int status;
    pid_t child;
    if (pipe(ends) != 0) return 1;
    child = fork();
    if (child == 0) measure(argv[1], ends[1]);
    (void)close(ends[1]);
    if (read(ends[0], &s, sizeof s) != sizeof s) return fputs("a sample failed\n", stderr), 1;
    (void)close(ends[0]);
    (void)waitpid(child, &status, 0);
    all[0][i] = s.load_ms;
    all[1][i] = s.open_ms;
    all[2][i] = s.rss_mib;
    all[3][i] = s.anonymous_mib;
  }
  for (k = 0; k < 4; ++k) qsort(all[k], (size_t)samples, sizeof **all, by_number);
  printf(
      "{\"samples\":%d,\"size_mib\":%.2f,\"load_ms\":%.2f,\"open_ms\":%.2f,\"load_and_open_ms\":%.2f,"
      "\"idle_rss_mib\":%.1f,\"idle_anonymous_mib\":%.1f}\n",
      samples, (double)file.st_size / 1048576, all[0][samples / 2], all[1][samples / 2],
      all[0][samples / 2] + all[1][samples / 2], all[2][samples / 2], all[3][samples / 2]);
  for (k = 0; k < 4; ++k) free(all[k]);
  return 0;
}
