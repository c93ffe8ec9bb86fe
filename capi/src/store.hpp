#pragma once

#include "handle.hpp"

#include <shipflow/store.hpp>

#include <memory>

struct shipflow_store : shipflow_c::handle {
  static constexpr auto kind = shipflow_c::mark::store;
  explicit shipflow_store(std::shared_ptr<shipflow::store> s) : handle(kind), keep(std::move(s)) {}
  std::shared_ptr<shipflow::store> keep;
};
