// The record of a run, taken out of its store: whoever has the file can check it, without the store and
// without shipflow's word for it. With a signature (signature.hpp) it also says who took it out.
//
// The text is JSON lines:
//   {"shipflow_audit": 1, "run": ID, "facts": N, "head": HASH of the last fact}
//   {"plan": {...}}                       as compiled; the first fact names its digest
//   {"fact": {...}, "hash": HASH}         N times, in order; hash = chain(hash before, fact), fact.hpp
#pragma once

#include <shipflow/engine.hpp>

#include <string>
#include <string_view>

namespace shipflow {
inline namespace v1 {

/// Checks the chain while it reads. Errors: `not_found`, `corrupt`, `io`.
[[nodiscard]] result<std::string> export_audit(store& keep, const std::string& run);

struct exported_audit {
  std::string run;
  audit_result found;
};
/// Every hash, the number of facts, the head and the plan's digest. `corrupt` names the first line that does not
/// fit; `newer_version` for a format of a newer shipflow.
[[nodiscard]] result<exported_audit> verify_export(std::string_view text);

}  // namespace v1
}  // namespace shipflow
