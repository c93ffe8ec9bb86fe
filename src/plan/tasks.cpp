#include "plan/tasks.hpp"

#include "plan/hint.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace shipflow::planning {
namespace {

class task_reader {
 public:
  task_reader(const surroundings& all, std::vector<plan_task>& to)
      : all_(all), read_(all.words, nullptr, all.out), to_(to) {}

  void add(const node& n) {
    plan_task t;
    t.id = std::to_string(to_.size() + 1);
    if (n.is(node_kind::mapping))
      read(n, t);
    else
      t.text = read_.text(n).value_or("");
    if (!ids_.insert(t.id).second) read_.error(n, "task `" + t.id + "` is listed twice");
    to_.push_back(std::move(t));
  }

 private:
  void read(const node& n, plan_task& t) {
    if (const auto* id = n.find("id")) t.id = id->text;
    if (const auto* text = n.find("text")) t.text = read_.text(*text).value_or("");
    if (const auto* within = n.find("within")) t.within = read_.time(*within).value_or(duration{0});
    const auto* roles = n.find("roles");
    if (roles == nullptr) return;
    t.roles = read_.texts(*roles);
    for (const auto& role : t.roles)
      if (!all_.where.roles.contains(role))
        read_.error(*roles, "environment `" + all_.where.name + "` has no role `" + role + "`" +
                                hint(all_.out, role, all_.where.roles));
  }

  const surroundings& all_;
  renderer read_;
  std::vector<plan_task>& to_;
  std::set<std::string> ids_;
};

}  // namespace

void read_tasks(const surroundings& all, std::vector<plan_task>& to) {
  const auto* written = all.document.root.find("tasks");
  if (written == nullptr || written->is(node_kind::null)) return;
  task_reader reader(all, to);
  for (const auto& n : written->items) reader.add(n);
  // `tick RUN tasks ID` has to mean the tasks.
  for (const auto& s : all.document.steps)
    if (s.id == "tasks")
      all.out.error(s.place, s.pointer, "a step cannot be called `tasks` where the plan has tasks");
}

}  // namespace shipflow::planning
