#include "conformance/store_suite.hpp"

#include "conformance/checks.hpp"
#include "conformance/printing.hpp"

namespace shipflow::conformance {

void run_store_conformance(const store_factory& make_store) {
  for (const auto part : {run_checks, claim_checks, commit_checks, lock_checks, signal_checks,
                          retention_checks, message_checks}) {
    for (const auto& check : part()) {
      INFO("store conformance: ", check.name);
      const auto fresh = make_store();
      REQUIRE(fresh != nullptr);
      check.run(*fresh);
    }
  }
}

}  // namespace shipflow::conformance
