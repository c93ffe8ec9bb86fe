#include "http/program_fields.hpp"

namespace shipflow::http {
namespace {

bool has_zero(const std::string& text) { return text.find('\0') != std::string::npos; }

std::string scalar_text(const json::value& v) {
  return v.is_string() ? std::string(v.get_string()) : json::serialize(v);
}

void read_environment(fields& in, program& to) {
  const auto* env = in.object("env");
  if (env == nullptr) return;
  for (const auto& e : *env) {
    const std::string name(e.key());
    const auto value = scalar_text(e.value());
    const bool simple = !e.value().is_structured() && !e.value().is_null();
    if (name.empty() || name.find('=') != std::string::npos || has_zero(name) || has_zero(value) || !simple)
      in.wrong("env", "must map names to texts");
    to.environment.emplace_back(name, value);
  }
}

}  // namespace

program read_program(fields& in) {
  program to;
  to.argv = in.texts("command");
  if (to.argv.empty() || to.argv.front().empty())
    in.wrong("command", "must be a list: the program and its arguments");
  for (const auto& word : to.argv)
    if (has_zero(word)) in.wrong("command", "must not hold zero bytes");
  to.directory = in.text("directory", "/");
  if (to.directory.empty() || has_zero(to.directory)) in.wrong("directory", "must be a directory");
  read_environment(in, to);
  return to;
}

}  // namespace shipflow::http
