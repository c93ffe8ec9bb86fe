#include "plan/words.hpp"

#include <shipflow/plan.hpp>

#include <set>

namespace shipflow {
namespace planning {
namespace {

// Labels are quoted; Mermaid reads `#` entities inside, and HTML in quoted labels.
std::string label_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"': out += "#quot;"; break;
      case '#': out += "#35;"; break;
      case '<': out += "#lt;"; break;
      case '>': out += "#gt;"; break;
      case '&': out += "#amp;"; break;
      case '\n':
      case '\r': out += ' '; break;
      default: out += c;
    }
  }
  return out;
}

struct brackets {
  const char* open;
  const char* close;
};

brackets shape_of(const plan_step& s) {
  switch (s.kind) {
    case step_kind::approval: return {"{{\"", "\"}}"};
    case step_kind::checklist: return {"[/\"", "\"/]"};
    case step_kind::wait:
    case step_kind::window:
    case step_kind::watch: return {"([\"", "\"])"};
    case step_kind::restore: return {"[[\"", "\"]]"};
    case step_kind::action: break;
  }
  return {"[\"", "\"]"};
}

void append_node(std::string& out, const plan& p, std::size_t i, const char* indent) {
  const auto& s = p.steps[i];
  const auto shape = shape_of(s);
  out += indent;
  out += "s" + std::to_string(i) + shape.open + label_text(s.id) + "<br/>" + label_text(what_is_done(s)) +
         shape.close;
  const bool no_way_back = s.kind == step_kind::action && s.undo == reversibility::irreversible;
  if (no_way_back)
    out += ":::irreversible";
  else if (s.first_traffic)
    out += ":::traffic";
  out += '\n';
}

// A step of the document that became several nodes is drawn as a box around them.
void append_nodes(std::string& out, const plan& p) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < p.steps.size(); ++i) groups[p.steps[i].group].push_back(i);
  std::set<std::string> drawn;
  for (const auto& s : p.steps) {
    if (!drawn.insert(s.group).second) continue;
    const auto& members = groups[s.group];
    if (members.size() == 1) {
      append_node(out, p, members.front(), "  ");
      continue;
    }
    out += "  subgraph g" + std::to_string(members.front()) + "[\"" + label_text(s.group) + "\"]\n";
    for (const auto i : members) append_node(out, p, i, "    ");
    out += "  end\n";
  }
}

}  // namespace
}  // namespace planning

inline namespace v1 {

std::string to_mermaid(const plan& p) {
  std::string out = "flowchart TD\n";
  planning::append_nodes(out, p);
  for (std::size_t i = 0; i < p.steps.size(); ++i)
    for (const auto need : p.steps[i].needs)
      out += "  s" + std::to_string(need) + " --> s" + std::to_string(i) + "\n";
  out += "  classDef irreversible stroke:#b00,stroke-width:3px\n";
  out += "  classDef traffic stroke:#080,stroke-width:3px\n";
  return out;
}

}  // namespace v1
}  // namespace shipflow
