#include <shipflow/changes.hpp>

#include <algorithm>
#include <array>

namespace shipflow {
inline namespace v1 {
namespace {

using kind = trigger_event::kind;

constexpr std::array<std::string_view, 6> rule_keys{"push",  "pull_request", "tag",
                                                    "event", "manual",       "branches"};

error bad(std::string_view key, const std::string& why) {
  return make_error(errc::invalid_document, "`triggers." + std::string(key) + "` " + why);
}

result<std::vector<std::string>> texts(std::string_view key, const json::value& v) {
  if (const auto* one = v.if_string()) return std::vector<std::string>{std::string(*one)};
  const auto* list = v.if_array();
  const bool fits =
      list != nullptr && !list->empty() && list->size() <= 1'000 &&
      std::all_of(list->begin(), list->end(), [](const auto& item) { return item.is_string(); });
  if (!fits) return bad(key, "must be a text or a list of texts");
  std::vector<std::string> out;
  for (const auto& item : *list) out.emplace_back(item.get_string());
  return out;
}

/// What starts a release in one environment.
struct rules {
  std::map<std::string, std::vector<std::string>, std::less<>> lists;  ///< by key
  bool manual = false;

  [[nodiscard]] const std::vector<std::string>* find(std::string_view key) const {
    const auto found = lists.find(key);
    return found == lists.end() ? nullptr : &found->second;
  }
};

result<rules> read_rules(const std::string& where, const json::object& written) {
  rules r;
  for (const auto& [key, value] : written) {
    const auto path = where.empty() ? std::string(key) : where + "." + std::string(key);
    if (std::find(rule_keys.begin(), rule_keys.end(), std::string_view(key)) == rule_keys.end())
      return bad(path, "is not known; known are push, pull_request, tag, event, manual and branches");
    if (key == "manual") {
      if (!value.is_bool()) return bad(path, "must be true or false");
      r.manual = value.get_bool();
      continue;
    }
    auto list = texts(path, value);
    if (!list) return list.error();
    r.lists[std::string(key)] = std::move(*list);
  }
  return r;
}

bool has_pull_action(const std::vector<std::string>& list, const trigger_event& e) {
  // A list of pull requests names actions, or branches that they want to go into.
  constexpr std::array<std::string_view, 7> actions{"opened", "synchronize", "reopened",        "closed",
                                                    "edited", "labeled",     "ready_for_review"};
  const bool names_actions = std::any_of(list.begin(), list.end(), [&](const auto& t) {
    return std::find(actions.begin(), actions.end(), t) != actions.end();
  });
  if (names_actions) return std::find(list.begin(), list.end(), e.name) != list.end();
  return e.name != "closed" && fits(list, e.branch);
}

bool starts(const rules& r, const trigger_event& e) {
  if (const auto* branches = r.find("branches");
      branches != nullptr && !e.branch.empty() && !fits(*branches, e.branch))
    return false;
  const auto* list = r.find(e.what == kind::push           ? "push"
                            : e.what == kind::pull_request ? "pull_request"
                            : e.what == kind::tag          ? "tag"
                                                           : "event");
  switch (e.what) {
    case kind::push: return list != nullptr && fits(*list, e.branch);
    case kind::pull_request: return list != nullptr && has_pull_action(*list, e);
    case kind::tag: return list != nullptr && fits(*list, e.tag);
    case kind::event: return list != nullptr && fits(*list, e.name);
    case kind::manual: return r.manual;
  }
  return false;
}

std::string described(const trigger_event& e) {
  switch (e.what) {
    case kind::push: return "a push to " + e.branch;
    case kind::pull_request: return "a pull request into " + e.branch + " (" + e.name + ")";
    case kind::tag: return "tag " + e.tag;
    case kind::event: return "event " + e.name;
    case kind::manual: return "a start by hand" + (e.branch.empty() ? "" : " from " + e.branch);
  }
  return "an event";
}

bool says(const std::string& message, const std::vector<std::string>& marks) {
  return std::any_of(marks.begin(), marks.end(),
                     [&](const auto& m) { return !m.empty() && message.find(m) != std::string::npos; });
}

/// `triggers` as a value.
struct trigger_table {
  std::vector<std::pair<std::string, rules>> environments;  ///< in the order of writing
  std::vector<std::string> skip{"[skip ci]", "[ci skip]"};
  std::vector<std::string> everywhere, order;
};

result<void> read_everywhere(const json::value& written, trigger_table& to) {
  const auto* o = written.if_object();
  if (o == nullptr || o->size() != 2 || !o->contains("message") || !o->contains("order"))
    return bad("everywhere", "must be { message: TEXT, order: [environments] }");
  auto message = texts("everywhere.message", o->at("message"));
  if (!message) return message.error();
  auto order = texts("everywhere.order", o->at("order"));
  if (!order) return order.error();
  to.everywhere = std::move(*message);
  to.order = std::move(*order);
  return {};
}

result<trigger_table> read_table(const json::object& written) {
  trigger_table to;
  json::object flat;
  for (const auto& [key, value] : written) {
    if (key == "skip") {
      auto marks = texts("skip", value);
      if (!marks) return marks.error();
      to.skip = std::move(*marks);
    } else if (key == "everywhere") {
      if (auto read = read_everywhere(value, to); !read) return read.error();
    } else if (const auto* o = value.if_object()) {
      auto r = read_rules(std::string(key), *o);
      if (!r) return r.error();
      to.environments.emplace_back(key, std::move(*r));
    } else {
      flat[key] = value;
    }
  }
  if (flat.empty()) return to;
  auto r = read_rules("", flat);
  if (!r) return r.error();
  to.environments.emplace_back("", std::move(*r));
  return to;
}

}  // namespace

result<trigger_decision> decide_trigger(const json::object& triggers, const trigger_event& e) {
  const auto table = read_table(triggers);
  if (!table) return table.error();
  trigger_decision out;
  const bool of_commits = e.what == kind::push || e.what == kind::pull_request;
  if (of_commits && says(e.message, table->skip)) {
    out.why = described(e) + " asks to be skipped";
    return out;
  }
  for (const auto& [name, r] : table->environments)
    if (starts(r, e)) out.environments.push_back(name);
  // The marker widens what was started; it starts nothing from a branch that starts nothing.
  if (e.what == kind::push && !out.environments.empty() && says(e.message, table->everywhere)) {
    out.environments = table->order;
    out.why = described(e) + " asks for all environments, one after the other";
    return out;
  }
  out.why = described(e) + (out.environments.empty() ? " starts nothing" : " starts a release");
  return out;
}

}  // namespace v1
}  // namespace shipflow
