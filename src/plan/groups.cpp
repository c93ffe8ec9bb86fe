#include "plan/groups.hpp"

#include "plan/when.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace shipflow::planning {
namespace {

constexpr std::size_t most_nodes = 200'000;

struct kind_entry {
  std::string_view name;
  void (*build)(builder&);
};

constexpr std::array kinds{
    kind_entry{"action", build_call},
    kind_entry{"command", build_call},
    kind_entry{"http", build_http},
    kind_entry{"wait_for", build_wait_for},
    kind_entry{"approval", build_approval},
    kind_entry{"checklist", build_checklist},
    kind_entry{"in_place", build_in_place},
    kind_entry{"rolling", build_rolling},
    kind_entry{"blue_green", build_blue_green},
    kind_entry{"canary", build_canary},
    kind_entry{"wait", build_wait},
    kind_entry{"watch", build_watch},
    kind_entry{"window", build_window},
    kind_entry{"maintenance", build_maintenance},
    kind_entry{"ensure", build_ensure},
    kind_entry{"probe", build_probe},
    kind_entry{"gate", build_gate},
};

// Ids stay within letters, digits, - and _, so that references to them can be read.
std::string id_text(const json::value& value) {
  auto text = text_of(value);
  for (auto& c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!plain) c = '-';
  }
  return text;
}

struct rounds {
  bool repeated = false;
  std::vector<each_value> values;
  std::size_t wave = 0;  ///< rounds at a time; 0: all
};

rounds rounds_of(const surroundings& all, const step_document& source) {
  rounds out;
  const auto* written = source.all.find("for_each");
  if (written == nullptr || written->is(node_kind::null)) return out;
  out.repeated = true;
  const renderer read(all.words, nullptr, all.out);
  const auto* in = written->find("in");
  if (in == nullptr) {
    read.error(*written, "`for_each` needs `in`, the list to go through");
    return out;
  }
  std::string name = "each";
  if (const auto* as = written->find("as")) name = read.text(*as).value_or(name);
  const auto value = read.value(*in);
  const auto* list = value.if_array();
  if (list == nullptr) read.error(*in, "must be a list");
  std::set<std::string> seen;
  for (const auto& item : list == nullptr ? json::array{} : *list) {
    if (item.is_object() || item.is_array() || item.is_null())
      read.error(*in, "must hold plain values");
    else if (is_deferred(item))
      read.error(*in, "must hold constants");
    else if (!seen.insert(id_text(item)).second)
      read.error(*in, "holds `" + text_of(item) + "` twice");
    else
      out.values.push_back({name, item, id_text(item)});
  }
  if (const auto* wave = written->find("wave"))
    out.wave = static_cast<std::size_t>(read.whole(*wave, 1, 100'000).value_or(1));
  return out;
}

struct condition_of_step {
  bool wanted = true;
  json::value later;  ///< the template, when outputs decide
  std::vector<step_reference> references;
};

// Every reference of a condition rendered; those to outputs stay for the run.
void render_leaves(const renderer& read, const node& written, json::value& condition,
                   std::vector<step_reference>& later) {
  if (auto* object = condition.if_object())
    for (auto& part : object->at("of").as_array()) render_leaves(read, written, part, later);
  const auto* text = condition.if_string();
  if (text == nullptr || !text->starts_with("${")) return;
  auto leaf = written;
  leaf.text = std::string(*text);
  condition = read.value(leaf, &later);
}

condition_of_step decide_condition(const renderer& read, const node& written) {
  condition_of_step out;
  when_problem bad;
  auto condition = parse_when(written.text, bad);
  if (!bad.message.empty()) {
    read.findings().error(reference::place_of(written, bad.offset), written.pointer,
                          "`when`: " + bad.message);
    return out;
  }
  const auto before = read.troubles();
  render_leaves(read, written, condition, out.references);
  if (read.troubles() != before) return out;
  if (json::serialize(condition).find("${secret:") != std::string::npos) {
    read.error(written, "`when`: a secret cannot decide whether a step runs");
    return out;
  }
  if (!out.references.empty()) {
    out.later = std::move(condition);
    return out;
  }
  const auto wanted = decide_when(condition);
  if (!wanted) read.error(written, "`when`: " + wanted.error().message);
  out.wanted = !wanted || *wanted;
  return out;
}

condition_of_step condition_at(const surroundings& all, const step_document& source, const each_value* each) {
  condition_of_step out;
  const auto* written = source.all.find("when");
  if (written == nullptr || written->is(node_kind::null)) return out;
  const renderer read(all.words, each, all.out);
  if (written->is(node_kind::string) && is_condition(written->text)) return decide_condition(read, *written);
  // Only a text that names a step waits for the run.
  if (written->is(node_kind::string) && written->text.find("${steps.") != std::string::npos)
    out.later = read.value(*written, &out.references);
  else
    out.wanted = read.truth(*written).value_or(true);
  return out;
}

class group_builder {
 public:
  group_builder(const surroundings& all, std::size_t index) : all_(all), index_(index) {}

  void build() {
    const auto& source = *all_.to.groups[index_].source;
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.name == source.kind; });
    if (found == kinds.end()) {
      all_.out.error(source.body.place, source.body.pointer,
                     "not built in this version: `" + source.kind + "`");
      return;
    }
    if (const auto* undo = source.all.find("undo"); undo != nullptr && !takes_undo(source.kind))
      all_.out.error(undo->place, undo->pointer,
                     "`undo` goes with action, command and http, not with " + source.kind);
    const auto rounds = rounds_of(all_, source);
    if (!rounds.repeated) return build_round(found->build, nullptr);
    for (const auto& value : rounds.values) build_round(found->build, &value);
    chain_waves(rounds.wave);
  }

 private:
  static bool takes_undo(const std::string& kind) {
    return kind == "action" || kind == "command" || kind == "http" || kind == "wait_for";
  }

  void build_round(void (*kind)(builder&), const each_value* each) {
    auto& group = all_.to.groups[index_];
    const auto condition = condition_at(all_, *group.source, each);
    if (!condition.wanted) return;
    builder b(all_, *group.source, each);
    kind(b);
    auto made = b.finish(condition.later, condition.references);
    if (made.members.empty()) return;
    const auto guarded = std::move(made.guarded);
    group.expansions.push_back(std::move(made));
    const auto expansion = group.expansions.size() - 1;
    const auto value = each == nullptr ? std::nullopt : std::optional(*each);
    if (const auto* guard = b.own("guard"))
      all_.to.guards.push_back({index_, expansion, guard, value, std::nullopt});
    for (const auto& [watch, at] : guarded) all_.to.guards.push_back({index_, expansion, at, value, watch});
  }

  // A wave begins when all of the one before it has ended.
  void chain_waves(std::size_t size) {
    auto& rounds = all_.to.groups[index_].expansions;
    if (size == 0) return;
    for (std::size_t i = size; i < rounds.size(); ++i) {
      const auto first = (i / size - 1) * size;
      for (auto before = first; before < first + size; ++before)
        for (const auto entry : rounds[i].entries) {
          auto& needs = all_.to.drafts[entry].needs;
          needs.insert(needs.end(), rounds[before].exits.begin(), rounds[before].exits.end());
        }
    }
  }

  const surroundings& all_;
  std::size_t index_;
};

}  // namespace

void build_groups(const surroundings& all) {
  auto& groups = all.to.groups;
  groups.reserve(all.document.steps.size());
  for (const auto& source : all.document.steps) {
    all.to.by_id.emplace(source.id, groups.size());
    groups.push_back({&source, {}, {}});
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    group_builder(all, i).build();
    if (all.to.drafts.size() <= most_nodes) continue;
    const auto& source = *groups[i].source;
    all.out.error(source.place, source.pointer,
                  "the plan expands to more than " + std::to_string(most_nodes) + " steps");
    return;
  }
}

}  // namespace shipflow::planning
