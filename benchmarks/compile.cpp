// Parsing, validating and compiling plans, beside the YAML library's own parse to events.
// Target: a plan of 1,000 steps within twice the event parse plus 10 ms, and linear in steps.
#include <shipflow/plan.hpp>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace shipflow;

/// Takes the events and does nothing with them.
class no_events final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}
};

action_spec action(const std::string& name, std::vector<field_spec> inputs, std::vector<field_spec> outputs) {
  action_spec spec;
  spec.name = name;
  spec.inputs = std::move(inputs);
  spec.outputs = std::move(outputs);
  spec.resources = {name + ":${component}"};
  return spec;
}

/// Answers as the command and local providers do.
class offers final : public catalogue {
 public:
  result<std::vector<action_spec>> actions(const std::string& provider, const json::object&) const override {
    if (provider == "command")
      return std::vector{
          action("run", {{"command", "strings", true, false, ""}, {"env", "object", false, false, ""}},
                 {{"value", "any", true, false, ""}})};
    return std::vector{
        action("launch", {{"version", "string", true, false, ""}, {"colour", "string", false, false, ""}},
               {{"colour", "string", true, false, ""}}),
        action("shift", {{"weight", "integer", true, false, ""}, {"colour", "string", false, false, ""}}, {}),
        action("retire", {}, {})};
  }
  result<void> check_probe(const std::string&, const json::object&) const override { return {}; }
  result<void> check_metric(const metric_request&) const override { return {}; }
};

/// One step in ten is a blue-green release, the others are commands; each needs two before it.
std::string plan_of(int steps) {
  std::ostringstream out;
  out << "shipflow: 1\nplan: large\nparameters: { bake: 10m, tool: deploy }\ncomponents: [api]\nsteps:\n";
  for (int i = 0; i < steps; ++i) {
    out << "  - id: step-" << i << "\n";
    if (i > 1) out << "    needs: [step-" << i - 1 << ", step-" << i / 2 << "]\n";
    if (i % 10 == 9)
      out << "    blue_green: { component: api, version: \"${release.version}\", bake: \"${bake}\" }\n";
    else
      out << "    command: [\"${tool}\", --step, \"" << i << "\", --to, \"${environment.name}\"]\n"
          << "    env: { LEVEL: info, VERSION: \"${release.version}\" }\n";
    out << "    timeout: 10m\n";
  }
  return out.str();
}

constexpr const char* environments =
    "shipflow: 1\nenvironments:\n  local:\n    bind: { api: { provider: local, command: [./shop] } }\n";

using clock = std::chrono::steady_clock;

/// The quickest of several runs: everything else only adds to it.
template <class Work>
double milliseconds(Work work) {
  double best = 1e9;
  for (int i = 0; i < 9; ++i) {
    const auto begin = clock::now();
    work();
    best = std::min(best, std::chrono::duration<double, std::milli>(clock::now() - begin).count());
  }
  return best;
}

void parse_events(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  no_events events;
  while (parser.HandleNextDocument(events)) {
  }
}

struct figures {
  double parse = 0, whole = 0;
  std::size_t nodes = 0;
};

figures measure(const std::string& text, const environment& where) {
  figures f;
  release_info release;
  release.version = "1.5.0";
  f.parse = milliseconds([&] {
    diagnostics out;
    const auto tree = parse_document(text, "plan.yaml", out);
    if (out.has_errors()) std::cerr << out.text();
  });
  f.whole = milliseconds([&] {
    diagnostics out;
    const auto tree = parse_document(text, "plan.yaml", out);
    const auto document = read_plan(tree, out);
    const auto compiled = shipflow::compile(document, where, release, {}, offers{}, out);
    f.nodes = compiled.steps.size();
    if (out.has_errors()) std::cerr << out.text();
  });
  return f;
}

}  // namespace

int main() {
  diagnostics out;
  const variable_sources nothing{
      [](const std::string&) { return std::nullopt; },
      [](const std::string&) -> result<std::string> { return make_error(errc::not_found, "no files"); }};
  const auto where =
      read_environment(parse_document(environments, "environments.yaml", out), "local", nothing, out);
  json::array rows;
  double small = 0;
  double ratio = 0;
  bool within = false;
  for (const int steps : {250, 500, 1000, 2000}) {
    const auto text = plan_of(steps);
    const auto events = milliseconds([&] { parse_events(text); });
    const auto f = measure(text, where);
    if (steps == 250) small = f.whole / steps;
    if (steps == 1000) {
      ratio = f.whole / events;
      within = f.whole <= 2 * events + 10;
    }
    rows.push_back({{"steps", steps},
                    {"nodes", f.nodes},
                    {"bytes", text.size()},
                    {"yaml_events_ms", events},
                    {"parse_ms", f.parse},
                    {"parse_validate_compile_ms", f.whole},
                    {"per_step_against_250", f.whole / steps / small}});
  }
  const json::value report{{"benchmark", "compile"},
                           {"ratio_at_1000", ratio},
                           {"within_twice_events_plus_10_ms", within},
                           {"sizes", rows}};
  std::cout << report << "\n";
  return out.has_errors() ? 1 : 0;
}
