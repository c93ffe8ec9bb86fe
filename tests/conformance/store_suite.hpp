// What every store must do, as one function for the author of a store to call from a doctest case.
#pragma once

#include <shipflow/store.hpp>

#include <functional>
#include <memory>

namespace shipflow::conformance {

/// Makes a fresh, empty store. Called once for each check.
using store_factory = std::function<std::unique_ptr<store>()>;

/// Runs every check; a broken promise fails a doctest assertion that names it.
void run_store_conformance(const store_factory& make_store);

}  // namespace shipflow::conformance
