// The process's documents, read as a team would have them read.
#pragma once

#include <shipflow/shipflow.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tests {

using namespace shipflow;

inline document process_document(const std::string& name, diagnostics& found) {
  std::ifstream in(std::string(SHIPFLOW_SOURCE_DIR) + "/examples/processes/" + name);
  std::stringstream out;
  out << in.rdbuf();
  return parse_document(out.str(), name, found);
}

/// Compiled for an environment and release 1.3.0, with the providers that are built in.
inline plan compiled_for(const std::string& environment) {
  diagnostics found;
  variable_sources sources;
  sources.process_environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "SLACK_STAKEHOLDERS") return "https://hooks.example.com/x";
    if (name.starts_with("DB_") || name == "REDIS_HOST") return "not-to-be-seen";
    return std::nullopt;
  };
  const auto what = read_plan(process_document("deployment-specifications.yaml", found), found);
  const auto where = read_environment(process_document("deployment-specifications-environments.yaml", found),
                                      environment, sources, found);
  release_info release;
  release.version = "1.3.0";
  const auto ecs = make_ecs_provider({});
  const auto cdn = make_cloudfront_provider({});
  const auto site = make_site_provider({});
  const auto rds = make_rds_provider({});
  command_options commands;
  commands.state_directory = "/tmp/never-made";
  const std::shared_ptr<provider> programs = make_command_provider(commands).value();
  const auto probes = make_probe_provider({make_probes()});
  const auto built_in =
      make_catalogue({ecs.get(), cdn.get(), site.get(), rds.get(), programs.get(), probes.get()}, {}, {}, {});
  auto out = compile(what, where, release, {{"bake", "100ms"}}, *built_in, found);
  if (found.has_errors()) throw std::runtime_error(found.text());
  return out;
}

}  // namespace tests
