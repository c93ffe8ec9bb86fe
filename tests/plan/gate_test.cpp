#include "compiling.hpp"

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

test::compiled with_gate(const std::string& gate) {
  return test::compile(
      "shipflow: 1\nplan: shop\nparameters: { wanted: 80% }\nsteps:\n  - { id: g, gate: " + gate + " }\n");
}

}  // namespace

TEST_CASE("plan/gate: a gate is a check of the gate provider, its bounds rendered") {
  const auto c = with_gate("{ file: coverage.xml, cobertura: { lines: \"${wanted}\" }, missing: pass }");
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  const auto& s = c.step("g");
  CHECK(s.provider == "gate");
  CHECK(s.action == "check");
  CHECK(s.title == "gate on cobertura coverage.xml");
  CHECK(s.undo == reversibility::forward_only);
  CHECK(canonical(s.inputs) ==
        R"({"bounds":{"lines":"80%"},"file":"coverage.xml","kind":"cobertura","missing":"pass"})");
}

TEST_CASE("plan/gate: what can never hold is refused when the plan is compiled") {
  CHECK(with_gate("{ file: a, cobertura: { line: 80% } }")
            .text()
            .find("does not have; it has lines, branches") != std::string::npos);
  CHECK(with_gate("{ file: a, lcov: { lines: 80 } }").text().find("must be written like 80%") !=
        std::string::npos);
  CHECK(with_gate("{ file: a, json: { /x: 3 } }").text().find("needs an operator") != std::string::npos);
  CHECK(with_gate("{ junit: { failures: 0 } }").findings.has_errors());
  CHECK(with_gate("{ file: a }").findings.has_errors());
  CHECK(with_gate("{ file: a, junit: {}, sarif: {} }").findings.has_errors());
  CHECK(with_gate("{ file: a, toml: {} }").findings.has_errors());
  CHECK(with_gate("{ file: a, junit: {}, missing: maybe }").findings.has_errors());
}
