// The `gate` provider: reads a report that a tool wrote and holds the release up when it is not good enough
// (gate.hpp says which reports and which bounds). The step `gate:` of a plan is its action `check`.
//
//   check  {file, kind, [bounds], [directory], [missing], [none_ran]}
//     file       path of the report; relative to `directory`, else to where the engine runs
//     kind       junit, cobertura, lcov, sarif, k6, locust or json
//     bounds     { number: bound }
//     missing    fail (the usual) or pass: what a file that is not there means
//     none_ran   fail (the usual) or pass: what it means that tests were all skipped or none was there
//
// Outputs: state (passed or skipped), text, numbers {name: number}. It changes nothing and can be repeated.
// A file is read inside the call, 32 MiB at most. A report that cannot be read fails the step; it is never
// a pass.
#pragma once

#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// Stateless; any thread.
[[nodiscard]] std::shared_ptr<provider> make_gate_provider();

}  // namespace v1
}  // namespace shipflow
