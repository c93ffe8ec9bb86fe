/* shipflow: the C interface for applications.
 *
 * A release plan is data: shipflow compiles it to a graph of reversible steps, carries it out as a durable
 * run, watches health, and puts everything back when it goes wrong. This header is what a program in C, or a
 * binding of another language, needs to do all of that. shipflow_provider.h adds tables of functions for
 * hosts that would rather be called than ask.
 *
 * A program in the order in which things happen:
 *
 *   shipflow_engine_options o = SHIPFLOW_ENGINE_OPTIONS_INIT;
 *   shipflow_engine_new(&o, store, &engine, &err);          what carries runs out
 *   shipflow_engine_add_builtin(engine, ...);               providers and probes that come with shipflow
 *   shipflow_engine_add_provider(engine, ...);              and those of the host
 *   shipflow_document_load(path, &document, &err);          text to a tree with places
 *   shipflow_plan_compile(engine, ..., &plan, &err);        the graph, an immutable value
 *   shipflow_engine_start(engine, plan, ..., &run, &err);   durable when it returns
 *   while (shipflow_engine_next(engine, 1000, &event, &err) == SHIPFLOW_OK) ...
 *
 * Delivery. shipflow never calls host code on a thread that the host did not lend: the host pulls events
 * with shipflow_engine_next, and a file descriptor says when. What a host-written provider, probe, metric
 * source, secret resolver or approval policy has to do arrives as an event with a call, and is finished once,
 * from any thread, at any later time.
 *
 * Threads. With `threads` = 1 an engine works on a thread of its own; every function may then be called from
 * any thread. With `threads` = 0 everything happens inside the functions of this header, and the caller
 * serialises calls about one engine. Functions marked "any thread" may be called from any thread in both
 * modes, also at once. Plans, documents, errors, buffers and stores are immutable or lock by themselves: any
 * thread.
 *
 * Ownership. Every handle is freed once by its function `_free`, in any order: what is still needed lives on.
 * Freeing NULL does nothing. "borrowed for the call" means that shipflow keeps no pointer after the function
 * returned; "borrowed until X is freed" names the owner; "returned" means that the caller frees it. An output
 * is set to NULL (or zero) when a function fails.
 *
 * Text. All text is UTF-8 and given as pointer and length. A view {NULL, 0} means "absent". Invalid UTF-8 is
 * SHIPFLOW_INVALID_ARGUMENT.
 *
 * Errors. Every function that can fail returns a status and takes an optional `shipflow_error **err` as last
 * parameter: NULL when the caller does not care, else the address of a pointer that receives an error which
 * the caller frees. Any function can return SHIPFLOW_INVALID_ARGUMENT (a NULL or wrong handle, bad JSON),
 * SHIPFLOW_NO_MEMORY, SHIPFLOW_FORKED and SHIPFLOW_INTERNAL; others are listed with the function. Branch on
 * the status, never on the message. Statuses and event kinds may grow: keep a default branch.
 *
 * Structs. Those that are not opaque begin with their own size in bytes, set by an _INIT macro. Zero is the
 * default of every field. A larger struct of a newer caller is accepted while the part that this library
 * does not know is zero, else SHIPFLOW_UNSUPPORTED.
 *
 * Processes. There is no init and no shutdown, no signal handler, no atexit handler and no state outside of
 * handles. After fork(2) the handles of the parent are refused in the child with SHIPFLOW_FORKED; freeing
 * them there releases memory only. All descriptors are close-on-exec.
 *
 * Versions. 0.x: may change with each minor version. Members of JSON bodies are added, never changed.
 */
#ifndef SHIPFLOW_H
#define SHIPFLOW_H

#include <stddef.h>
#include <stdint.h>

#if defined(SHIPFLOW_STATIC)
#define SHIPFLOW_API
#else
#define SHIPFLOW_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define SHIPFLOW_NOEXCEPT noexcept
extern "C" {
#else
#define SHIPFLOW_NOEXCEPT
#endif

/* ---- Version -------------------------------------------------------------------------------------- */

/** The ABI this header describes: major * 1000 + minor. While major is 0 both must match. */
#define SHIPFLOW_ABI_VERSION 1u

/** The ABI of the library that is loaded; compare with SHIPFLOW_ABI_VERSION. Any thread. Since 0.1. */
SHIPFLOW_API uint32_t shipflow_abi_version(void) SHIPFLOW_NOEXCEPT;

/** The version of the library, for example "0.1.0". Static, NUL-terminated. Any thread. Since 0.1. */
SHIPFLOW_API const char* shipflow_version_string(void) SHIPFLOW_NOEXCEPT;

/* ---- Status --------------------------------------------------------------------------------------- */

/** What came of a call. Values are never reused. */
typedef int32_t shipflow_status;

#define SHIPFLOW_OK 0
#define SHIPFLOW_INVALID_ARGUMENT 1 /**< the caller passed something that can never work */
#define SHIPFLOW_INVALID_DOCUMENT 2 /**< a plan, environment or release is wrong; the detail lists findings */
#define SHIPFLOW_NOT_FOUND 3        /**< the named run, step, file or program does not exist */
#define SHIPFLOW_ALREADY_EXISTS 4   /**< the name or id is taken */
#define SHIPFLOW_DENIED 5           /**< the principal may not do this, or a policy forbids it */
#define SHIPFLOW_CONFLICT 6         /**< somebody else changed the thing, holds its lock, or it has ended */
#define SHIPFLOW_FENCED 7           /**< the writer no longer owns the run; nothing was written */
#define SHIPFLOW_UNKNOWN_OUTCOME 8  /**< the effect may or may not have happened */
#define SHIPFLOW_UNAVAILABLE 9      /**< the other side did not answer; trying again may help */
#define SHIPFLOW_THROTTLED 10       /**< the other side asks to slow down */
#define SHIPFLOW_TIMEOUT 11         /**< the deadline passed */
#define SHIPFLOW_CANCELLED 12       /**< somebody asked to stop */
#define SHIPFLOW_UNSUPPORTED 13     /**< not built into this library */
#define SHIPFLOW_IO 14              /**< file, socket or disk trouble */
#define SHIPFLOW_CORRUPT 15         /**< stored data does not match its checksum, chain or format */
#define SHIPFLOW_NEWER_VERSION 16   /**< the store was written by a newer shipflow */
#define SHIPFLOW_SECRET_LEAK 17     /**< a value marked secret would have been written down */
#define SHIPFLOW_FAILED 18          /**< the thing ran and reported failure */
#define SHIPFLOW_INTERNAL 19        /**< a bug in shipflow; please report it */
#define SHIPFLOW_NO_MEMORY 20       /**< an allocation failed; documents and plans are unchanged */
#define SHIPFLOW_FORKED 21          /**< the handle belongs to the parent process */
#define SHIPFLOW_REENTRANT 22       /**< next, dispatch and free may not be called inside dispatch */
#define SHIPFLOW_FAULTED 23  /**< the engine's thread ended by an earlier failure; free it, and resume */
#define SHIPFLOW_HOST 24     /**< never made by shipflow: a failure of host code on its way back to it */
#define SHIPFLOW_DECLINED 25 /**< of a table's function: behave as if it were not there */

/** The symbolic name, for example "SHIPFLOW_NOT_FOUND"; "SHIPFLOW_UNKNOWN_STATUS" for others. Static,
 *  NUL-terminated. Any thread. Since 0.1. */
SHIPFLOW_API const char* shipflow_status_name(shipflow_status status) SHIPFLOW_NOEXCEPT;

/** Classes of statuses, for shipflow_status_is. */
#define SHIPFLOW_CLASS_RETRYABLE 1 /**< the same call may succeed later without any change by a person */
#define SHIPFLOW_CLASS_INPUT 2     /**< the caller has to change what it passes */

/** 1 when the status belongs to the class, else 0. The library knows statuses that an older binding does
 *  not. Any thread. Since 0.1. */
SHIPFLOW_API int32_t shipflow_status_is(shipflow_status status, int32_t status_class) SHIPFLOW_NOEXCEPT;

/* ---- Text, buffers, errors ------------------------------------------------------------------------ */

/** A view of UTF-8 text or JSON, not NUL-terminated. {NULL, 0} is "absent", {"", 0} is empty. */
typedef struct shipflow_str {
  const char* ptr;
  size_t len;
} shipflow_str;

/** The view of a string literal. */
#ifdef __cplusplus
#define SHIPFLOW_STR(literal) (::shipflow_str{literal, sizeof(literal) - 1})
#else
#define SHIPFLOW_STR(literal) ((shipflow_str){(literal), sizeof(literal) - 1})
#endif

/** Bytes that the library made and the caller owns. Immutable. */
typedef struct shipflow_buf shipflow_buf;

/** The bytes; a NUL byte follows them. Borrowed until the buffer is freed. {NULL, 0} for NULL.
 *  Any thread. Since 0.1. */
SHIPFLOW_API shipflow_str shipflow_buf_view(const shipflow_buf* buf) SHIPFLOW_NOEXCEPT;

/** Frees a buffer. Any thread. Since 0.1. */
SHIPFLOW_API void shipflow_buf_free(shipflow_buf* buf) SHIPFLOW_NOEXCEPT;

/** Why a call failed. Immutable. */
typedef struct shipflow_error shipflow_error;

/** The status that the failing call returned; SHIPFLOW_OK for NULL. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_error_status(const shipflow_error* err) SHIPFLOW_NOEXCEPT;

/** One line for people, with place and remedy: "plan.yaml:14:19 /stages/1/weight: 120 is above 100". Never
 *  a secret. Borrowed until the error is freed. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_str shipflow_error_message(const shipflow_error* err) SHIPFLOW_NOEXCEPT;

/** More for programs, a JSON object: {"place"?, "findings"?: [{"severity": "error"|"warning", "file", "line",
 *  "column", "pointer", "message"}]}; lines and columns count from 1, 0 is unknown. Borrowed until the error
 *  is freed. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_str shipflow_error_detail(const shipflow_error* err) SHIPFLOW_NOEXCEPT;

/** Frees an error. Any thread. Since 0.1. */
SHIPFLOW_API void shipflow_error_free(shipflow_error* err) SHIPFLOW_NOEXCEPT;

/* ---- JSON ------------------------------------------------------------------------------------------ */

/** One value of a JSON text, for programs without a JSON library: text as it is, without quotes and escapes,
 *  anything else as JSON. `pointer`: RFC 6901, for example "/inputs/text"; absent or empty: the whole. Both
 *  borrowed for the call, `*out` returned. Expected: SHIPFLOW_NOT_FOUND. Any thread. O(bytes). Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_json_at(shipflow_str json, shipflow_str pointer, shipflow_buf** out,
                                              shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Text as a JSON string, with its quotes and escapes. `text` borrowed for the call, `*out` returned. Any
 *  thread. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_json_quote(shipflow_str text, shipflow_buf** out,
                                                 shipflow_error** err) SHIPFLOW_NOEXCEPT;

/* ---- Documents ------------------------------------------------------------------------------------ */

/** A parsed YAML or JSON text in which every node knows its line and column. Immutable. */
typedef struct shipflow_document shipflow_document;

/** Parses text: YAML, or JSON when it begins with { or [. `file` names it in messages. Both borrowed for the
 *  call; `*out` returned. At most 4 MiB and 64 levels. Expected: SHIPFLOW_INVALID_DOCUMENT, with all
 *  findings in the detail. Any thread. O(bytes). Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_document_parse(shipflow_str text, shipflow_str file,
                                                     shipflow_document** out,
                                                     shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Reads and parses a file. `path` borrowed for the call; `*out` returned. Expected:
 *  SHIPFLOW_INVALID_DOCUMENT, also for a file that cannot be read. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_document_load(shipflow_str path, shipflow_document** out,
                                                    shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** The tree as JSON. `*out` returned. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_document_json(const shipflow_document* document, shipflow_buf** out,
                                                    shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Names of the environments in an environments document, a JSON array in its order. `*out` returned.
 *  Any thread. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_document_environments(const shipflow_document* document,
                                                            shipflow_buf** out,
                                                            shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Frees a document. Any thread. Since 0.1. */
SHIPFLOW_API void shipflow_document_free(shipflow_document* document) SHIPFLOW_NOEXCEPT;

/** JSON Schemas (draft 2020-12): `name` is "plan" or "environments"; borrowed for the call, `*out` returned.
 *  Expected: SHIPFLOW_NOT_FOUND. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_schema(shipflow_str name, shipflow_buf** out,
                                             shipflow_error** err) SHIPFLOW_NOEXCEPT;

/* ---- Stores --------------------------------------------------------------------------------------- */

/** Where runs are kept: journal, runs, locks, signals, samples. Any thread. */
typedef struct shipflow_store shipflow_store;

/** A store in memory, for programs that need not resume. `*out` returned. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_store_memory(shipflow_store** out,
                                                   shipflow_error** err) SHIPFLOW_NOEXCEPT;

#define SHIPFLOW_STORE_READ_ONLY 1u /**< look beside a living writer; changes are SHIPFLOW_DENIED */

/** Opens or creates a SQLite file, mode 0600; its directory must exist. `path` borrowed for the call, `*out`
 *  returned. `flags`: 0 or SHIPFLOW_STORE_READ_ONLY. Expected: SHIPFLOW_CONFLICT (another process is its
 *  writer, named by pid), SHIPFLOW_NEWER_VERSION (left untouched), SHIPFLOW_CORRUPT, SHIPFLOW_DENIED,
 *  SHIPFLOW_IO. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_store_open(shipflow_str path, uint32_t flags, shipflow_store** out,
                                                 shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Runs, newest first. `filter`: {"environment"?, "plan"?, "terminal"?: bool, "limit"?: 100}, or absent;
 *  borrowed for the call. `*out` returned: [{"id", "external_id", "plan", "plan_digest", "environment",
 *  "version", "principal", "status", "created_ms", "updated_ms", "finished_ms", "due_ms"|null, "reason"}].
 *  Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_store_runs(shipflow_store* store, shipflow_str filter,
                                                 shipflow_buf** out, shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** The facts of a run after revision `after_rev`, a JSON array of {"rev", "kind", "at", "step", "attempt",
 *  "body"}. `run` borrowed for the call, `*out` returned. Expected: SHIPFLOW_NOT_FOUND. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_store_facts(shipflow_store* store, shipflow_str run, int64_t after_rev,
                                                  shipflow_buf** out, shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** The state of a run folded from its facts, the same JSON object as shipflow_engine_look. `run` borrowed for
 *  the call, `*out` returned. Expected: SHIPFLOW_NOT_FOUND, SHIPFLOW_CORRUPT. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_store_look(shipflow_store* store, shipflow_str run, shipflow_buf** out,
                                                 shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Checks the hash chain of a run. `run` borrowed for the call, `*out` returned: {"facts", "head"}. Expected:
 *  SHIPFLOW_CORRUPT, naming the first fact that does not fit; SHIPFLOW_NOT_FOUND. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_store_verify(shipflow_store* store, shipflow_str run,
                                                   shipflow_buf** out,
                                                   shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Deletes what a store need not keep: of runs that ended longer ago than `policy` says. {"facts_ms"?: 90 days: their
 *  facts, samples and signals, "rows_ms"?: 365 days: their line in the history}, or absent; borrowed for the call.
 *  `*runs`, may be NULL: how many lost something. In small batches, between which others get their turn; blocks.
 *  Expected: SHIPFLOW_INVALID_ARGUMENT (a negative time, rows that go before their facts), SHIPFLOW_DENIED (read
 *  only), SHIPFLOW_IO. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_store_purge(shipflow_store* store, shipflow_str policy, int64_t now_ms,
                                                  int64_t* runs, shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Frees the handle; an engine that uses the store keeps it open. Since 0.1. */
SHIPFLOW_API void shipflow_store_free(shipflow_store* store) SHIPFLOW_NOEXCEPT;

/* ---- Engine --------------------------------------------------------------------------------------- */

/** Carries runs out. */
typedef struct shipflow_engine shipflow_engine;

/** Options of an engine. */
typedef struct shipflow_engine_options {
  uint32_t size;          /**< sizeof(shipflow_engine_options) */
  uint32_t threads;       /**< 0: works inside the host's calls; 1: on a thread of its own */
  uint32_t flags;         /**< SHIPFLOW_ENGINE_... */
  uint32_t calls_at_once; /**< calls to providers under way at once; 0: 64 */
  uint32_t queue_limit;   /**< events kept for a host that does not ask; 0: 65536. Beyond, events of kind
                                RUN are dropped, which the next one counts in "dropped" */
  uint32_t reserved;      /**< 0 */
  shipflow_str id;        /**< name of this engine in the store, never reused; absent: random. Borrowed for
                                the call */
  int64_t start_ms;       /**< virtual time: where the clock begins, milliseconds since 1970 */
  uint64_t seed;          /**< virtual time: of the random numbers */
} shipflow_engine_options;

#define SHIPFLOW_ENGINE_OPTIONS_INIT \
  { sizeof(shipflow_engine_options), 0, 0, 0, 0, 0, {NULL, 0}, 0, 0 }

/** The clock is virtual and jumps to the next timer when nothing else is to be done, never while a call is
 *  with the host. Needs `threads` = 0. For tests and what-if questions; built-in providers, which live in
 *  real time, are refused. */
#define SHIPFLOW_ENGINE_VIRTUAL_TIME 1u
/** Secrets are asked of the host: calls of kind SHIPFLOW_CALL_SECRET. Otherwise "env:NAME", "file:PATH" and
 *  secrets and parameters of AWS are read by the engine, with credentials and region of the process environment. */
#define SHIPFLOW_ENGINE_HOST_SECRETS 2u
/** Every approval is first shown to the host: calls of kind SHIPFLOW_CALL_POLICY. */
#define SHIPFLOW_ENGINE_HOST_POLICY 4u

/** Opens an engine on a store. `options` borrowed for the call, NULL: defaults. `store` is kept; its handle may
 *  be freed. One engine at a time works on a store; runs that a dead engine left are resumed by
 *  shipflow_engine_resume. `*out` returned. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_new(const shipflow_engine_options* options,
                                                 shipflow_store* store, shipflow_engine** out,
                                                 shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Adds what comes with shipflow. `name` and `options` (a JSON object or absent) borrowed for the call:
 *    "probes"   HTTP(S), TCP and command probes, and the provider `probe`. {"parallel"?: 32}
 *    "http"     the provider `http`. {}
 *    "gate"     the provider `gate`. {}
 *    "github"   the provider `github`. {}
 *    "command"  the provider `command`. {"state_directory": absolute path, "keeper"?: program,
 *               "environment"?: {name: value}, "programs"?: [name]}
 *    "local"    the provider `local` with its metrics and probes. {"state_directory": absolute path,
 *               "keeper"?: program, "environment"?: {name: value}}
 *    "notifiers" messages to Slack, webhooks, commands and GitHub (message.hpp). {}
 *    "sources"  the metric sources `prometheus`, `http` and `cloudwatch`. {"aws"?: {"profile"?, "region"?,
 *               "endpoint_url"?, "ca_file"?}}; the rest of AWS's settings is found as their tools find it
 *    "aws"      the providers `aws`, `ecs`, `site`, `rds`, `cloudfront` and `cloudformation`, messages through SNS and
 *               SES, and probes of CloudWatch's alarms. {"profile"?, "region"?, "endpoint_url"?, "ca_file"?}
 *  Before runs start. Expected: SHIPFLOW_NOT_FOUND (no such name), SHIPFLOW_ALREADY_EXISTS,
 *  SHIPFLOW_UNSUPPORTED (virtual time). Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_add_builtin(shipflow_engine* engine, shipflow_str name,
                                                         shipflow_str options,
                                                         shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Adds a provider that the host serves by calls of kind SHIPFLOW_CALL_ACTION. `name` is the prefix of its
 *  actions in plans. `actions`: [{"name", "version"?: 1, "repeat"?: "set_value"|"token"|"compare_and_set"|
 *  "creates", "undo"?: "reversible"|"forward_only"|"destructive"|"irreversible", "rank"?: "service"|"traffic"|
 *  "database"|"cleanup", "help"?, "inputs"?: [{"name", "type", "required"?, "sensitive"?, "help"?,
 *  "ranges"?: [[least, most]]}], "outputs"?: [same], "resources"?: [template], "tells_ready"?: false,
 *  "call_timeout_ms"?: 30000, "timeout_ms"?: 600000}]; what each means: provider.hpp. Both borrowed for the call. Before runs start. Expected:
 *  SHIPFLOW_ALREADY_EXISTS. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_add_provider(shipflow_engine* engine, shipflow_str name,
                                                          shipflow_str actions,
                                                          shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Adds kinds of probes that the host serves by calls of kind SHIPFLOW_CALL_PROBE. `kinds`: JSON array of
 *  names, borrowed for the call. Before runs start. Expected: SHIPFLOW_ALREADY_EXISTS. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_add_probes(shipflow_engine* engine, shipflow_str kinds,
                                                        shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Adds metric sources that the host serves by calls of kind SHIPFLOW_CALL_METRICS. `names`: JSON array of
 *  names, borrowed for the call. Before runs start. Expected: SHIPFLOW_ALREADY_EXISTS. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_add_metrics(shipflow_engine* engine, shipflow_str names,
                                                         shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Adds kinds of channels (`channels: { x: { host: KIND, with: {} } }` of an environment) whose messages the host
 *  carries, by calls of kind SHIPFLOW_CALL_MESSAGE. `kinds`: JSON array of names, borrowed for the call. Before runs start.
 *  Expected: SHIPFLOW_ALREADY_EXISTS. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_add_notifiers(shipflow_engine* engine, shipflow_str kinds,
                                                           shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Checks that a provider of the host keeps the contract of provider.hpp, for those who write one; the target is
 *  really changed, and put back where it can be. `name`: of a provider added before. `trials`: [{"action", "target"?:
 *  {}, "inputs"?: {}, "secrets"?: [text that no answer may hold], "patience_ms"?: 30000}]; each must succeed from the
 *  state the target is in. Both borrowed for the call. The calls arrive as any others; at the end comes an event of
 *  kind SHIPFLOW_EVENT_CHECKED: {"provider", "kept": [{"rule", "action", "what"}], "broken": [same], "skipped":
 *  [same]}; the rules: provider_suite.hpp. Expected: SHIPFLOW_NOT_FOUND. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_check_provider(shipflow_engine* engine, shipflow_str name,
                                                            shipflow_str trials,
                                                            shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Asks every call under way to end and starts nothing new; runs stay resumable. Events go on until calls
 *  have been finished. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_stop(shipflow_engine* engine,
                                                  shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Frees an engine. Its thread is joined, calls of the host may still be finished afterwards. Refused (nothing
 *  happens) inside dispatch. Since 0.1. */
SHIPFLOW_API void shipflow_engine_free(shipflow_engine* engine) SHIPFLOW_NOEXCEPT;

/* ---- Plans ---------------------------------------------------------------------------------------- */

/** A compiled plan: a graph of reversible steps, named by its digest. Immutable. */
typedef struct shipflow_plan shipflow_plan;

/** Compiles a plan for one environment and one release, with the providers added to the engine so far.
 *  `request`, borrowed for the call: {"environment": name, "release": {"version", "commit"?, "images"?, "notes"?,
 *  ...}, "parameters"?: {}, "variables"?: {NAME: value}}. `variables` stand for the process environment in
 *  references; without the member the environment of this process is read. `*out` returned. Expected:
 *  SHIPFLOW_INVALID_DOCUMENT, with all findings in the detail. O((steps + edges) log steps). Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_plan_compile(shipflow_engine* engine,
                                                   const shipflow_document* plan_document,
                                                   const shipflow_document* environments,
                                                   shipflow_str request, shipflow_plan** out,
                                                   shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** A plan from what shipflow_plan_json gave; the digest is the same. `text` borrowed for the call, `*out`
 *  returned. Expected: SHIPFLOW_CORRUPT. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_plan_from_json(shipflow_str text, shipflow_plan** out,
                                                     shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** The plan in a form: "json" (canonical), "table" (aligned, for people), "mermaid" (a flowchart), "warnings"
 *  (a JSON array of lines). `form` borrowed for the call, `*out` returned. Expected: SHIPFLOW_NOT_FOUND.
 *  Any thread. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_plan_print(const shipflow_plan* plan, shipflow_str form,
                                                 shipflow_buf** out, shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** The digest that names the plan, "sha256:..." . Borrowed until the plan is freed. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_str shipflow_plan_digest(const shipflow_plan* plan) SHIPFLOW_NOEXCEPT;

/** Plays the plan in virtual time, with a fault at every step, against models of its providers, and checks
 *  everything that must hold; nothing is touched. `options`, borrowed for the call: {"mode"?: "exhaustive"|"swarm"|
 *  "single", "seed"?: 1, "runs"?: 1000 (of a swarm), "faults"?: ["STEP:KIND"], "watch_ms"?: length of watches in
 *  place of the plan's}, or absent. `*out` returned: the report as documented at to_json in rehearsal.hpp;
 *  "violations" is empty when all is well. Works on the calling thread, for seconds. Expected:
 *  SHIPFLOW_INVALID_ARGUMENT, SHIPFLOW_UNSUPPORTED (the undisturbed run does not reach its end). Any thread.
 *  Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_plan_rehearse(const shipflow_plan* plan, shipflow_str options,
                                                    shipflow_buf** out,
                                                    shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Frees a plan. Any thread. Since 0.1. */
SHIPFLOW_API void shipflow_plan_free(shipflow_plan* plan) SHIPFLOW_NOEXCEPT;

/* ---- Runs ----------------------------------------------------------------------------------------- */

/** Makes a run durable and begins it. `options`, borrowed for the call: {"principal": "user:alice", "groups"?:
 *  ["group:qa"], "reason"?, "external_id"?: a second start with the same one gives the first run's id,
 *  "start_at_ms"?: it begins no sooner, and waits in the store, "override"?: why the calendar is not asked,
 *  "emergency"?: why steps marked `skippable` are skipped, "hotfix"?: why it need not have proved itself
 *  elsewhere; what each means and who may: engine.hpp}.
 *  `*run` returned: the id. Expected: SHIPFLOW_DENIED, SHIPFLOW_CONFLICT (the environment is held by another
 *  run, named), SHIPFLOW_IO. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_start(shipflow_engine* engine, const shipflow_plan* plan,
                                                   shipflow_str options, shipflow_buf** run,
                                                   shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Adopts what a dead engine left in the store and begins to carry out runs that are due. `*runs`, may be
 *  NULL: how many were adopted. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_resume(shipflow_engine* engine, int64_t* runs,
                                                    shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Says something to a run; durable when it returns, what it means the run decides (follow its events). `what`:
 *  {"name": "approve"|"reject"|"tick"|"pause"|"resume"|"cancel"|"rollback"|"retry"|"skip", "principal",
 *  "groups"?, "id"?: a repeat of the same id changes nothing, "body"?: {"step"?, "reason"?, "item"?,
 *  "component"?, "plan_digest"?}}. Both borrowed for the call. Expected: SHIPFLOW_NOT_FOUND, SHIPFLOW_CONFLICT
 *  (the run has ended). Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_say(shipflow_engine* engine, shipflow_str run, shipflow_str what,
                                                 shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** The state of a run: {"run", "plan", "plan_digest", "environment", "version", "phase", "paused", "parked",
 *  "command", "reason", "steps": [{"id", "status", "attempt", "why", "began", "ended"}], "guards", "questions",
 *  "undo", "ended": bool}. `run` borrowed for the call, `*out` returned. Expected: SHIPFLOW_NOT_FOUND.
 *  Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_look(shipflow_engine* engine, shipflow_str run,
                                                  shipflow_buf** out, shipflow_error** err) SHIPFLOW_NOEXCEPT;

/* ---- Events --------------------------------------------------------------------------------------- */

/** Something that happened, or something the host is asked to do. */
typedef struct shipflow_event shipflow_event;

/** What an event is. */
typedef uint32_t shipflow_event_kind_t;
#define SHIPFLOW_EVENT_RUN 1u     /**< of a run: a fact became durable, progress, a sample, trouble */
#define SHIPFLOW_EVENT_CALL 2u    /**< a call for the host: shipflow_event_call */
#define SHIPFLOW_EVENT_ENDED 3u   /**< a run is terminal: {"run", "phase", "reason"}; only messages follow */
#define SHIPFLOW_EVENT_CHECKED 4u /**< the report that shipflow_engine_check_provider leads to */

/** The next event, waiting for it at most `timeout_ms` milliseconds (0: not at all, -1: for ever). `*out`
 *  returned, NULL when none came in time. With `threads` = 0 this is where the work is done. Expected:
 *  SHIPFLOW_REENTRANT, SHIPFLOW_FAULTED. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_next(shipflow_engine* engine, int32_t timeout_ms,
                                                  shipflow_event** out,
                                                  shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** A descriptor that is readable while shipflow_engine_next(engine, 0, ...) is worth calling, for poll and
 *  other loops; owned by the engine, only to be waited on. -1 for a wrong handle. With `threads` = 0 a timer
 *  does not make it readable: wait no longer than shipflow_engine_wait_ms. Any thread. Since 0.1. */
SHIPFLOW_API int shipflow_engine_fd(const shipflow_engine* engine) SHIPFLOW_NOEXCEPT;

/** Milliseconds until shipflow_engine_next wants to be called although the descriptor is quiet; -1: not
 *  before the descriptor is readable (always with `threads` = 1). Since 0.1. */
SHIPFLOW_API int64_t shipflow_engine_wait_ms(shipflow_engine* engine) SHIPFLOW_NOEXCEPT;

/** Makes a waiting shipflow_engine_next return without an event, or the next one not wait. Any thread, also
 *  from a signal handler. Since 0.1. */
SHIPFLOW_API void shipflow_engine_wakeup(shipflow_engine* engine) SHIPFLOW_NOEXCEPT;

/** The engine's time, milliseconds since 1970: the system's, or the virtual one. Since 0.1. */
SHIPFLOW_API int64_t shipflow_engine_now_ms(shipflow_engine* engine) SHIPFLOW_NOEXCEPT;

/** Messages that could be sent now: under way, or due and not tried yet; -1 for a wrong handle. Who ends a program
 *  while there are some leaves them in the store to the next engine on it. Since 0.1. */
SHIPFLOW_API int64_t shipflow_engine_unsent(shipflow_engine* engine) SHIPFLOW_NOEXCEPT;

/** What the event is; 0 for NULL. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_event_kind_t shipflow_event_kind(const shipflow_event* event) SHIPFLOW_NOEXCEPT;

/** The event as a JSON object. RUN: {"sequence", "run", "event": "fact"|"progress"|"sample"|"trouble"|"lost"|
 *  "message", ...} as documented in engine.hpp; CALL: the call's body; with "dropped": n when n events before it were
 *  dropped. Borrowed until the event is freed. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_str shipflow_event_body(const shipflow_event* event) SHIPFLOW_NOEXCEPT;

/** The run that the event is about, or empty. Borrowed until the event is freed. Any thread. Since 0.1. */
SHIPFLOW_API shipflow_str shipflow_event_run(const shipflow_event* event) SHIPFLOW_NOEXCEPT;

/** Frees an event. A call that was not taken out of it is dropped. Any thread. Since 0.1. */
SHIPFLOW_API void shipflow_event_free(shipflow_event* event) SHIPFLOW_NOEXCEPT;

/* ---- Calls ---------------------------------------------------------------------------------------- */

/** Something for the host to do. Finished exactly once, by any thread, any time later, also after the engine is
 *  gone (the answer is dropped then). Any thread. */
typedef struct shipflow_call shipflow_call;

/** What a call asks for, what its body holds and what an answer may be.
 *  ACTION  {"provider", "action", "verb": "observe"|"apply"|"settle"|"resolve"|"undo"|"diagnose"|"ready", "run",
 *           "step", "environment", "component", "effect_key", "attempt", "deadline_ms", "timeout_ms", "target",
 *           "inputs" (secrets resolved), "baseline", "handle"}. "ready" only for actions that say "tells_ready".
 *           Answer:
 *           {"kind": "done"|"started"|"progress"|"not_applied"|"unknown"|"failed"|"conflict", "value"?: any,
 *            "percent"?: -1..100, "text"?, "look_again_ms"?, "status"?: a status number, "message"?}.
 *           What each verb and answer means: provider.hpp
 *  PROBE   {"kind", "name", "spec", "target", "environment", "component", "deadline_ms"}. Answer:
 *           {"outcome": "pass"|"fail"|"unavailable", "text"?, "latency_ms"?, "details"?: {}}
 *  METRICS {"source", "metric", "series": [name], "arm", "spec", "target", "environment", "component", "version",
 *           "from_ms", "until_ms", "deadline_ms"}. Answer: {"kind"?: "counter"|"gauge"|"delta", "readings": [number |
 *           null (missing) | {"state": "value"|"empty"|"missing"|"invalid", "number"?, "why"?, "buckets"?:
 *           [[upper | null (no bound), count]], "instances"?: {name: number}}]} or {"why": text}: unavailable.
 *           What each means: probe.hpp
 *  SECRET  {"source"}. Answer: {"value": text}
 *  MESSAGE {"kind", "id", "moment", "run", "channel", "at", "text", "pieces": [["words"|"value", text]], "values":
 *           {name: text}, "spec" (the channel's `with`, secrets resolved), "attempt", "deadline_ms"}. The same id may
 *           come again. Answer: {"outcome": "delivered"|"again"|"refused", "why"?, "not_before_ms"?}. What each
 *           means: message.hpp
 *  POLICY  {"run", "step", "principal", "groups", "name": "approve"|"reject", "body", "plan_digest"}. Answer:
 *           {"allow": bool, "why"?} */
typedef uint32_t shipflow_call_kind_t;
#define SHIPFLOW_CALL_ACTION 1u
#define SHIPFLOW_CALL_PROBE 2u
#define SHIPFLOW_CALL_METRICS 3u
#define SHIPFLOW_CALL_SECRET 4u
#define SHIPFLOW_CALL_POLICY 5u
#define SHIPFLOW_CALL_MESSAGE 6u

/** Takes the call out of an event. Returned to the caller, who frees it; NULL for other events, or when it was
 *  taken before. Since 0.1. */
SHIPFLOW_API shipflow_call* shipflow_event_call(shipflow_event* event) SHIPFLOW_NOEXCEPT;

/** What the call asks for; 0 for NULL. Since 0.1. */
SHIPFLOW_API shipflow_call_kind_t shipflow_call_kind(const shipflow_call* call) SHIPFLOW_NOEXCEPT;

/** The call as a JSON object, see shipflow_call_kind_t. It may hold secrets: do not log it. Borrowed until the
 *  call is freed. Since 0.1. */
SHIPFLOW_API shipflow_str shipflow_call_body(const shipflow_call* call) SHIPFLOW_NOEXCEPT;

/** 1 when the answer is no longer wanted (cancelled, or past its deadline). Finishing is still required. When it
 *  becomes 1 the descriptor is readable and shipflow_engine_next returns, without an event if there is none.
 *  Since 0.1. */
SHIPFLOW_API int32_t shipflow_call_cancelled(const shipflow_call* call) SHIPFLOW_NOEXCEPT;

/** A number of the host's that travels with the call, 0 at first. Since 0.1. */
SHIPFLOW_API void shipflow_call_set_user(shipflow_call* call, uintptr_t user) SHIPFLOW_NOEXCEPT;
SHIPFLOW_API uintptr_t shipflow_call_user(const shipflow_call* call) SHIPFLOW_NOEXCEPT; /**< Since 0.1. */

/** Answers a call, once. `answer`: a JSON object as documented at shipflow_call_kind_t, borrowed for the call. The
 *  handle stays valid until it is freed. Expected: SHIPFLOW_CONFLICT (finished already; nothing changes),
 *  SHIPFLOW_INVALID_ARGUMENT (the answer cannot be read; the call is still open). Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_call_finish(shipflow_call* call, shipflow_str answer,
                                                  shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Answers a call with a failure of the host's own code: an action has failed with this status (unknown when the
 *  status is SHIPFLOW_UNKNOWN_OUTCOME), a probe or source is unavailable, a secret is not there, a policy refuses, a
 *  message is tried again. `message` borrowed for the call. Expected: SHIPFLOW_CONFLICT. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_call_fail(shipflow_call* call, shipflow_status status,
                                                shipflow_str message, shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Frees a call. One that was not finished is answered as lost: an action is unknown and looked at again, a probe or
 *  source is unavailable, a secret is not there, a policy refuses, a message is tried again. Since 0.1. */
SHIPFLOW_API void shipflow_call_free(shipflow_call* call) SHIPFLOW_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
