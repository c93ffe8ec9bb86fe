#include "base/listed.hpp"

#include <shipflow/changes.hpp>

#include <algorithm>
#include <array>

namespace shipflow {
inline namespace v1 {
namespace {

using kind = trigger_event::kind;

constexpr std::array<std::string_view, 7> rule_keys{"push",   "pull_request", "tag",  "event",
                                                    "manual", "branches",     "forks"};
// Of pull requests, as GitHub documents them; the first three bring code.
constexpr std::array<std::string_view, 22> pull_actions{"opened",
                                                        "synchronize",
                                                        "reopened",
                                                        "closed",
                                                        "edited",
                                                        "labeled",
                                                        "unlabeled",
                                                        "assigned",
                                                        "unassigned",
                                                        "locked",
                                                        "unlocked",
                                                        "milestoned",
                                                        "demilestoned",
                                                        "ready_for_review",
                                                        "converted_to_draft",
                                                        "review_requested",
                                                        "auto_merge_enabled",
                                                        "review_request_removed",
                                                        "enqueued",
                                                        "auto_merge_disabled",
                                                        "dequeued",
                                                        "stale"};

template <class Names>
bool among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

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
  bool forks = false;

  [[nodiscard]] const std::vector<std::string>* find(std::string_view key) const {
    const auto found = lists.find(key);
    return found == lists.end() ? nullptr : &found->second;
  }
};

result<rules> read_rules(const std::string& where, const json::object& written) {
  rules r;
  for (const auto& [key, value] : written) {
    const auto path = where.empty() ? std::string(key) : where + "." + std::string(key);
    if (!among(rule_keys, std::string_view(key)))
      return bad(path, "is not known; known are push, pull_request, tag, event, manual, branches and forks");
    if (key == "manual" || key == "forks") {
      if (!value.is_bool()) return bad(path, "must be true or false");
      (key == "manual" ? r.manual : r.forks) = value.get_bool();
      continue;
    }
    auto list = texts(path, value);
    if (!list) return list.error();
    r.lists[std::string(key)] = std::move(*list);
  }
  return r;
}

// A list of pull requests names actions, branches that they want to go into, or both.
bool takes_pull_request(const rules& r, const std::vector<std::string>& list, const trigger_event& e) {
  if (e.fork && !r.forks) return false;
  std::vector<std::string> actions, branches;
  for (const auto& t : list) (among(pull_actions, t) ? actions : branches).push_back(t);
  if (actions.empty()) actions = {"opened", "synchronize", "reopened"};
  return among(actions, e.name) && (branches.empty() || fits(branches, e.branch));
}

bool takes_branch(const rules& r, const std::string& branch) {
  const auto* branches = r.find("branches");
  return branches == nullptr || fits(*branches, branch);
}

// From a tag, which belongs to no branch, only where the tag would start it itself.
bool takes_hand(const rules& r, const trigger_event& e) {
  if (!r.manual || e.tag.empty() || r.find("branches") == nullptr) return r.manual;
  const auto* tags = r.find("tag");
  return tags != nullptr && fits(*tags, e.tag);
}

bool starts(const rules& r, const trigger_event& e) {
  if (!e.branch.empty() && !takes_branch(r, e.branch)) return false;
  const auto* list = r.find(e.what == kind::push           ? "push"
                            : e.what == kind::pull_request ? "pull_request"
                            : e.what == kind::tag          ? "tag"
                                                           : "event");
  switch (e.what) {
    case kind::push: return list != nullptr && fits(*list, e.branch);
    case kind::pull_request: return list != nullptr && takes_pull_request(r, *list, e);
    case kind::tag: return list != nullptr && fits(*list, e.tag);
    case kind::event: return list != nullptr && fits(*list, e.name);
    case kind::manual: return takes_hand(r, e);
  }
  return false;
}

std::string in_words(const trigger_event& e) {
  switch (e.what) {
    case kind::push: return "a push to " + e.branch;
    case kind::pull_request:
      return "a pull request into " + e.branch + " (" + e.name + (e.fork ? ", from a fork)" : ")");
    case kind::tag: return "tag " + e.tag;
    case kind::event: return "event " + e.name;
    case kind::manual: {
      const auto& from = e.branch.empty() ? e.tag : e.branch;
      return "a start by hand" + (from.empty() ? "" : " from " + from);
    }
  }
  return "an event";
}

std::string described(const trigger_event& e) { return on_one_line(in_words(e)); }

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

// The order of `everywhere`, to the first environment that does not take the branch.
void widen(const trigger_table& table, const trigger_event& e, trigger_decision& to) {
  to.environments.clear();
  to.why = described(e) + " asks for all environments, one after the other";
  for (const auto& name : table.order) {
    const auto own = std::find_if(table.environments.begin(), table.environments.end(),
                                  [&](const auto& one) { return one.first == name; });
    if (own != table.environments.end() && !takes_branch(own->second, e.branch)) {
      to.why += "; " + name + " and what comes behind it take no such branch";
      return;
    }
    to.environments.push_back(name);
  }
}

}  // namespace

void check_triggers(const plan_document& plan, diagnostics& out) {
  const auto* written = plan.root.find("triggers");
  if (written == nullptr || !written->is(node_kind::mapping)) return;
  const auto table = read_table(written->to_json().as_object());
  if (!table) out.error(written->place, written->pointer, table.error().message);
}

std::set<std::string> triggered_environments(const json::object& triggers) {
  std::set<std::string> out;
  const auto table = read_table(triggers);
  if (!table) return out;
  for (const auto& [name, r] : table->environments)
    if (!name.empty()) out.insert(name);
  out.insert(table->order.begin(), table->order.end());
  return out;
}

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
    widen(*table, e, out);
    return out;
  }
  out.why = described(e) + (out.environments.empty() ? " starts nothing" : " starts a release");
  return out;
}

}  // namespace v1
}  // namespace shipflow
