// calendar: may a release start here, why not, and when next. parity: what two environments say differently.
#include "commands.hpp"

#include <shipflow/calendar.hpp>
#include <shipflow/loop.hpp>
#include <shipflow/model.hpp>
#include <shipflow/parity.hpp>
#include <shipflow/system.hpp>

#include <algorithm>
#include <cstdio>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;
using shipflow::openness;

json::value when(const std::optional<shipflow::time_point>& t) {
  return t ? json::value(shipflow::format_time(*t)) : json::value(nullptr);
}

std::string said(const shipflow::timetable& table, const std::optional<shipflow::time_point>& t) {
  return t ? table.local(*t) + " (" + shipflow::format_time(*t) + ")" : "never within ten years";
}

int show(const arguments& given, const shipflow::timetable& table, const std::string& zone,
         shipflow::time_point at) {
  const auto now = table.look(at);
  const auto open = table.next(at);
  const auto preferred = table.next(at, openness::open);
  if (given.has("--json")) {
    json::array reasons(now.reasons.begin(), now.reasons.end());
    std::printf("%s\n", json::serialize(json::object{{"at", shipflow::format_time(at)},
                                                     {"zone", zone},
                                                     {"level", std::string(name_of(now.level))},
                                                     {"reasons", std::move(reasons)},
                                                     {"next_possible", when(open)},
                                                     {"next_preferred", when(preferred)}})
                            .c_str());
  } else {
    std::printf("%s in %s: %s%s\n", table.local(at).c_str(), zone.c_str(),
                std::string(name_of(now.level)).c_str(),
                now.reasons.empty() ? "" : (": " + now.text()).c_str());
    std::printf("next possible start   %s\n", said(table, open).c_str());
    std::printf("next preferred start  %s\n", said(table, preferred).c_str());
  }
  return 0;
}

}  // namespace

int calendar(const arguments& given) {
  if (!given.has("--environments") || !given.has("--environment"))
    return complain(
        make_error(errc::invalid_argument, "usage: shipflow calendar -e FILE -n ENVIRONMENT [--at TIME]"));
  shipflow::diagnostics found;
  const auto document = shipflow::load_document(given.get("--environments"), found);
  shipflow::environment where;
  if (!found.has_errors())
    where = shipflow::read_environment(document, given.get("--environment"),
                                       shipflow::system_variable_sources(), found);
  if (!tell(found)) return 2;
  shipflow::loop clock;
  auto at = clock.now();
  if (given.has("--at")) {
    const auto asked = shipflow::parse_time(given.get("--at"));
    if (!asked) return complain(asked.error());
    at = *asked;
  }
  // Without a calendar everything is open.
  const auto rules = where.calendar.value_or(shipflow::release_calendar{});
  const auto table = shipflow::timetable::make(rules);
  if (!table) return complain(table.error());
  return show(given, *table, rules.zone, at);
}

namespace {

// Text of several lines as JSON, so that a difference stays on one.
std::string side(bool there, const std::string& text) {
  if (!there) return "(absent)";
  const auto odd = [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7f; };
  return std::any_of(text.begin(), text.end(), odd) ? json::serialize(json::value(text)) : text;
}

}  // namespace

int parity(const arguments& given) {
  if (!given.has("--environments"))
    return complain(make_error(errc::invalid_argument, "usage: shipflow parity LEFT RIGHT -e FILE"));
  shipflow::diagnostics found;
  const auto document = shipflow::load_document(given.get("--environments"), found);
  // Nothing is resolved: what the documents say is compared.
  std::vector<shipflow::environment> both;
  for (const auto& name : given.words) {
    shipflow::diagnostics own;
    if (!found.has_errors())
      both.push_back(shipflow::read_environment(document, name, shipflow::system_variable_sources(), own));
    if (!found.has_errors() && !both.back().root.is(shipflow::node_kind::mapping)) found.append(own);
  }
  if (!tell(found)) return 2;
  json::array all;
  const auto differences = shipflow::compare_environments(both[0], both[1]);
  for (const auto& d : differences) {
    if (given.has("--json"))
      all.push_back(json::object{{"path", d.path},
                                 {"left", d.in_left ? json::value(d.left) : json::value(nullptr)},
                                 {"right", d.in_right ? json::value(d.right) : json::value(nullptr)}});
    else
      std::printf("%s: %s | %s\n", d.path.c_str(), side(d.in_left, d.left).c_str(),
                  side(d.in_right, d.right).c_str());
  }
  if (given.has("--json")) std::printf("%s\n", json::serialize(all).c_str());
  return differences.empty() ? 0 : 1;
}

}  // namespace program
