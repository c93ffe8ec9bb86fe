#include "calendar/text.hpp"

#include <shipflow/calendar.hpp>

#include <limits>

namespace shipflow {
inline namespace v1 {
namespace {

using calendar_room::format_day;

void put(json::object& to, std::string_view key, const std::vector<std::string>& texts) {
  if (!texts.empty()) to[key] = json::array(texts.begin(), texts.end());
}

json::object holiday_json(const holiday& h) {
  json::object to{{"from", format_day(h.from)}};
  if (!h.name.empty()) to["name"] = h.name;
  if (h.days != 1) to["days"] = h.days;
  if (!h.rule.empty()) to["rule"] = h.rule;
  json::array except;
  for (const auto d : h.except) except.emplace_back(format_day(d));
  if (!except.empty()) to["except"] = std::move(except);
  return to;
}

// Reads members; the first that is of the wrong kind is remembered.
class reader {
 public:
  explicit reader(const json::object& from, std::string& wrong) : from_(from), wrong_(wrong) {}

  void text(std::string_view key, std::string& to) {
    const auto* found = find(key);
    if (found == nullptr) return;
    if (const auto* s = found->if_string()) {
      to = std::string(*s);
    } else {
      wrong(key);
    }
  }
  void texts(std::string_view key, std::vector<std::string>& to) {
    const auto* list = array(key);
    if (list == nullptr) return;
    for (const auto& item : *list) {
      if (const auto* s = item.if_string()) {
        to.emplace_back(*s);
      } else {
        wrong(key);
      }
    }
  }
  void number(std::string_view key, int& to) {
    const auto* found = find(key);
    if (found == nullptr) return;
    const auto* n = found->if_int64();
    if (n == nullptr || *n < std::numeric_limits<int>::min() || *n > std::numeric_limits<int>::max())
      return wrong(key);
    to = static_cast<int>(*n);
  }
  void day(std::string_view key, std::chrono::sys_days& to) {
    std::string written;
    text(key, written);
    const auto read = calendar_room::parse_day(written);
    if (read) {
      to = *read;
    } else {
      wrong(key);
    }
  }
  const json::array* array(std::string_view key) {
    const auto* found = find(key);
    if (found == nullptr) return nullptr;
    if (found->if_array() == nullptr) wrong(key);
    return found->if_array();
  }
  /// Members that nobody asked for are wrong: a value that lost one would have another digest.
  void end() {
    if (read_ != from_.size()) wrong("of another version");
  }
  void wrong(std::string_view key) {
    if (wrong_.empty()) wrong_ = std::string(key);
  }

 private:
  const json::value* find(std::string_view key) {
    const auto* found = from_.if_contains(key);
    if (found != nullptr) ++read_;
    return found;
  }

  const json::object& from_;
  std::string& wrong_;
  std::size_t read_ = 0;
};

holiday read_holiday(const json::object& from, std::string& wrong) {
  holiday h;
  reader in(from, wrong);
  in.text("name", h.name);
  in.day("from", h.from);
  in.number("days", h.days);
  in.text("rule", h.rule);
  if (const auto* except = in.array("except")) {
    for (const auto& item : *except) {
      const auto day =
          item.is_string() ? calendar_room::parse_day(std::string_view(item.get_string())) : std::nullopt;
      if (day) h.except.push_back(*day);
      if (!day) in.wrong("except");
    }
  }
  in.end();
  return h;
}

void read_changes(const json::array& from, release_calendar& to, reader& in) {
  for (const auto& item : from) {
    const auto* pair = item.if_array();
    const bool fits = pair != nullptr && pair->size() == 2 && (*pair)[0].is_int64() &&
                      (*pair)[1].is_int64() && (*pair)[1].get_int64() > -54'000 &&
                      (*pair)[1].get_int64() < 54'000;
    if (!fits) return in.wrong("changes");
    to.rules.changes.emplace_back((*pair)[0].get_int64(), static_cast<int>((*pair)[1].get_int64()));
  }
}

}  // namespace

json::value to_json(const release_calendar& c) {
  json::object to{{"zone", c.zone}, {"rule", c.rules.rule}, {"outside", c.outside}};
  json::array changes;
  for (const auto& [at, offset] : c.rules.changes) changes.push_back(json::array{at, offset});
  if (!changes.empty()) to["changes"] = std::move(changes);
  put(to, "prefer", c.prefer);
  put(to, "allow", c.allow);
  put(to, "avoid", c.avoid);
  put(to, "freeze", c.freeze);
  put(to, "override", c.override_roles);
  json::array holidays;
  for (const auto& h : c.holidays) holidays.push_back(holiday_json(h));
  if (!holidays.empty()) to["holidays"] = std::move(holidays);
  json::array remind;
  for (const auto d : c.remind) remind.emplace_back(d.count());
  if (!remind.empty()) to["remind_ms"] = std::move(remind);
  return to;
}

result<release_calendar> calendar_from_json(const json::value& v) {
  release_calendar c;
  std::string wrong;
  const auto* object = v.if_object();
  if (object == nullptr) return make_error(errc::invalid_document, "a calendar must be an object");
  reader in(*object, wrong);
  in.text("zone", c.zone);
  in.text("rule", c.rules.rule);
  in.text("outside", c.outside);
  if (const auto* changes = in.array("changes")) read_changes(*changes, c, in);
  in.texts("prefer", c.prefer);
  in.texts("allow", c.allow);
  in.texts("avoid", c.avoid);
  in.texts("freeze", c.freeze);
  in.texts("override", c.override_roles);
  if (const auto* holidays = in.array("holidays"))
    for (const auto& h : *holidays) {
      if (h.is_object()) c.holidays.push_back(read_holiday(h.get_object(), wrong));
      if (!h.is_object()) in.wrong("holidays");
    }
  if (const auto* remind = in.array("remind_ms"))
    for (const auto& d : *remind) {
      if (d.is_int64() && d.get_int64() > 0) c.remind.emplace_back(d.get_int64());
      if (!d.is_int64() || d.get_int64() <= 0) in.wrong("remind_ms");
    }
  if (c.outside != "wait" && c.outside != "refuse") in.wrong("outside");
  in.end();
  if (wrong.empty()) return c;
  return make_error(errc::invalid_document, "the member `" + wrong + "` of a calendar is wrong");
}

std::string_view name_of(openness o) noexcept {
  switch (o) {
    case openness::open: return "open";
    case openness::discouraged: return "discouraged";
    case openness::closed: return "closed";
  }
  return "closed";
}

std::string calendar_answer::text() const {
  std::string out;
  for (const auto& r : reasons) out += (out.empty() ? "" : "; ") + r;
  return out;
}

}  // namespace v1
}  // namespace shipflow
