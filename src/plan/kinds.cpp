// Steps that are one call of an action, and those that are a span of time.
#include "plan/builder.hpp"
#include "plan/probes.hpp"

#include <utility>

namespace shipflow::planning {
namespace {

constexpr duration probe_grace{30'000};

const node* undo_command(const node& undo) {
  return undo.is(node_kind::sequence) ? &undo : undo.find("command");
}

const field_spec* undo_field(const std::optional<bound_action>& what) {
  if (!what) return nullptr;
  for (const auto& field : what->spec->inputs)
    if (field.name == "undo") return &field;
  return nullptr;
}

// How to undo goes to the action as its input `undo`: an argument list, or an object with
// `command` and `with`. Says whether there was anything to give.
bool give_undo(builder& b, input_list& inputs, const std::optional<bound_action>& what, const node& undo) {
  const auto* command = undo_command(undo);
  const auto* with = undo.find("with");
  if (command == nullptr && with == nullptr) return false;
  const auto* field = undo_field(what);
  const bool as_object = field != nullptr && field->type == "object";
  if (command == nullptr && field != nullptr && !as_object) {
    b.error(undo, "`undo` needs `command` here; `with` alone is for actions that know how to undo");
    return false;
  }
  if (with == nullptr && !as_object) {
    inputs.composed("undo", inputs.rendered(*command), *command);
    return true;
  }
  json::object whole;
  if (command != nullptr) whole["command"] = inputs.rendered(*command);
  if (with != nullptr) whole["with"] = inputs.rendered(*with);
  inputs.composed("undo", std::move(whole), undo);
  return true;
}

// What the plan says about undoing, over what the action declares.
void apply_undo(builder& b, draft_index i, const node& undo, bool given) {
  auto& s = b.at(i).step;
  if (undo.is(node_kind::string)) {
    if (undo.text != "none") return b.error(undo, "`undo` must be none, an argument list or a mapping");
    s.undo = reversibility::forward_only;
    return;
  }
  if (given && s.undo != reversibility::destructive) s.undo = reversibility::reversible;
  if (const auto* n = undo.find("ask")) s.ask_roles = b.roles_in(*n);
  const auto* after = undo.find("after_traffic");
  if (after == nullptr) {
    if (!s.ask_roles.empty()) s.after = after_traffic::ask;
    return;
  }
  const auto text = b.read().text(*after);
  if (text == "undo") s.after = after_traffic::undo;
  if (text == "ask") s.after = after_traffic::ask;
  if (text == "keep") s.after = after_traffic::keep;
  if (text && name_of(s.after) != *text) b.error(*after, "`after_traffic` must be undo, ask or keep");
}

// `*` among the outputs stands for what `capture` names, which is known here.
void name_captured(draft& d) {
  const auto* capture = d.step.inputs.if_contains("capture");
  if (capture == nullptr || !capture->is_object()) return;
  std::erase(d.outputs, "*");
  for (const auto& entry : capture->get_object()) d.outputs.emplace_back(entry.key());
}

void finish_call(builder& b, draft_index i, const std::optional<bound_action>& what, input_list& inputs,
                 const node* undo) {
  const bool given = undo != nullptr && give_undo(b, inputs, what, *undo);
  b.fill(i, what, inputs);
  if (undo != nullptr) apply_undo(b, i, *undo, given);
  name_captured(b.at(i));
}

// One call of the http provider with the fields of `body`.
draft_index add_request(builder& b, std::string_view part, const char* action, const node& body,
                        const node* undo) {
  const auto i = b.add(part, step_kind::action, {});
  const auto what = b.all().bound.of_provider("http", action, body);
  input_list inputs(b.read(), body);
  inputs.written_fields(&body);
  if (undo != nullptr && (undo_command(*undo) != nullptr || undo->find("with") != nullptr)) {
    b.error(*undo, "the undo of a call is a request; write it inside `" + b.source().kind + "`");
    undo = nullptr;
  }
  finish_call(b, i, what, inputs, undo);
  auto& s = b.at(i).step;
  // Without a request that takes it back there is nothing a rollback could do.
  if (s.undo == reversibility::reversible && body.find("undo") == nullptr)
    s.undo = reversibility::forward_only;
  const auto* url = s.inputs.if_contains("url");
  s.title = std::string("http ") + action + (url == nullptr ? "" : " " + text_of(*url));
  return i;
}

std::string command_line(const json::value* arguments) {
  std::string out;
  if (arguments == nullptr || !arguments->is_array()) return out;
  for (const auto& argument : arguments->get_array()) out += (out.empty() ? "" : " ") + text_of(argument);
  return out;
}

draft_index add_command(builder& b, std::string_view part, const node& holder, const node* undo) {
  const auto i = b.add(part, step_kind::action, {});
  const auto& at = *holder.find("command");
  const auto what = b.all().bound.of_provider("command", "run", at);
  input_list inputs(b.read(), at);
  for (const char* key :
       {"command", "env", "directory", "stdin", "capture", "output_limit", "success_codes", "expect"})
    if (const auto* n = holder.find(key)) inputs.written(key, *n);
  finish_call(b, i, what, inputs, undo);
  auto& s = b.at(i).step;
  s.title = command_line(s.inputs.if_contains("command"));
  // The provider reads the output only when it is told how.
  if (holder.find("capture") == nullptr) std::erase(b.at(i).outputs, "value");
  return i;
}

draft_index add_action(builder& b, std::string_view part, const node& holder, const node* undo) {
  const auto i = b.add(part, step_kind::action, {});
  const auto& at = *holder.find("action");
  const auto written = b.read().text(at);
  const auto what = written ? b.all().bound.find(*written, at) : std::nullopt;
  const auto* with = holder.find("with");
  input_list inputs(b.read(), with == nullptr ? at : *with);
  inputs.written_fields(with);
  finish_call(b, i, what, inputs, undo);
  return i;
}

}  // namespace

draft_index add_call(builder& b, std::string_view part, const node& holder, const node* undo) {
  if (holder.find("action") != nullptr) return add_action(b, part, holder, undo);
  if (holder.find("command") != nullptr) return add_command(b, part, holder, undo);
  b.error(holder, "needs `action` or `command`");
  const auto i = b.add(part, step_kind::action, {});
  b.at(i).broken = true;
  return i;
}

void build_call(builder& b) {
  const auto i = add_call(b, "", b.source().all, b.own("undo"));
  const auto& d = b.at(i);
  // An action that steers traffic is where people may first meet the new version.
  if (!d.broken && d.step.rank == restore_rank::traffic) b.traffic_at(i);
}
void build_http(builder& b) { (void)add_request(b, "", "call", b.source().body, b.own("undo")); }
void build_wait_for(builder& b) { (void)add_request(b, "", "wait", b.source().body, b.own("undo")); }

draft_index add_wait_for(builder& b, std::string_view part, const node& body) {
  return add_request(b, part, "wait", body, nullptr);
}

draft_index add_probe(builder& b, std::string_view part, const node& body) {
  const auto i = b.add(part, step_kind::action, {});
  const auto what = b.all().bound.of_provider("probe", "wait", body);
  input_list inputs(b.read(), body);
  json::object probes;
  const auto* names = body.find("all");
  if (names == nullptr) b.error(body, "`probe` needs `all`, the names of the probes");
  std::string title = "probe";
  for (const auto& name : names == nullptr ? std::vector<std::string>{} : b.read().texts(*names)) {
    title += " " + name;
    if (const auto p = read_probe(b.all(), name, *names)) probes[name] = to_json(*p);
  }
  inputs.implied("probes", std::move(probes));
  const auto* within = body.find("within");
  if (within != nullptr) inputs.written("within", *within);
  b.at(i).step.title = std::move(title);
  b.fill(i, what, inputs);
  // The action itself ends at `within` with a reason; the step's limit is the safety net.
  if (within != nullptr)
    if (const auto limit = b.read().time(*within)) b.at(i).step.timeout = *limit + probe_grace;
  return i;
}

void build_probe(builder& b) { (void)add_probe(b, "", b.source().body); }

void build_wait(builder& b) {
  const auto lasts = b.read().time(b.source().body);
  b.add_wait("", lasts.value_or(duration{0}), {});
}

void build_window(builder& b) {
  const auto i = b.add("", step_kind::window, {});
  auto& s = b.at(i).step;
  const auto word = b.read().text(b.source().body);
  s.preferred = word == "preferred";
  if (word && *word != "open" && *word != "preferred")
    b.error(b.source().body, "`window` must be open or preferred, not `" + *word + "`");
  s.title = s.preferred ? "wait for a preferred window" : "wait for an open window";
}

}  // namespace shipflow::planning
