// iCalendar, RFC 5545: the little of it that says which days are special.
#include "calendar/recurrence.hpp"
#include "calendar/text.hpp"

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using calendar_room::digits;
using std::chrono::days;
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
    std::transform(p.name.begin(), p.name.end(), p.name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    p.value.erase(0, i + 1);
    return true;
  }
  return false;
}

struct moment {
  sys_days day;
  bool midnight = true;  ///< no time, or 00:00:00
};

std::optional<moment> moment_of(std::string_view text) {
  if (!digits(text, 8)) return std::nullopt;
  const auto day =
      calendar_room::parse_day(std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
                               std::string(text.substr(6, 2)));
  if (!day) return std::nullopt;
  if (text.size() == 8) return moment{*day, true};
  const bool timed = text[8] == 'T' && (text.size() == 15 || (text.size() == 16 && text[15] == 'Z'));
  const auto time = timed ? digits(text.substr(9), 6) : std::nullopt;
  if (!time || *time / 10'000 > 23 || *time / 100 % 100 > 59 || *time % 100 > 60) return std::nullopt;
  return moment{*day, *time == 0};
}

// "P2D", "P1W", "PT8H": how many days are touched at least.
std::optional<int> days_of(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  if (text[1] == 'T') return 1;
  const auto end = text.find_first_not_of("0123456789", 1);
  if (end == std::string_view::npos || end == 1 || end > 4) return std::nullopt;
  const auto n = digits(text.substr(1), end - 1);
  if (text[end] == 'W') return *n * 7;
  if (text[end] == 'D') return *n + (text.size() > end + 1 ? 1 : 0);
  return std::nullopt;
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
    began_ = ended_ = std::nullopt;
    days_ = 1;
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
    if (p.name == "DURATION") {
      const auto n = days_of(p.value);
      if (!n) return bad(p.line, "DURATION is not known to this version");
      days_ = *n;
    }
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
    // DTEND is the first moment that does not belong to the event any more.
    if (ended_) days_ = static_cast<int>((ended_->day - began_->day).count()) + (ended_->midnight ? 0 : 1);
    if (days_ == 0) days_ = 1;
    if (days_ < 1 || days_ > 366) return bad(p.line, "an event must last from 1 to 366 days");
    event_.days = days_;
    std::sort(event_.except.begin(), event_.except.end());
    if (!event_.rule.empty())
      if (auto r = calendar_room::parse_recurrence(event_.rule); !r) return bad(p.line, r.error().message);
    if (!cancelled_) out_.push_back(std::move(event_));
    return {};
  }

  std::vector<holiday> out_;
  std::vector<std::string> open_;
  bool closed_ = false;
  holiday event_;
  std::optional<moment> began_, ended_;
  int days_ = 1;
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
