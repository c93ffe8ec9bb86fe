#include "inputs.hpp"

#include <shipflow/system.hpp>

#include <charconv>

namespace program {
namespace {

namespace json = shipflow::json;

// A parameter as the type it looks like; the compiler checks it against the plan's default.
json::value scalar_of(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec == std::errc{} && end == text.data() + text.size() && !text.empty()) return number;
  return json::value(text);
}

void read_what(const arguments& given, inputs& to) {
  if (given.has("--release")) {
    const auto document = shipflow::load_document(given.get("--release"), to.found);
    if (!to.found.has_errors()) to.what = shipflow::read_release(document, to.found);
  }
  if (given.has("--version")) {
    to.what.version = given.get("--version");
    if (auto version = shipflow::parse_version(to.what.version); !version)
      to.found.error({"--version", 0, 0}, "", version.error().message);
  }
  if (given.has("--commit")) to.what.commit = given.get("--commit");
  for (const auto& [component, image] : given.images) to.what.images[component] = image;
}

}  // namespace

shipflow::result<shipflow::plan_document> read_plan_file(const std::string& path) {
  shipflow::diagnostics found;
  const auto document = shipflow::load_document(path, found);
  shipflow::plan_document plan;
  if (!found.has_errors()) plan = shipflow::read_plan(document, found);
  if (found.has_errors()) return found.to_error();
  return plan;
}

inputs read_inputs(const arguments& given) {
  inputs to;
  const auto plan = shipflow::load_document(given.words.front(), to.found);
  if (!to.found.has_errors()) to.document = shipflow::read_plan(plan, to.found);
  for (const auto& [name, value] : given.parameters) to.parameters[name] = scalar_of(value);
  if (given.has("--environments")) {
    shipflow::diagnostics found;
    const auto environments = shipflow::load_document(given.get("--environments"), found);
    if (!found.has_errors()) {
      const auto sources = shipflow::system_variable_sources();
      to.environments = shipflow::environment_names(environments);
      if (given.has("--environment"))
        to.where = shipflow::read_environment(environments, given.get("--environment"), sources, found);
      else
        for (const auto& name : to.environments)
          (void)shipflow::read_environment(environments, name, sources, found);
    }
    to.found.append(found);
  }
  read_what(given, to);
  return to;
}

shipflow::plan compile_inputs(inputs& read, const shipflow::catalogue& offers) {
  return shipflow::compile(read.document, read.where, read.what, read.parameters, offers, read.found);
}

}  // namespace program
