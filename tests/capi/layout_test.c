/* The layout of every struct that crosses the interface, as 0.1 has it on 64-bit machines. */
#include "check.h"

#include <shipflow_provider.h>
#include <stddef.h>

#define AT(type, member, offset) CHECK(offsetof(type, member) == (offset))

int main(void) {
  CHECK(sizeof(void*) == 8);
  CHECK(sizeof(shipflow_str) == 16);
  AT(shipflow_str, ptr, 0);
  AT(shipflow_str, len, 8);
  CHECK(sizeof(shipflow_engine_options) == 56);
  AT(shipflow_engine_options, size, 0);
  AT(shipflow_engine_options, threads, 4);
  AT(shipflow_engine_options, flags, 8);
  AT(shipflow_engine_options, calls_at_once, 12);
  AT(shipflow_engine_options, queue_limit, 16);
  AT(shipflow_engine_options, reserved, 20);
  AT(shipflow_engine_options, id, 24);
  AT(shipflow_engine_options, start_ms, 40);
  AT(shipflow_engine_options, seed, 48);
  CHECK(sizeof(shipflow_provider_table) == 72);
  AT(shipflow_provider_table, apply, 8);
  AT(shipflow_provider_table, size, 0);
  AT(shipflow_provider_table, reserved, 4);
  AT(shipflow_provider_table, observe, 16);
  AT(shipflow_provider_table, settle, 24);
  AT(shipflow_provider_table, resolve, 32);
  AT(shipflow_provider_table, undo, 40);
  AT(shipflow_provider_table, diagnose, 48);
  AT(shipflow_provider_table, destroy, 56);
  AT(shipflow_provider_table, ready, 64);
  CHECK(sizeof(shipflow_status) == 4 && sizeof(shipflow_event_kind_t) == 4);
  return done("capi layout");
}
