/* shipflow: tables of functions, for hosts that would rather be called than ask.
 *
 * A provider is a table. Its functions are called by shipflow_engine_dispatch and nowhere else: inside that
 * call, on its thread. Each function gets a call that it owns, may return at once, and finishes the call later
 * from any thread (shipflow_call_finish, then shipflow_call_free). All functions of shipflow.h may be called
 * inside, but for shipflow_engine_next, shipflow_engine_dispatch and shipflow_engine_free.
 *
 * A function of a table must not throw or jump through shipflow.
 */
#ifndef SHIPFLOW_PROVIDER_H
#define SHIPFLOW_PROVIDER_H

#include "shipflow.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One verb of a provider. `self` is what was given with the table; `owned_call` is returned to the function, who
 *  frees it. The body says which action: shipflow_call_kind_t, ACTION. */
typedef void (*shipflow_verb_fn)(uintptr_t self, shipflow_call* owned_call);

/** The verbs of a provider; what they mean: provider.hpp. */
typedef struct shipflow_provider_table {
  uint32_t size;             /**< sizeof(shipflow_provider_table) */
  uint32_t reserved;         /**< 0 */
  shipflow_verb_fn apply;    /**< required */
  shipflow_verb_fn observe;  /**< NULL: there is nothing to put back, {} */
  shipflow_verb_fn settle;   /**< NULL: SHIPFLOW_UNSUPPORTED; needed when apply or undo answer "started" */
  shipflow_verb_fn resolve;  /**< NULL: unknown; the action's `repeat` decides what follows */
  shipflow_verb_fn undo;     /**< NULL: SHIPFLOW_UNSUPPORTED; needed for reversible actions */
  shipflow_verb_fn diagnose; /**< NULL: no evidence */
  void (*destroy)(uintptr_t self); /**< NULL, or called exactly once, after the last other function, also when
                                        adding the provider failed. On the thread that frees the engine */
} shipflow_provider_table;

#define SHIPFLOW_PROVIDER_TABLE_INIT \
  { sizeof(shipflow_provider_table), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/** Adds a provider served by a table. `name`, `actions`: as in shipflow_engine_add_provider, borrowed for the call.
 *  `table` borrowed for the call (its functions are kept), `self` handed to every function. Before runs start.
 *  Expected: SHIPFLOW_INVALID_ARGUMENT (no `apply`), SHIPFLOW_ALREADY_EXISTS. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_add_provider_table(shipflow_engine* engine, shipflow_str name,
                                                                shipflow_str actions,
                                                                const shipflow_provider_table* table,
                                                                uintptr_t self,
                                                                shipflow_error** err) SHIPFLOW_NOEXCEPT;

/** Takes every event that is no call of a table. `owned_event` is returned to the function, who frees it. */
typedef void (*shipflow_event_fn)(uintptr_t user, shipflow_event* owned_event);

/** Waits at most `timeout_ms` (0: not at all, -1: for ever) for an event, then handles up to `max` of them: calls of
 *  providers with a table go to their functions, everything else to `fn`. With `fn` NULL events are freed, and
 *  calls in them answered as lost. `*count`, may be NULL: how many were handled. Expected: SHIPFLOW_REENTRANT
 *  (inside dispatch), SHIPFLOW_FAULTED. Since 0.1. */
SHIPFLOW_API shipflow_status shipflow_engine_dispatch(shipflow_engine* engine, int32_t timeout_ms,
                                                      int32_t max, shipflow_event_fn fn, uintptr_t user,
                                                      int32_t* count, shipflow_error** err) SHIPFLOW_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
