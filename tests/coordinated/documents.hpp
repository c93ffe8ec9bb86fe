// The process's documents, read as a team would have them read, with other addresses.
#pragma once

#include <shipflow/shipflow.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tests {

using namespace shipflow;

struct documents {
  std::string checkout = "/srv/shop";
  std::string url = "https://test.example.com";
  std::string every = "10s";  ///< looks of probes
};

inline std::string file_text(const std::string& name) {
  std::ifstream in(std::string(SHIPFLOW_SOURCE_DIR) + "/examples/processes/" + name);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// Compiled for an environment and the release "1.3.0" or another; providers of `offers`, or those that are built in.
inline plan compiled_for(const std::string& environment, const documents& at, const std::string& version,
                         const catalogue* offers = nullptr) {
  diagnostics found;
  const auto plan_file = parse_document(file_text("deployment-specifications.yaml"), "plan.yaml", found);
  auto places =
      replaced(file_text("deployment-specifications-environments.yaml"), "https://test.example.com", at.url);
  places = replaced(places, "every: 10s", "every: " + at.every);
  variable_sources sources;
  sources.process_environment = [&at](const std::string& name) -> std::optional<std::string> {
    if (name == "SPECS_CHECKOUT") return at.checkout;
    if (name == "DISTRIBUTION_ID") return "E2EXAMPLE1AB";
    if (name == "DB_USER" || name == "DB_PASSWORD") return "not-to-be-seen";
    return std::nullopt;
  };
  const auto document = read_plan(plan_file, found);
  const auto where =
      read_environment(parse_document(places, "environments.yaml", found), environment, sources, found);
  release_info release;
  release.version = version.empty() ? "1.3.0" : version;
  const auto ecs = make_ecs_provider({});
  const auto cdn = make_cloudfront_provider({});
  command_options commands;
  commands.state_directory = "/tmp/never-made";
  const std::shared_ptr<provider> programs = make_command_provider(commands).value();
  const auto probes = make_probe_provider({make_probes()});
  const auto built_in = make_catalogue({ecs.get(), cdn.get(), programs.get(), probes.get()}, {}, {}, {});
  auto out =
      compile(document, where, release, {{"bake", "100ms"}}, offers != nullptr ? *offers : *built_in, found);
  if (found.has_errors()) throw std::runtime_error(found.text());
  return out;
}

}  // namespace tests
