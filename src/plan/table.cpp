#include "base/listed.hpp"
#include "plan/rules.hpp"
#include "plan/words.hpp"

#include <shipflow/plan.hpp>

#include <algorithm>
#include <array>

namespace shipflow {
namespace planning {
namespace {

using row = std::array<std::string, 6>;

row describe(const plan& p, std::size_t i) {
  const auto& s = p.steps[i];
  std::string needs;
  for (const auto need : s.needs) needs += (needs.empty() ? "" : " ") + std::to_string(need + 1);
  return {std::to_string(i + 1),       s.id,          on_one_line(what_is_done(s)),
          needs.empty() ? "-" : needs, how_undone(s), on_one_line(s.title)};
}

// Columns are counted in code points, so that names in any script line up.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void append_rows(std::string& out, const std::vector<row>& rows) {
  row::size_type last = std::tuple_size_v<row> - 1;
  std::array<std::size_t, std::tuple_size_v<row>> widths{};
  for (const auto& r : rows)
    for (std::size_t c = 0; c < r.size(); ++c) widths.at(c) = std::max(widths.at(c), width_of(r.at(c)));
  for (const auto& r : rows) {
    std::string line;
    for (std::size_t c = 0; c < r.size(); ++c) {
      line += r.at(c);
      if (c != last) line.append(widths.at(c) - width_of(r.at(c)) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
}

std::string guard_line(const plan& p, const plan_guard& g) {
  std::string line = "guard " + g.id + ": ";
  line += g.probe.empty() ? (g.alert.empty() ? g.normal : g.alert) : "probe " + g.probe;
  line += ", " + g.severity + ", from " + p.steps[g.from].id + " to ";
  return line + (g.until ? p.steps[*g.until].id : std::string("the end")) + "\n";
}

// What people tick, in its groups, with what they type to tick it.
std::string checklist_lines(const plan_step& s) {
  auto out = "\nchecklist " + s.id + (s.roles.empty() ? "" : ", ticked by " + listed(s.roles)) + "\n";
  std::size_t widest = 0;
  for (const auto& item : s.items) widest = std::max(widest, width_of(item));
  std::string group;
  for (std::size_t i = 0; i < s.items.size(); ++i) {
    const auto& own = i < s.item_groups.size() ? s.item_groups[i] : std::string{};
    if (own != group) out += "  " + own + "\n";
    group = own;
    out += std::string(own.empty() ? 2 : 4, ' ') + s.items[i] +
           std::string(widest - width_of(s.items[i]) + 2, ' ') + s.item_texts.at(i) + "\n";
  }
  return out;
}

std::string message_line(const plan_message& m) {
  auto out = "  " + m.moment;
  for (const auto before : m.before) out += " " + format_duration(before) + " before";
  if (!m.severities.empty()) out += " of " + listed(m.severities);
  if (!m.steps.empty()) out += " of " + listed(m.steps);
  return out + ": to " + listed(m.to) + "\n";
}

// Everything around the steps: what a team's own document says in words.
std::string people_lines(const plan& p) {
  std::string out;
  for (const auto& s : p.steps)
    if (s.kind == step_kind::checklist) out += checklist_lines(s);
  out += "\nrules\n";
  for (const auto& rule : rules_of(p)) out += "  " + rule + "\n";
  if (!p.roles.empty()) out += "\nroles\n";
  for (const auto& [role, members] : p.roles) out += "  " + role + ": " + listed(members) + "\n";
  if (!p.messages.empty()) out += "\nmessages\n";
  for (const auto& m : p.messages) out += message_line(m);
  if (!p.tasks.empty()) out += "\nafter the release\n";
  for (const auto& t : p.tasks)
    out += "  " + t.id + ": " + t.text +
           (t.within.count() > 0 ? ", within " + format_duration(t.within) : std::string{}) + "\n";
  return out;
}

}  // namespace
}  // namespace planning

inline namespace v1 {

std::string to_table(const plan& p) {
  using namespace planning;
  std::string out = p.name + " " + p.release.version + " to " + p.environment + "\n";
  out += p.digest() + "\n\n";
  std::vector<row> rows{{"#", "STEP", "DOES", "NEEDS", "UNDO", "TITLE"}};
  rows.reserve(p.steps.size() + 1);
  for (std::size_t i = 0; i < p.steps.size(); ++i) rows.push_back(describe(p, i));
  append_rows(out, rows);
  if (!p.guards.empty()) out += '\n';
  for (const auto& g : p.guards) out += guard_line(p, g);
  out += people_lines(p);
  if (!p.point_of_no_return.empty() || !p.warnings.empty()) out += '\n';
  for (const auto& id : p.point_of_no_return) out += "point of no return: " + id + "\n";
  for (const auto& warning : p.warnings) out += "warning: " + warning + "\n";
  return out;
}

}  // namespace v1
}  // namespace shipflow
