// The engine as this program embeds it: the built-in providers over one store.
#pragma once

#include "arguments.hpp"

#include <shipflow/control.hpp>
#include <shipflow/engine.hpp>
#include <shipflow/loop.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace program {

/// The store's file, its control socket and the providers' directory, from the options.
struct places {
  std::string store;
  std::string socket;
  std::string state;
};
[[nodiscard]] places places_of(const arguments& given);

/// The store beside its owner, if there is one. `not_found` names what to do where there is no store.
[[nodiscard]] shipflow::result<std::unique_ptr<shipflow::store>> open_to_read(const arguments& given);

struct host {
  shipflow::loop loop;
  std::vector<std::shared_ptr<shipflow::provider>> providers;
  std::shared_ptr<shipflow::store> store;
  std::unique_ptr<shipflow::engine> engine;
  std::shared_ptr<shipflow::control_server> control;
};

using observer = std::function<void(const shipflow::engine_event&)>;

/// An engine that owns the store and answers at its socket.
[[nodiscard]] shipflow::result<std::unique_ptr<host>> open_host(const places& at, observer seen);
/// An engine without a store of its own: for validating, printing and rehearsing, and with the providers'
/// real directory for looking.
[[nodiscard]] shipflow::result<std::unique_ptr<host>> open_dry_host(const std::string& state = {});

/// An engine that looks where `at` says and touches nothing; it has a store in memory.
[[nodiscard]] shipflow::result<std::unique_ptr<host>> open_shadow_host(const places& at, observer seen);

/// Who runs this program, or whom --as names.
[[nodiscard]] shipflow::identity speaker(const arguments& given);

}  // namespace program
