#include "report/plot.hpp"
#include "report/release_words.hpp"
#include "report/times.hpp"

#include <shipflow/engine.hpp>
#include <shipflow/plan_timeline.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace shipflow {
inline namespace v1 {
namespace {

struct stretch {
  duration begins{0}, lasts{0};
  std::string source;
};

// A wait is as long as the plan says, whatever former plans said.
stretch length_of(const plan_step& s, const std::map<std::string, step_estimate>& known) {
  if (s.kind == step_kind::wait || s.kind == step_kind::watch) return {{}, s.lasts, "the plan"};
  const auto found = known.find(s.id);
  if (found != known.end())
    return {{}, std::max(found->second.lasts, s.lasts), report::counted(found->second.runs, "release")};
  if (s.lasts.count() > 0) return {{}, s.lasts, "the plan, at least"};
  return {{}, duration{0}, "not known"};
}

std::vector<stretch> stretches_of(const plan& p, const std::map<std::string, step_estimate>& known) {
  std::vector<stretch> out;
  out.reserve(p.steps.size());
  for (const auto& s : p.steps) {
    auto own = length_of(s, known);
    for (const auto need : s.needs) own.begins = std::max(own.begins, out[need].begins + out[need].lasts);
    out.push_back(std::move(own));
  }
  return out;
}

std::size_t place(duration at, duration whole, std::size_t width) {
  const auto scaled = [](duration d) { return std::log1p(static_cast<double>(d.count()) / 5'000.0); };
  const auto all = scaled(whole);
  return all <= 0 ? 0 : static_cast<std::size_t>(std::lround(static_cast<double>(width) * scaled(at) / all));
}

std::string bar(const stretch& s, duration whole) {
  constexpr std::size_t width = 40;
  const auto from = std::min(place(s.begins, whole, width), width - 1);
  const auto to = std::max(place(s.begins + s.lasts, whole, width), from + 1);
  return std::string(from, ' ') + (s.lasts.count() == 0 ? "|" : std::string(to - from, '#'));
}

std::string padded(std::string text, std::size_t width) {
  text = report::shortened(text, width);
  const auto seen = static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  return text + std::string(width - std::min(width, seen) + 2, ' ');
}

std::string line(const std::string& id, const std::string& begins, const std::string& lasts,
                 const std::string& from, const std::string& drawn) {
  auto out = "  " + padded(id, 28) + padded(begins, 10) + padded(lasts, 9) + padded(from, 18) + drawn;
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

duration median_of(std::vector<duration>& all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

}  // namespace

result<std::map<std::string, step_estimate>> estimates_of(store& keep, const plan& p, std::size_t most) {
  run_filter filter;
  filter.environment = p.environment;
  filter.plan = p.name;
  filter.terminal = true;
  filter.limit = 10 * most;
  const auto rows = keep.list_runs(filter);
  if (!rows) return rows.error();
  std::map<std::string, std::vector<duration>> took;
  for (const auto& row : *rows) {
    if (row.status != run_status::released) continue;
    if (most-- == 0) break;
    // Of an old one only the line of the history may be left.
    const auto state = load_run(keep, row.id);
    if (!state && state.error().code == errc::not_found) continue;
    if (!state) return state.error();
    for (std::size_t i = 0; i < state->steps.size(); ++i)
      if (const auto& s = state->steps[i]; s.status == step_status::done && s.ended >= s.began)
        took[state->what->steps[i].id].push_back(s.ended - s.began);
  }
  std::map<std::string, step_estimate> out;
  for (auto& [id, all] : took) out[id] = {median_of(all), all.size()};
  return out;
}

std::string to_timeline(const plan& p, const std::map<std::string, step_estimate>& known) {
  const auto all = stretches_of(p, known);
  duration whole{0};
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (p.steps[i].on_call) continue;
    whole = std::max(whole, all[i].begins + all[i].lasts);
    unknown += all[i].source == "not known" ? 1U : 0U;
  }
  auto out =
      p.name + " " + p.release.version + " to " + p.environment + ": " +
      (unknown > 0 ? "at least " : "about ") + report::whole_seconds(whole) +
      (unknown > 0 ? ", without " + report::counted(unknown, "step") + " of which nothing is known" : "") +
      "\n\n" + line("STEP", "BEGINS", "LASTS", "SAYS", "");
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!p.steps[i].on_call)
      out += line(p.steps[i].id, "+" + report::whole_seconds(all[i].begins),
                  all[i].source == "not known" ? "?" : report::whole_seconds(all[i].lasts), all[i].source,
                  bar(all[i], whole));
  return out + "\nbars are logarithmic in time\n";
}

}  // namespace v1
}  // namespace shipflow
