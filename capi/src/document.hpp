#pragma once

#include "handle.hpp"

#include <shipflow/document.hpp>

struct shipflow_document : shipflow_c::handle {
  static constexpr auto kind = shipflow_c::mark::document;
  explicit shipflow_document(shipflow::document d) : handle(kind), tree(std::move(d)) {}
  shipflow::document tree;
};
