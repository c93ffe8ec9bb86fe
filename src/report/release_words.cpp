#include "report/release_words.hpp"

#include "report/plot.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace shipflow::report {
namespace {

std::string plain(const json::value& v) {
  if (v.is_string()) return std::string(v.get_string());
  std::string out;
  if (const auto* list = v.if_array()) {
    for (const auto& item : *list) out += (out.empty() ? "" : ", ") + plain(item);
    return out;
  }
  if (const auto* all = v.if_object()) {
    for (const auto& [name, inner] : *all) {
      const bool nested = inner.is_object();
      out += (out.empty() ? "" : ", ") + std::string(name) + (nested ? " (" : " ") + plain(inner) +
             (nested ? ")" : "");
    }
    return out;
  }
  if (v.is_bool()) return v.get_bool() ? "yes" : "no";
  if (v.is_double()) return short_number(v.get_double());
  return v.is_null() ? std::string{} : json::serialize(v);
}

}  // namespace

std::string counted(std::size_t n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

std::size_t steps_in(const release_report& r) {
  return static_cast<std::size_t>(std::count_if(r.steps.begin(), r.steps.end(), [](const auto& s) {
    return s.status != "skipped" || s.began != time_point{} || !s.why.empty();
  }));
}

std::string kept_by(const release_report& r) {
  std::string out;
  for (const auto& u : r.undo)
    if (u.status == "kept") out += (out.empty() ? ", but for " : ", ") + u.id;
  return out.empty() ? out : out + ", kept";
}

bool anybody_spoke(const release_report& r) {
  return std::any_of(r.words.begin(), r.words.end(), [&](const auto& w) { return !is_counted_tick(r, w); });
}

bool is_counted_tick(const release_report& r, const reported_word& w) {
  if (w.meaning == "refused" || !w.what.starts_with("tick ")) return false;
  return std::any_of(r.items.begin(), r.items.end(), [&](const reported_item& i) {
    return i.ticked == w.at && i.who == w.who && w.what == "tick " + i.step + " " + i.id;
  });
}

std::vector<std::pair<std::string, std::string>> place_of(const release_report& r) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const char* word : {"purpose", "access", "size", "account"})
    if (const auto* found = r.about.if_contains(word)) out.emplace_back(word, plain(*found));
  return out;
}

}  // namespace shipflow::report

namespace shipflow {
inline namespace v1 {

std::string words_of_phase(std::string_view phase) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> words{
      {{"queued", "waiting for another release"},
       {"forward", "under way"},
       {"draining", "about to roll back"},
       {"compensating", "rolling back"},
       {"verifying", "comparing with what was before"},
       {"rolled_back", "rolled back"}}};
  const auto* found =
      std::find_if(words.begin(), words.end(), [&](const auto& pair) { return pair.first == phase; });
  return std::string(found == words.end() ? phase : found->second);
}

}  // namespace v1
}  // namespace shipflow
