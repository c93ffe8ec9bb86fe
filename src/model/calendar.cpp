#include "model/calendar.hpp"

#include "calendar/days.hpp"
#include "document/schema.hpp"

#include <algorithm>

namespace shipflow::model_room {
namespace {

class reader {
 public:
  reader(const node& written, const environment& where, const variable_sources& sources, diagnostics& out)
      : written_(written), where_(where), sources_(sources), out_(out) {}

  std::optional<release_calendar> read() {
    release_calendar c;
    for (const auto& [key, to] :
         {std::pair{"prefer", &c.prefer}, std::pair{"allow", &c.allow}, std::pair{"avoid", &c.avoid},
          std::pair{"freeze", &c.freeze}, std::pair{"override", &c.override_roles}})
      *to = schema::read_strings(written_, key);
    check_words("prefer", calendar_room::parse_window);
    check_words("allow", calendar_room::parse_window);
    check_words("avoid", calendar_room::parse_day_rule);
    check_words("freeze", calendar_room::parse_day_rule);
    c.outside = schema::read_string(written_, "outside", "wait");
    read_zone_of(c);
    read_files(c);
    read_reminders(c);
    check_roles(c);
    if (!whole_) return std::nullopt;
    const auto table = timetable::make(c);
    if (!table) say(written_, table.error().message);
    if (!whole_) return std::nullopt;
    return c;
  }

 private:
  // Each at its own place: calendars are long.
  void check_words(const char* key, result<calendar_room::day_rule> (*parse)(std::string_view)) {
    const auto& written = at(key);
    if (&written == &written_) return;
    const auto check = [&](const node& word) {
      if (const auto rule = parse(word.text); !rule) say(word, rule.error().message);
    };
    if (written.is(node_kind::sequence))
      for (const auto& word : written.items) check(word);
    else
      check(written);
  }

  void say(const node& at, const std::string& what) {
    out_.error(at.place, at.pointer, what);
    whole_ = false;
  }

  [[nodiscard]] const node& at(const char* key) const {
    const auto* found = written_.find(key);
    return found == nullptr ? written_ : *found;
  }

  [[nodiscard]] result<std::string> read_file(const std::string& path) const {
    if (!sources_.file) return make_error(errc::unsupported, "no files can be read");
    return sources_.file(path);
  }

  void read_zone_of(release_calendar& c) {
    c.zone = schema::read_string(written_, "zone", "UTC");
    if (c.zone == "UTC") return;
    const auto folder =
        sources_.process_environment ? sources_.process_environment("TZDIR") : std::optional<std::string>{};
    const auto file = read_file(folder.value_or("/usr/share/zoneinfo") + "/" + c.zone);
    const auto rules = file ? read_zone(*file) : result<zone_rules>(file.error());
    if (rules)
      c.rules = *rules;
    else
      say(at("zone"), "there is no time zone `" + c.zone + "` on this machine: " + rules.error().message);
  }

  void read_files(release_calendar& c) {
    const auto slash = where_.file.rfind('/');
    const auto folder = slash == std::string::npos ? std::string{} : where_.file.substr(0, slash + 1);
    for (const auto& name : schema::read_strings(written_, "holidays")) {
      const auto path = name.starts_with('/') ? name : folder + name;
      const auto text = read_file(path);
      const auto days = text ? read_holidays(*text) : result<std::vector<holiday>>(text.error());
      if (days)
        c.holidays.insert(c.holidays.end(), days->begin(), days->end());
      else
        say(at("holidays"), path + ": " + days.error().message);
    }
    for (const auto* key : {"avoid", "freeze"}) {
      const auto words = schema::read_strings(written_, key);
      const bool named = std::find(words.begin(), words.end(), "holidays") != words.end();
      if (named && written_.find("holidays") == nullptr)
        out_.warning(at(key).place, at(key).pointer,
                     "`holidays` are none: the calendar names no iCalendar files");
    }
  }

  void read_reminders(release_calendar& c) {
    for (const auto& text : schema::read_strings(written_, "remind"))
      if (const auto lead = parse_duration(text); lead && lead->count() > 0) c.remind.push_back(*lead);
    std::sort(c.remind.rbegin(), c.remind.rend());
    c.remind.erase(std::unique(c.remind.begin(), c.remind.end()), c.remind.end());
  }

  void check_roles(const release_calendar& c) {
    for (const auto& role : c.override_roles)
      if (!where_.roles.contains(role))
        say(at("override"), "role `" + role + "` of `calendar.override` is not one of `roles`");
  }

  const node& written_;
  const environment& where_;
  const variable_sources& sources_;
  diagnostics& out_;
  bool whole_ = true;
};

}  // namespace

std::optional<release_calendar> read_calendar(const node& written, const environment& where,
                                              const variable_sources& sources, diagnostics& out) {
  return reader(written, where, sources, out).read();
}

}  // namespace shipflow::model_room
