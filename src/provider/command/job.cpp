#include "provider/command/job.hpp"

#include <algorithm>

namespace shipflow::commands {
namespace {

/// Shorter values are ordinary words, which an argument may well contain.
constexpr std::size_t shortest_secret = 4;
constexpr duration observe_limit{20'000};
constexpr duration observe_grace{2'000};

std::string what_of(const request& q) { return "action `" + q.action + "`"; }

result<job> job_of_run(const request& q) {
  reader in(q.inputs, what_of(q));
  job j;
  if (!in.has("command")) in.fail("`command` is missing");
  j.run = read_recipe(in);
  (void)in.raw("undo");
  in.refuse_others();
  if (in.problem()) return *in.problem();
  return j;
}

json::value undo_of(const request& q, const json::value& otherwise) {
  const auto* given = q.inputs.if_contains("undo");
  return given == nullptr || given->is_null() ? otherwise : *given;
}

result<void> check_program(const std::vector<std::string>& argv, const command_options& options,
                           const text_pairs& environment) {
  const auto& allowed = options.programs;
  if (allowed.empty()) return {};
  if (std::find(allowed.begin(), allowed.end(), argv.front()) == allowed.end())
    return make_error(errc::denied, "program " + argv.front() + " is not among those that may be run here");
  for (const auto& [name, value] : environment)
    if (name == "PATH" || name.starts_with("LD_"))
      return make_error(errc::denied, name + " may not be set where only named programs may be run");
  return {};
}

result<void> check_secrets(const std::vector<std::string>& argv, const std::vector<std::string>& secrets) {
  for (std::size_t i = 0; i < argv.size(); ++i)
    for (const auto& secret : secrets)
      if (secret.size() >= shortest_secret && argv[i].find(secret) != std::string::npos)
        return make_error(errc::secret_leak,
                          "argument " + std::to_string(i) +
                              " of the command holds a secret, which every user of the machine "
                              "could read; hand it over in `env` or `stdin`");
  return {};
}

void set(text_pairs& environment, const std::string& name, const std::string& value) {
  const auto same = [&](const auto& pair) { return pair.first == name; };
  const auto found = std::find_if(environment.begin(), environment.end(), same);
  if (found == environment.end())
    environment.emplace_back(name, value);
  else
    found->second = value;
}

std::string variable_name(std::string_view input) {
  std::string out = "SHIPFLOW_INPUT_";
  for (const char c : input) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool stays = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += lower ? static_cast<char>(c - 'a' + 'A') : (stays ? c : '_');
  }
  return out;
}

result<void> set_inputs(text_pairs& environment, const json::object& with) {
  text_pairs added;
  for (const auto& member : with) {
    if (member.value().is_null()) continue;
    const auto name = variable_name(std::string_view(member.key()));
    const auto same = [&](const auto& pair) { return pair.first == name; };
    if (std::any_of(added.begin(), added.end(), same))
      return make_error(errc::invalid_argument, "two inputs would both be " + name + "; rename one of them");
    added.emplace_back(name, text_of(member.value()));
  }
  for (const auto& [name, value] : added) set(environment, name, value);
  if (const auto* version = with.if_contains("version"); version != nullptr && version->is_string())
    set(environment, "SHIPFLOW_VERSION", text_of(*version));
  return {};
}

result<text_pairs> environment_of(const job& j, const request& q, const command_options& options) {
  auto out = options.environment;
  for (const auto& [name, value] : j.run.environment) set(out, name, value);
  if (auto done = set_inputs(out, j.with); !done) return done.error();
  set(out, "SHIPFLOW_RUN", q.run);
  set(out, "SHIPFLOW_STEP", q.step);
  set(out, "SHIPFLOW_ENVIRONMENT", q.environment);
  set(out, "SHIPFLOW_EFFECT_KEY", q.effect_key);
  if (!q.component.empty()) set(out, "SHIPFLOW_COMPONENT", q.component);
  if (q.what == verb::undo || q.what == verb::ready)
    set(out, "SHIPFLOW_BASELINE", json::serialize(q.baseline));
  return out;
}

/// A program that only looks: `observe` or `ready` of a task, with its inputs and environment.
result<job> look_of(const request& q, std::vector<std::string> task::*program) {
  if (!has_tasks(q.target)) return job{};
  auto t = find_task(q.target, q.action);
  if (!t) return t.error();
  job j{std::move(t->run), q.inputs};
  j.with.erase("undo");
  j.run.argv = std::move((*t).*program);
  j.run.input.clear();
  j.run.time_limit = observe_limit;
  j.run.grace = observe_grace;
  j.run.captures = capture::text;
  j.run.success_codes = {0};
  j.run.expects = {};
  return j;
}

/// Where a program may be, as execvpe(3) looks for it.
std::vector<std::string> places_of(const std::string& program, const std::string& directory,
                                   const text_pairs& environment) {
  if (program.starts_with('/')) return {program};
  if (program.find('/') != std::string::npos) return {directory + "/" + program};
  std::vector<std::string> out;
  for (const auto& [name, value] : environment) {
    if (name != "PATH") continue;
    for (std::size_t from = 0; from <= value.size();) {
      const auto end = std::min(value.find(':', from), value.size());
      out.push_back(value.substr(from, end - from) + "/" + program);
      from = end + 1;
    }
  }
  return out;
}

}  // namespace

result<job> job_to_apply(const request& q) {
  if (!has_tasks(q.target)) {
    if (q.action != "run")
      return make_error(errc::unsupported, "provider `command` has no action `" + q.action + "`");
    return job_of_run(q);
  }
  auto t = find_task(q.target, q.action);
  if (!t) return t.error();
  job j{std::move(t->run), q.inputs};
  j.with.erase("undo");
  return j;
}

result<job> job_to_undo(const request& q) {
  auto forward = job_to_apply(q);
  if (!forward) return forward;
  json::value written;
  if (has_tasks(q.target)) written = find_task(q.target, q.action)->undo;
  auto undo = read_undo(undo_of(q, written), forward->run, what_of(q));
  if (!undo) return undo.error();
  job j{std::move(undo->run), std::move(forward->with)};
  for (const auto& member : undo->with) j.with[member.key()] = member.value();
  return j;
}

result<job> job_to_observe(const request& q) { return look_of(q, &task::observe); }

result<job> job_to_ask_ready(const request& q) { return look_of(q, &task::ready); }

result<void> find_undo_program(const request& q, const command_options& options, keepers& on) {
  const auto j = job_to_undo(q);
  if (!j) return j.error();
  if (j->run.argv.empty()) return {};
  const auto& program = j->run.argv.front();
  if (auto allowed = check_program(j->run.argv, options, j->run.environment); !allowed) return allowed;
  const auto environment = environment_of(*j, q, options);
  if (!environment) return environment.error();
  for (const auto& place : places_of(program, j->run.directory, *environment))
    if (on.runnable(place)) return {};
  return make_error(errc::failed, "undo cannot start " + program + ": there is no such program");
}
result<process::keeper_spec> to_spec(const job& j, const request& q, const command_options& options,
                                     std::string home) {
  if (auto allowed = check_program(j.run.argv, options, j.run.environment); !allowed) return allowed.error();
  if (auto safe = check_secrets(j.run.argv, q.secrets); !safe) return safe.error();
  auto environment = environment_of(j, q, options);
  if (!environment) return environment.error();
  process::keeper_spec spec;
  spec.argv = j.run.argv;
  spec.directory = j.run.directory;
  spec.environment = *std::move(environment);
  spec.input = j.run.input;
  spec.home = std::move(home);
  spec.time_limit = j.run.time_limit;
  spec.grace = j.run.grace;
  spec.output_limit = j.run.output_limit;
  spec.stdout_limit = j.run.captures == capture::none ? 0 : std::max<std::size_t>(j.run.output_limit, 1);
  spec.redact = q.secrets;
  return spec;
}

}  // namespace shipflow::commands
