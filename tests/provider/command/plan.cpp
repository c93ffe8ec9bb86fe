// Tasks as the plan compiler sees them.
#include "provider/command/support.hpp"

#include <shipflow/plan.hpp>

using namespace shipflow;
using namespace shipflow::test;

namespace {

variable_sources no_sources() {
  return {[](const std::string&) { return std::optional<std::string>(); },
          [](const std::string&) { return result<std::string>(make_error(errc::not_found, "none")); }};
}

}  // namespace

TEST_CASE("provider/command: a plan gives a task any input, unless the environment says which") {
  const commands_fixture place;
  const auto p = place.open();
  const auto findings_of = [&](const std::string& inputs) {
    diagnostics out;
    const auto plan_tree = parse_document(
        "shipflow: 1\nplan: p\ncomponents: { database: {} }\nsteps:\n"
        "  - { id: m, action: database.migrate, with: { to: \"${release.schema}\", keep: 3 } }\n",
        "plan.yaml", out);
    const auto places = parse_document(
        "shipflow: 1\nenvironments:\n  local:\n    bind:\n      database:\n        provider: command\n"
        "        tasks: { migrate: { command: [./migrate]" +
            inputs + " } }\n",
        "environments.yaml", out);
    release_info release;
    release.version = "1.5.0";
    release.extra = {{"schema", "0002"}};
    const auto catalogue = make_catalogue({p.get()}, {}, {});
    const auto compiled =
        compile(read_plan(plan_tree, out), read_environment(places, "local", no_sources(), out), release, {},
                *catalogue, out);
    if (!out.has_errors()) {
      CHECK(compiled.steps.front().inputs.at("to") == "0002");
      CHECK(compiled.steps.front().inputs.at("keep") == 3);
    }
    return out.text();
  };
  CHECK(findings_of("") == "");
  CHECK(findings_of(", inputs: { to: {}, keep: { type: integer } }") == "");
  CHECK(findings_of(", inputs: { to: {} }").find("has no input `keep`") != std::string::npos);
}
