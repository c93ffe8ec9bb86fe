// Steps that wait for people.
#include "plan/builder.hpp"
#include "plan/hint.hpp"
#include "plan/words.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

namespace shipflow::planning {
namespace {

// "Code readiness" -> "code-readiness": what a person types to tick an item.
std::string slug(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80U)
      out += static_cast<char>(std::tolower(byte));
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

draft_index add_check(builder& b, const std::string& part, const node& item) {
  if (const auto* n = item.find("wait_for")) return add_wait_for(b, part, *n);
  if (const auto* n = item.find("probe")) return add_probe(b, part, *n);
  if (const auto* n = item.find("gate")) return add_gate(b, part, *n, item.find("directory"));
  return add_call(b, part, item, nullptr);
}

// An item that a check ticks is a step of its own beside the list that people tick.
void add_checked(builder& b, const std::string& part, const node& item) {
  const auto i = add_check(b, part, item);
  auto& s = b.at(i).step;
  if (const auto* n = item.find("text")) s.title = b.read().text(*n).value_or(s.title);
  if (const auto* n = item.find("timeout")) s.timeout = b.read().time(*n).value_or(s.timeout);
  if (const auto* n = item.find("retry")) b.read_retry(*n, s.retry);
  if (const auto* n = item.find("skippable")) s.skippable = b.read().truth(*n).value_or(false);
}

/// What people tick, collected over the groups of a list.
struct ticked_items {
  std::vector<std::string> ids, texts, groups;
};

void add_items(builder& b, ticked_items& to, const std::string& category, const node& list) {
  const auto prefix = category.empty() ? std::string{} : slug(category) + "-";
  std::size_t number = 0;
  for (const auto& item : list.items) {
    const auto id = prefix + std::to_string(++number);
    if (item.is(node_kind::mapping)) {
      add_checked(b, id, item);
    } else if (const auto text = b.read().text(item)) {
      to.ids.push_back(id);
      to.texts.push_back(*text);
      if (!category.empty()) to.groups.push_back(category);
    }
  }
}

// Items are named by their group: groups whose names come to the same would share them.
void check_groups(const builder& b, const node& list) {
  std::map<std::string, std::string> seen;
  for (const auto& [category, items] : list.fields) {
    const auto name = slug(category);
    if (name.empty())
      b.error(items, "the group `" + category + "` needs a letter or a digit, by which its items are named");
    else if (const auto [first, fresh] = seen.emplace(name, category); !fresh)
      b.error(items, "the groups `" + first->second + "` and `" + category +
                         "` would both name their items " + name +
                         "-1 and so on; call one of them otherwise");
  }
}

// With people named one by one, a quorum above their number can never be reached.
void check_quorum(const builder& b, const plan_step& s, const node& at) {
  for (const auto& role : s.roles) {
    const auto found = b.all().where.roles.find(role);
    if (found == b.all().where.roles.end()) continue;
    const std::set<std::string> people(found->second.begin(), found->second.end());
    const bool counted =
        std::all_of(people.begin(), people.end(), [](const auto& p) { return p.starts_with("user:"); });
    if (counted && static_cast<int>(people.size()) < s.quorum)
      b.error(at, "a quorum of " + std::to_string(s.quorum) + " cannot be reached: role `" + role + "` has " +
                      std::to_string(people.size()));
  }
}

}  // namespace

void fill_approval(builder& b, draft_index i, const node& rules) {
  auto& s = b.at(i).step;
  const auto& read = b.read();
  if (const auto* n = rules.find("roles"))
    s.roles = b.roles_in(*n);
  else
    b.error(rules, "an approval needs `roles`, who may give it");
  if (const auto* n = rules.find("quorum")) s.quorum = read.whole(*n, 1, 100).value_or(1);
  if (const auto* n = rules.find("expires")) s.timeout = read.time(*n).value_or(duration{0});
  if (const auto* n = rules.find("on_expiry")) {
    s.on_expiry = read.text(*n).value_or("reject");
    if (s.on_expiry != "reject" && s.on_expiry != "hold") b.error(*n, "`on_expiry` must be reject or hold");
  }
  if (const auto* n = rules.find("self")) {
    const auto text = read.text(*n);
    s.self_approval = text == "allow";
    if (text && text != "allow" && text != "deny") b.error(*n, "`self` must be allow or deny");
  }
  if (const auto* n = rules.find("after")) {
    s.lasts = read.time(*n).value_or(duration{0});
    if (s.timeout.count() > 0 && s.lasts >= s.timeout)
      b.error(*n, "`after` must be shorter than `expires`, or nobody could ever approve");
  }
  check_quorum(b, s, rules);
  s.title = "approval by " + joined(s.roles);
  if (const auto* n = rules.find("text")) s.title = read.text(*n).value_or(s.title);
}

void build_approval(builder& b) {
  const auto i = b.add("", step_kind::approval, {});
  fill_approval(b, i, b.source().body);
}

void build_checklist(builder& b) {
  const auto name = b.read().text(b.source().body);
  if (!name) return;
  const auto found = b.all().document.checklists.find(*name);
  if (found == b.all().document.checklists.end()) {
    b.add("", step_kind::checklist, {});
    return b.error(b.source().body, "the plan has no checklist `" + *name + "`" +
                                        hint(b.all().out, *name, b.all().document.checklists));
  }
  ticked_items items;
  if (found->second.is(node_kind::sequence)) add_items(b, items, "", found->second);
  check_groups(b, found->second);
  for (const auto& [category, list] : found->second.fields) add_items(b, items, category, list);
  if (!items.ids.empty()) {
    const auto i = b.add("", step_kind::checklist, {});
    auto& s = b.at(i).step;
    s.title = "checklist " + *name;
    s.items = std::move(items.ids);
    s.item_texts = std::move(items.texts);
    s.item_groups = std::move(items.groups);
    if (const auto* n = b.own("roles")) s.roles = b.roles_in(*n);
  }
  b.leave_at_all();
}

}  // namespace shipflow::planning
