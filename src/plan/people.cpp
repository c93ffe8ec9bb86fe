// Steps that wait for people.
#include "plan/builder.hpp"
#include "plan/hint.hpp"
#include "plan/words.hpp"

#include <algorithm>
#include <cctype>
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

void add_items(const builder& b, plan_step& to, const std::string& category, const node& list) {
  const auto prefix = category.empty() ? std::string{} : slug(category) + "-";
  std::size_t number = 0;
  for (const auto& text : b.read().texts(list)) {
    to.items.push_back(prefix + std::to_string(++number));
    to.item_texts.push_back(text);
  }
}

// With people named one by one, a quorum above their number can never be reached.
void check_quorum(const builder& b, const plan_step& s, const node& at) {
  for (const auto& role : s.roles) {
    const auto found = b.all().where.roles.find(role);
    if (found == b.all().where.roles.end()) continue;
    const auto& people = found->second;
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
  const auto i = b.add("", step_kind::checklist, {});
  auto& s = b.at(i).step;
  const auto name = b.read().text(b.source().body);
  if (!name) return;
  s.title = "checklist " + *name;
  if (const auto* n = b.own("roles")) s.roles = b.roles_in(*n);
  const auto found = b.all().document.checklists.find(*name);
  if (found == b.all().document.checklists.end()) {
    return b.error(b.source().body, "the plan has no checklist `" + *name + "`" +
                                        hint(b.all().out, *name, b.all().document.checklists));
  }
  if (found->second.is(node_kind::sequence)) add_items(b, s, "", found->second);
  for (const auto& [category, list] : found->second.fields) add_items(b, s, category, list);
}

}  // namespace shipflow::planning
