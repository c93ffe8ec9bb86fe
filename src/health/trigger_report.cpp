// Verdicts for programs and for people.
#include "health/quantity.hpp"
#include "health/trigger.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace shipflow::health {
namespace {

json::string text(std::string_view s) { return json::string(json::string_view(s.data(), s.size())); }

std::string_view unit_text(quantity_unit u) {
  return u == quantity_unit::percent ? "%" : u == quantity_unit::time ? "ms" : "";
}

json::object atom_json(const bound_atom& a, const atom_finding& f) {
  json::object out{{"text", a.text}, {"is", text(name_of(f.is.t))}};
  if (f.is.t == truth::unknown) out["reason"] = text(name_of(f.is.why));
  if (f.value) out["value"] = *f.value;
  if (f.value && a.shown != quantity_unit::none) out["unit"] = text(unit_text(a.shown));
  out["events"] = f.events;
  out["slots"] = f.slots;
  if (f.against) out["against"] = *f.against;
  if (f.resolution) out["resolution"] = *f.resolution;
  if (f.test)
    out["evidence"] =
        json::object{{"nats", f.test->evidence}, {"best", f.test->best}, {"needed", f.test->needed}};
  return out;
}

json::value condition_json(const bound_condition& c, const condition_finding& f) {
  json::array atoms;
  for (std::size_t i = 0; i < f.atoms.size(); ++i) atoms.push_back(atom_json(c.atoms[i], f.atoms[i]));
  json::object out{
      {"condition", c.text}, {"holds", text(name_of(f.holds.t))}, {"now", text(name_of(f.now.t))}};
  if (f.holds.t == truth::unknown) out["reason"] = text(name_of(f.holds.why));
  out["seen_slots"] = f.seen;
  out["gap_slots"] = f.gap;
  out["atoms"] = std::move(atoms);
  return out;
}

/// Three digits, or the whole part, are enough for people; the JSON has the whole number.
std::string shown_number(double v) {
  std::array<char, 32> buffer{};
  const bool plain = std::fabs(v) >= 1000 && std::fabs(v) < 1e7;
  std::snprintf(buffer.data(), buffer.size(), plain ? "%.0f" : "%.3g", v);
  return buffer.data();
}

std::string atom_text(const bound_atom& a, const atom_finding& f) {
  auto out = a.text + " is " + std::string(name_of(f.is.t));
  if (f.value) out += " at " + shown_number(*f.value) + std::string(unit_text(a.shown));
  if (f.is.t == truth::unknown) out += " (" + std::string(name_of(f.is.why)) + ")";
  if (f.against) out += " against " + shown_number(*f.against) + std::string(unit_text(a.shown));
  if (f.test)
    out += ", evidence " + shown_number(f.test->best) + " of " + shown_number(f.test->needed) + " nats";
  if (f.events > 0) out += " of " + std::to_string(f.events) + (f.events == 1 ? " event" : " events");
  return out;
}

}  // namespace

json::object to_json(const trigger& t, const trigger_verdict& v) {
  json::object out{{"slot", v.slot},
                   {"verdict", text(name_of(v.is))},
                   {"level", text(name_of(v.level))},
                   {"reason", text(name_of(v.why))},
                   {"severity", t.severity()},
                   {"already_red", v.already_red}};
  if (v.alert) out["alert"] = condition_json(*t.alert(), *v.alert);
  if (v.normal) out["normal"] = condition_json(*t.normal(), *v.normal);
  return out;
}

std::string describe(const trigger& t, const trigger_verdict& v) {
  const bool about_normal = v.normal && (!v.alert || v.alert->holds.t == truth::no);
  const auto& c = about_normal ? *t.normal() : *t.alert();
  const auto& f = about_normal ? *v.normal : *v.alert;
  auto out = t.id() + " " + std::string(name_of(v.is));
  if (v.why != reason::none) out += " (" + std::string(name_of(v.why)) + ")";
  out += ", " + std::string(about_normal ? "normal" : "alert") + " `" + c.text + "`";
  if (c.hold == hold_kind::span && f.seen > 0) out += ", seen for " + format_duration(c.slot * f.seen);
  for (std::size_t i = 0; i < f.atoms.size(); ++i)
    out += (i == 0 ? ": " : "; ") + atom_text(c.atoms[i], f.atoms[i]);
  return out;
}

}  // namespace shipflow::health
