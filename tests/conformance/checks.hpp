// The parts of the suite; each check gets a store of its own.
#pragma once

#include <shipflow/store.hpp>

#include <vector>

namespace shipflow::conformance {

struct check {
  const char* name;
  void (*run)(store&);
};

std::vector<check> run_checks();
std::vector<check> claim_checks();
std::vector<check> commit_checks();
std::vector<check> lock_checks();
std::vector<check> signal_checks();
std::vector<check> retention_checks();
std::vector<check> message_checks();

}  // namespace shipflow::conformance
