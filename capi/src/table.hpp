// Providers served by a table of functions.
#pragma once

#include "handle.hpp"

#include <map>
#include <memory>
#include <shipflow_provider.h>
#include <string>

namespace shipflow_c {

/// A table with what it is called with; `destroy` runs when the last owner is gone.
class table {
 public:
  table(const shipflow_provider_table* given, std::uintptr_t self);
  ~table();
  table(const table&) = delete;
  table& operator=(const table&) = delete;

  /// Throws `failure` when the table cannot be used.
  void check() const;
  /// Hands a call to the function of its verb, or answers for one that is not there.
  void serve(std::unique_ptr<shipflow_call> call) const;

 private:
  shipflow_provider_table functions_{};
  std::uintptr_t self_;
  std::string trouble_;
};

using table_map = std::map<std::string, std::shared_ptr<table>, std::less<>>;

}  // namespace shipflow_c
