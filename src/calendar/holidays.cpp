// iCalendar, RFC 5545: the little of it that says which days are special.
#include "calendar/recurrence.hpp"
#include "calendar/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

namespace shipflow {
inline namespace v1 {
namespace {

using calendar_room::digits;
using std::chrono::sys_days;

constexpr std::size_t most_bytes = 1U << 20U;
constexpr std::size_t most_events = 5'000;

error bad(std::size_t line, const std::string& what) {
  return make_error(errc::invalid_document, "line " + std::to_string(line) + ": " + what);
}

// "DTSTART;VALUE=DATE:20261224": name, parameters and value.
struct property {
  std::size_t line = 0;
  std::string name;
  std::string value;
  std::string parameters{};
};

// Content lines with their folding undone.
std::vector<property> unfold(std::string_view text) {
  std::vector<property> out;
  std::size_t number = 0;
  for (auto line : calendar_room::split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if ((line.front() == ' ' || line.front() == '\t') && !out.empty())
      out.back().value += line.substr(1);
    else
      out.push_back({number, "", std::string(line)});
  }
  return out;
}

// A colon inside quotes belongs to a parameter.
bool take_apart(property& p) {
  bool quoted = false;
  for (std::size_t i = 0; i < p.value.size(); ++i) {
    if (p.value[i] == '"') quoted = !quoted;
    if (p.value[i] != ':' || quoted) continue;
    p.name = p.value.substr(0, std::min(i, p.value.find(';')));
    p.parameters = p.value.substr(p.name.size(), i - p.name.size());
    std::transform(p.name.begin(), p.name.end(), p.name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    p.value.erase(0, i + 1);
    return true;
  }
  return false;
}

struct moment {
  sys_days day;
  int second = 0;  ///< of the day; 0 as well where no time is given
};

std::optional<moment> moment_of(std::string_view text) {
  if (!digits(text, 8)) return std::nullopt;
  const auto day =
      calendar_room::parse_day(std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
                               std::string(text.substr(6, 2)));
  if (!day) return std::nullopt;
  if (text.size() == 8) return moment{*day};
  const bool timed = text[8] == 'T' && (text.size() == 15 || (text.size() == 16 && text[15] == 'Z'));
  const auto time = timed ? digits(text.substr(9), 6) : std::nullopt;
  if (!time || *time / 10'000 > 23 || *time / 100 % 100 > 59 || *time % 100 > 60) return std::nullopt;
  return moment{*day, *time / 10'000 * 3600 + *time / 100 % 100 * 60 + *time % 100};
}

constexpr std::int64_t day_seconds = 86'400;

// "P2D", "P1W", "PT8H", "P1DT12H30M", in seconds.
std::optional<std::int64_t> seconds_of(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t out = 0;
  bool timed = false;
  while (!text.empty()) {
    if (text.front() == 'T' && !timed && text.size() > 1) {
      timed = true;
      text.remove_prefix(1);
    }
    const auto end = text.find_first_not_of("0123456789");
    if (end == std::string_view::npos || end == 0 || end > 7) return std::nullopt;
    const std::string_view units = timed ? "HMS" : "WD";
    const std::array<std::int64_t, 3> lengths =
        timed ? std::array<std::int64_t, 3>{3600, 60, 1}
              : std::array<std::int64_t, 3>{7 * day_seconds, day_seconds, 0};
    const auto unit = units.find(text[end]);
    if (unit == std::string_view::npos) return std::nullopt;
    out += *digits(text, end) * lengths.at(unit);
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string plain(std::string_view escaped) {
  std::string out;
  for (std::size_t i = 0; i < escaped.size() && out.size() < 200; ++i) {
    char c = escaped[i];
    if (c == '\\' && i + 1 < escaped.size()) c = escaped[++i] == 'n' || escaped[i] == 'N' ? ' ' : escaped[i];
    out += static_cast<unsigned char>(c) < 0x20U || c == 0x7f ? ' ' : c;
  }
  return out;
}

class reader {
 public:
  result<std::vector<holiday>> read(std::string_view ics) {
    auto lines = unfold(ics);
    for (auto& p : lines) {
      if (!take_apart(p)) return bad(p.line, "is no property; a line is NAME:VALUE");
      if (auto done = take(p); !done) return done.error();
    }
    if (!closed_) return bad(lines.empty() ? 1 : lines.back().line, "END:VCALENDAR is missing");
    leave_out_replaced();
    return std::move(out_);
  }

 private:
  result<void> take(const property& p) {
    if (p.name == "BEGIN") return begin(p);
    if (open_.empty()) return bad(p.line, "BEGIN:VCALENDAR must come first");
    if (p.name == "END") return end(p);
    if (open_.back() == "VEVENT") return member(p);
    return {};
  }

  result<void> begin(const property& p) {
    if (open_.empty() && p.value != "VCALENDAR") return bad(p.line, "BEGIN:VCALENDAR must come first");
    if (open_.size() > 8) return bad(p.line, "components are nested too deeply");
    open_.push_back(p.value);
    closed_ = false;
    if (p.value != "VEVENT") return {};
    if (out_.size() == most_events) return bad(p.line, "there are more than 5000 events");
    event_ = {};
    began_ = ended_ = replaces_ = std::nullopt;
    lasts_ = std::nullopt;
    uid_.clear();
    cancelled_ = false;
    return {};
  }

  result<void> end(const property& p) {
    if (open_.back() != p.value) return bad(p.line, "END:" + plain(p.value) + " closes nothing");
    open_.pop_back();
    closed_ = open_.empty();
    return p.value == "VEVENT" ? close(p) : result<void>{};
  }

  result<void> member(const property& p) {
    if (p.name == "SUMMARY") event_.name = plain(p.value);
    if (p.name == "STATUS") cancelled_ = p.value == "CANCELLED";
    if (p.name == "DTSTART" && !(began_ = moment_of(p.value))) return bad(p.line, "DTSTART is no date");
    if (p.name == "DTEND" && !(ended_ = moment_of(p.value))) return bad(p.line, "DTEND is no date");
    if (p.name == "RDATE") return bad(p.line, "RDATE is not known to this version");
    if (p.name == "RRULE") event_.rule = p.value;
    if (p.name == "UID") uid_ = p.value;
    if (p.name == "RECURRENCE-ID" && !(replaces_ = moment_of(p.value)))
      return bad(p.line, "RECURRENCE-ID is no date");
    if (p.name == "RECURRENCE-ID" && p.parameters.find("RANGE=") != std::string::npos)
      return bad(p.line, "RANGE is not known to this version");
    if (p.name == "DURATION" && !(lasts_ = seconds_of(p.value)))
      return bad(p.line, "DURATION is not known to this version");
    if (p.name != "EXDATE") return {};
    for (const auto text : calendar_room::split(p.value, ',')) {
      const auto day = moment_of(text);
      if (!day) return bad(p.line, "EXDATE is no date");
      event_.except.push_back(day->day);
    }
    return {};
  }

  result<void> close(const property& p) {
    if (!began_) return bad(p.line, "an event without DTSTART");
    event_.from = began_->day;
    const auto days = days_touched();
    if (days < 1 || days > 366) return bad(p.line, "an event must last from 1 to 366 days");
    event_.days = static_cast<int>(days);
    std::sort(event_.except.begin(), event_.except.end());
    if (!event_.rule.empty())
      if (auto r = calendar_room::parse_recurrence(event_.rule); !r) return bad(p.line, r.error().message);
    if (replaces_) replaced_.emplace(uid_, replaces_->day);
    if (cancelled_) return {};
    uids_.push_back(event_.rule.empty() ? std::string{} : uid_);
    out_.push_back(std::move(event_));
    return {};
  }

  // DTEND is the first moment that does not belong to the event any more.
  [[nodiscard]] std::int64_t days_touched() const {
    const auto end = ended_ ? (ended_->day - began_->day).count() * day_seconds + ended_->second
                            : began_->second + lasts_.value_or(0);
    return ended_ && end < began_->second ? 0
                                          : std::max<std::int64_t>(1, (end + day_seconds - 1) / day_seconds);
  }

  // One time of a repeated event may be an event of its own, or be cancelled by one (RFC 5545, 3.8.4.4).
  void leave_out_replaced() {
    for (std::size_t i = 0; i < out_.size(); ++i) {
      if (uids_[i].empty()) continue;
      const auto [first, last] = replaced_.equal_range(uids_[i]);
      for (auto at = first; at != last; ++at) out_[i].except.push_back(at->second);
      std::sort(out_[i].except.begin(), out_[i].except.end());
    }
  }

  std::vector<holiday> out_;
  std::vector<std::string> open_;
  bool closed_ = false;
  holiday event_;
  std::optional<moment> began_, ended_, replaces_;
  std::optional<std::int64_t> lasts_;
  std::string uid_;
  std::vector<std::string> uids_;                  ///< of the events read, where they repeat
  std::multimap<std::string, sys_days> replaced_;  ///< by UID
  bool cancelled_ = false;
};

}  // namespace

result<std::vector<holiday>> read_holidays(std::string_view ics) {
  if (ics.size() > most_bytes) return make_error(errc::invalid_document, "the file is above 1 MiB");
  if (ics.starts_with("\xEF\xBB\xBF")) ics.remove_prefix(3);
  return reader().read(ics);
}

result<std::vector<sys_days>> times_of(const holiday& what, sys_days from, sys_days to) {
  std::vector<sys_days> out;
  if (what.rule.empty()) {
    if (what.from >= from && what.from <= to) out.push_back(what.from);
  } else {
    const auto rule = calendar_room::parse_recurrence(what.rule);
    if (!rule) return rule.error();
    out = calendar_room::expand(*rule, what.from, from, to);
  }
  std::erase_if(out,
                [&](sys_days d) { return std::binary_search(what.except.begin(), what.except.end(), d); });
  return out;
}

}  // namespace v1
}  // namespace shipflow
