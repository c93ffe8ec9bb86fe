// ShopFlow's production plan, compiled as the program does it.
#pragma once

#include <shipflow/probes.hpp>
#include <shipflow/providers/command.hpp>
#include <shipflow/providers/ecs.hpp>
#include <shipflow/rehearsal.hpp>
#include <shipflow/system.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace shipflow_test {

struct temporary_directory {
  std::filesystem::path path;
  temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "shipflow-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path = name;
  }
  ~temporary_directory() { std::filesystem::remove_all(path); }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
};

inline shipflow::plan shopflow_production() {
  using namespace shipflow;
  const temporary_directory here;
  const std::string folder = std::string(SHIPFLOW_SOURCE_DIR) + "/examples/processes/";
  variable_sources sources;
  sources.process_environment = [](const std::string& name) -> std::optional<std::string> {
    if (name.ends_with("_LISTENER")) return std::nullopt;
    return "value of " + name;
  };
  // The holidays lie beside the plan; nothing else of this machine is read.
  sources.file = [&folder](const std::string& path) -> result<std::string> {
    if (path.starts_with(folder)) return system_variable_sources().file(path);
    return make_error(errc::not_found, path);
  };
  diagnostics found;
  const auto document = read_plan(load_document(folder + "shopflow.yaml", found), found);
  const auto where = read_environment(load_document(folder + "shopflow-environments.yaml", found),
                                      "production", sources, found);
  release_info release;
  release.version = "1.2.3";
  release.extra = {{"schema", "0003"}};
  command_options options;
  options.state_directory = (here.path / "commands").string();
  options.keeper = "/bin/true";
  const auto command = make_command_provider(options).value();
  const auto waits = make_probe_provider({make_probes()});
  const auto ecs = make_ecs_provider({});
  const auto watch = make_metric_source("cloudwatch", [](const metric_request&) { return metric_answer{}; });
  const auto offers = make_catalogue({command.get(), waits.get(), ecs.get()}, {watch.get()}, check_probe);
  auto compiled = compile(document, where, release, {}, *offers, found);
  if (found.has_errors()) throw std::runtime_error(found.text());
  return compiled;
}

}  // namespace shipflow_test
