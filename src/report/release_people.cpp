#include "report/release_people.hpp"

#include <algorithm>
#include <cctype>

namespace shipflow::report {
namespace {

// "database-3" stands in group "database" at place 3; "3" in none.
struct place {
  std::string group;
  std::string number;
};
place place_of(const std::string& id) {
  const auto dash = id.rfind('-');
  if (dash == std::string::npos) return {"", id};
  return {id.substr(0, dash), id.substr(dash + 1)};
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 6 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

unsigned long number_in(const std::string& text) { return is_number(text) ? std::stoul(text) : 0; }

std::string state_of(const step_state& st) {
  if (st.status == step_status::done || st.status == step_status::failed || st.status == step_status::skipped)
    return std::string(name_of(st.status));
  return "open";
}

// A group of checks alone is known by its ids only: "infrastructure-1" is of Infrastructure.
std::string spoken(std::string group) {
  std::replace(group.begin(), group.end(), '-', ' ');
  if (!group.empty())
    group.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(group.front())));
  return group;
}

class list_teller {
 public:
  explicit list_teller(release_report& to) : to_(to) {}

  void people(const plan_step& list) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      reported_item item;
      item.step = list.id;
      item.id = list.items[i];
      item.text = i < list.item_texts.size() ? list.item_texts[i] : item.id;
      item.group = i < list.item_groups.size() ? list.item_groups[i] : std::string{};
      item.state = "open";
      to_.items.push_back(std::move(item));
    }
  }

  // Behind the last item of its group with a smaller number, or at the end of its list.
  void check(const plan_step& planned, const step_state& st, const std::string& list) {
    const auto where = place_of(planned.id.substr(list.size() + 1));
    reported_item item;
    item.step = list;
    item.id = planned.id;
    item.text = planned.title;
    item.state = state_of(st);
    if (st.status == step_status::done) item.ticked = st.ended;
    if (st.status != step_status::waiting) item.who = "a check";
    item.group = spoken(where.group);
    to_.items.insert(place_for(list, where, item), std::move(item));
  }

 private:
  static std::string own_id(const reported_item& i) {
    return i.id.starts_with(i.step + "/") ? i.id.substr(i.step.size() + 1) : i.id;
  }

  std::vector<reported_item>::iterator place_for(const std::string& list, const place& where,
                                                 reported_item& item) {
    auto last = to_.items.end();
    auto own = to_.items.end();
    for (auto i = to_.items.begin(); i != to_.items.end(); ++i) {
      if (i->step != list) continue;
      last = i + 1;
      const auto other = place_of(own_id(*i));
      if (other.group != where.group) continue;
      item.group = i->group;
      if (number_in(other.number) < number_in(where.number))
        own = i + 1;
      else if (own == to_.items.end())
        own = i;
    }
    return own == to_.items.end() ? last : own;
  }

  release_report& to_;
};

// "ready/database-3" belongs to the checklist "ready"; "api/shift-10" is a part of a strategy.
bool is_check_of(const plan_step& s, const std::string& list) {
  if (s.kind == step_kind::checklist || !s.id.starts_with(list + "/")) return false;
  const auto where = place_of(s.id.substr(list.size() + 1));
  return where.group != "shift" && where.group != "bake" && is_number(where.number);
}

}  // namespace

void tell_items(const run_state& s, release_report& to) {
  list_teller tell(to);
  for (const auto& step : s.what->steps)
    if (step.kind == step_kind::checklist) tell.people(step);
  for (std::size_t i = 0; i < s.what->steps.size(); ++i)
    if (const auto& step = s.what->steps[i]; is_check_of(step, step.group))
      tell.check(step, s.steps[i], step.group);
}

void tell_tasks(const run_state& s, release_report& to) {
  for (const auto& t : s.what->tasks) {
    reported_task told{t.id, t.text, {}, {}, {}};
    if (s.released_at != time_point{} && t.within.count() > 0) told.due = s.released_at + t.within;
    if (const auto done = s.tasks.find(t.id); done != s.tasks.end()) {
      told.done = done->second.at;
      told.who = done->second.who;
    }
    to.tasks.push_back(std::move(told));
  }
}

}  // namespace shipflow::report
