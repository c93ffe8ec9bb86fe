// Tasks: actions that an environment names.
#include "provider/command/recipe.hpp"

#include <algorithm>
#include <array>

namespace shipflow::commands {
namespace {

constexpr duration margin{30'000};

bool is_task_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

bool is_field_type(std::string_view type) {
  constexpr std::array<std::string_view, 8> types{"string",   "integer", "number", "boolean",
                                                  "duration", "strings", "object", "any"};
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool truth(reader& in, std::string_view name) {
  const auto* value = in.raw(name);
  if (value == nullptr) return false;
  if (!value->is_bool()) in.fail("`" + std::string(name) + "` must be true or false");
  return value->is_bool() && value->get_bool();
}

result<field_spec> read_input(const std::string& name, const json::value& written, const std::string& what) {
  field_spec field{name, "any", false, false, ""};
  if (written.is_null()) return field;
  if (!written.is_object()) return make_error(errc::invalid_argument, what + " must be a mapping");
  reader in(written.get_object(), what);
  field.type = in.text("type", "any");
  field.help = in.text("help");
  field.required = truth(in, "required");
  field.sensitive = truth(in, "sensitive");
  if (!is_field_type(field.type))
    in.fail("`type` is not one of string, integer, number, boolean, duration, strings, object, any");
  in.refuse_others();
  if (in.problem()) return *in.problem();
  return field;
}

void read_inputs(reader& in, task& t, const std::string& what) {
  const auto* written = in.raw("inputs");
  if (written == nullptr) return;
  t.takes_any_input = false;
  if (!written->is_object()) return in.fail("`inputs` must be a mapping of names");
  for (const auto& member : written->get_object()) {
    const std::string name(member.key());
    auto at = what;
    at.append(", input `").append(name).append("`");
    auto field = read_input(name, member.value(), at);
    if (name == "undo")
      in.fail("an input cannot be called `undo`; a plan gives the undo command under that name");
    if (!field) return in.take(field.error());
    t.inputs.push_back(*std::move(field));
  }
}

void read_undoing(reader& in, task& t, const std::string& what) {
  if (const auto* undo = in.raw("undo")) t.undo = *undo;
  const auto undo = read_undo(t.undo, t.run, what);
  if (!undo) in.take(undo.error());
  const bool undoes = !t.undo.is_null();
  const std::vector<std::string_view> kinds{"reversible", "forward_only", "destructive", "irreversible"};
  t.undo_kind = static_cast<reversibility>(in.choice("undo_kind", kinds, undoes ? 0 : 1));
  const bool wants = t.undo_kind == reversibility::reversible || t.undo_kind == reversibility::destructive;
  if (wants && !undoes)
    in.fail("`undo_kind: " + std::string(name_of(t.undo_kind)) + "` needs an `undo` command");
  t.ready = in.arguments("ready");
  if (!undoes && !t.ready.empty()) in.fail("`ready` asks whether `undo` would work, and there is no `undo`");
  if (!wants && undoes)
    in.fail("`undo_kind: " + std::string(name_of(t.undo_kind)) +
            "` says that nothing is put back; leave out `undo`");
}

void read_resources(reader& in, task& t) {
  t.resources = in.texts("resources");
  if (const auto one = in.text("resource"); !one.empty()) t.resources.push_back(one);
  t.rank = static_cast<restore_rank>(in.choice("rank", {"traffic", "service", "database", "cleanup"}, 1));
  t.observe = in.arguments("observe");
  if (!t.observe.empty() && t.resources.empty())
    in.fail("`observe` needs a `resource`, the thing whose state it prints");
}

result<task> read_task(const std::string& name, const json::value& written, const recipe& shared) {
  const auto what = "task `" + name + "`";
  if (!is_task_name(name))
    return make_error(errc::invalid_argument, what + ": a name consists of letters, digits, - and _");
  if (!written.is_object()) return make_error(errc::invalid_argument, what + " must be a mapping");
  reader in(written.get_object(), what);
  task t;
  t.name = name;
  if (!in.has("command")) in.fail("`command` is missing");
  t.run = read_recipe(in, shared);
  read_undoing(in, t, what);
  read_resources(in, t);
  read_inputs(in, t, what);
  t.help = in.text("help");
  in.refuse_others();
  if (in.problem()) return *in.problem();
  return t;
}

/// What the binding gives all its tasks.
result<recipe> read_shared(const json::object& target) {
  reader in(target, "binding to `command`");
  recipe shared;
  for (const char* name : {"provider", "tasks"}) (void)in.raw(name);
  shared.directory = in.text("directory", shared.directory);
  shared.environment = in.pairs("env");
  in.refuse_others();
  if (in.problem()) return *in.problem();
  return shared;
}

result<const json::object*> tasks_in(const json::object& target) {
  const auto* tasks = target.if_contains("tasks");
  if (tasks == nullptr || !tasks->is_object() || tasks->get_object().empty())
    return make_error(errc::invalid_argument,
                      "binding to `command`: `tasks` must be a mapping of names to tasks");
  return &tasks->get_object();
}

}  // namespace

bool has_tasks(const json::object& target) { return target.contains("tasks"); }

result<std::vector<task>> read_tasks(const json::object& target) {
  auto shared = read_shared(target);
  if (!shared) return shared.error();
  const auto tasks = tasks_in(target);
  if (!tasks) return tasks.error();
  std::vector<task> out;
  for (const auto& member : **tasks) {
    auto t = read_task(std::string(member.key()), member.value(), *shared);
    if (!t) return t.error();
    out.push_back(*std::move(t));
  }
  return out;
}

result<task> find_task(const json::object& target, const std::string& name) {
  auto shared = read_shared(target);
  if (!shared) return shared.error();
  const auto tasks = tasks_in(target);
  if (!tasks) return tasks.error();
  const auto* written = (*tasks)->if_contains(name);
  if (written == nullptr)
    return make_error(errc::unsupported, "the environment names no task `" + name + "`");
  return read_task(name, *written, *shared);
}

action_spec spec_of(const task& t) {
  auto spec = run_spec();
  spec.name = t.name;
  spec.help = t.help.empty() ? "runs " + t.run.argv.front() : t.help;
  spec.undo = t.undo_kind;
  spec.rank = t.rank;
  spec.resources = t.resources;
  spec.inputs = t.inputs;
  spec.inputs.push_back({"undo", "any", false, false, "argument list or mapping of what puts it back"});
  if (t.takes_any_input)
    spec.inputs.push_back({"*", "any", false, false, "reaches the program as SHIPFLOW_INPUT_<NAME>"});
  spec.tells_ready = t.undo_kind == reversibility::reversible || t.undo_kind == reversibility::destructive;
  if (t.run.time_limit.count() > 0) spec.timeout = t.run.time_limit + t.run.grace + margin;
  return spec;
}

result<std::vector<action_spec>> actions_for(const json::object& target) {
  if (!has_tasks(target)) return std::vector{run_spec()};
  const auto tasks = read_tasks(target);
  if (!tasks) return tasks.error();
  std::vector<action_spec> out;
  for (const auto& t : *tasks) out.push_back(spec_of(t));
  return out;
}

}  // namespace shipflow::commands
