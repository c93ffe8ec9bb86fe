#include "provider/command/recipe.hpp"

#include <algorithm>

namespace shipflow::commands {
namespace {

constexpr std::int64_t largest_output = 64LL << 20;

/// Values under a name that is there already replace it.
void override_with(text_pairs& base, text_pairs&& more) {
  for (auto& [name, value] : more) {
    const auto same = [&](const auto& pair) { return pair.first == name; };
    const auto found = std::find_if(base.begin(), base.end(), same);
    if (found == base.end())
      base.emplace_back(std::move(name), std::move(value));
    else
      found->second = std::move(value);
  }
}

}  // namespace

recipe read_recipe(reader& in, recipe from) {
  if (in.has("command")) from.argv = in.arguments("command");
  from.directory = in.text("directory", std::move(from.directory));
  override_with(from.environment, in.pairs("env"));
  from.input = in.text("stdin", std::move(from.input));
  from.time_limit = in.span("time_limit", from.time_limit);
  from.grace = in.span("grace", from.grace);
  from.output_limit = static_cast<std::size_t>(
      in.whole("output_limit", 0, largest_output, static_cast<std::int64_t>(from.output_limit)));
  from.captures = static_cast<capture>(
      in.choice("capture", {"none", "json", "text", "lines"}, static_cast<std::size_t>(from.captures)));
  from.success_codes = in.codes("success_codes", std::move(from.success_codes));
  if (const auto* written = in.raw("expect")) {
    auto expects = read_expectation(*written);
    if (expects)
      from.expects = *std::move(expects);
    else
      in.fail(expects.error().message);
  }
  return from;
}

result<undoing> read_undo(const json::value& undo, const recipe& forward, const std::string& what) {
  undoing out;
  if (undo.is_null()) return out;
  out.run = forward;
  out.run.captures = capture::none;
  out.run.expects = {};
  out.run.input.clear();
  json::object written;
  if (undo.is_array())
    written["command"] = undo;
  else if (undo.is_object())
    written = undo.get_object();
  else
    return make_error(errc::invalid_argument, what + ": `undo` must be an argument list or a mapping");
  reader in(written, what + ", undo");
  if (!in.has("command")) in.fail("`command` is missing");
  if (const auto* with = in.raw("with")) {
    if (with->is_object())
      out.with = with->get_object();
    else
      in.fail("`with` must be a mapping");
  }
  out.run = read_recipe(in, std::move(out.run));
  in.refuse_others();
  if (in.problem()) return *in.problem();
  return out;
}

action_spec run_spec() {
  action_spec spec;
  spec.name = "run";
  spec.repeat = effect_class::creates;
  spec.undo = reversibility::forward_only;
  spec.tells_ready = true;
  spec.help = "runs a program with an argument list";
  spec.inputs = {
      {"command", "strings", true, false, "the program and its arguments; no shell"},
      {"directory", "string", false, false, "where it runs; default /"},
      {"env", "object", false, false, "environment variables over those of the host program"},
      {"stdin", "string", false, false, "what it reads"},
      {"time_limit", "duration", false, false, "from the start to SIGTERM"},
      {"grace", "duration", false, false, "from SIGTERM to SIGKILL; default 10s"},
      {"output_limit", "integer", false, false, "bytes of output kept; default 65536"},
      {"capture", "string", false, false, "json, text or lines: standard output as `value`"},
      {"success_codes", "any", false, false, "exit codes that mean success; default [0]"},
      {"expect", "object", false, false, "what it must print: version, contains"},
      {"undo", "any", false, false, "argument list or mapping of what puts it back"},
  };
  spec.outputs = {
      {"exit_code", "integer", true, false, "exit code of the program"},
      {"output", "string", true, false, "the end of its output, secrets as ***"},
      {"value", "any", false, false, "standard output as `capture` says"},
  };
  return spec;
}

}  // namespace shipflow::commands
