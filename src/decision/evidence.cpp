#include "decision/gather.hpp"
#include "decision/replay.hpp"

#include <shipflow/evidence.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

using namespace decision_room;

std::string_view unit_of(const health::bound_atom& a) {
  if (a.test || a.gate) return " nats";
  if (a.shown == quantity_unit::percent) return "%";
  return a.shown == quantity_unit::time ? "ms" : "";
}

/// What else moves with an atom: the threshold of a multiple, the short window of a burn rate.
std::string_view companion_of(const health::bound_atom& a) {
  if (!a.other) return "";
  return a.kind == atom_kind::burn ? "short window of " : "threshold of ";
}

std::vector<double> limits_of(const health::bound_atom& a) {
  if (a.test) return {-std::log(a.test->alpha)};
  if (a.gate) return {-std::log(a.gate->beta)};
  if (a.kind == atom_kind::absent || (a.other && a.kind != atom_kind::burn)) return {};
  if (a.kind == atom_kind::outside) return {a.low * a.shown_factor, a.high * a.shown_factor};
  return {a.low * a.shown_factor};
}

void add_lines(guard_evidence& to, const char* condition, const std::optional<health::bound_condition>& c) {
  if (!c) return;
  for (const auto& a : c->atoms) {
    to.lines.push_back({condition, a.text, std::string(unit_of(a)), limits_of(a), {}, {}});
    if (const auto beside = std::string(companion_of(a)); !beside.empty())
      to.lines.push_back({condition, beside + a.text, std::string(unit_of(a)), {}, {}, {}});
  }
}

void add_points(std::vector<evidence_line>& lines, std::size_t& next, time_point at,
                const std::optional<health::bound_condition>& c,
                const std::optional<health::condition_finding>& f) {
  if (!c || !f) return;
  for (std::size_t i = 0; i < c->atoms.size(); ++i) {
    const auto& atom = f->atoms.at(i);
    auto& line = lines.at(next++);
    if (atom.is.t == health::truth::unknown)
      line.gaps.push_back({line.points.size(), std::string(name_of(atom.is.why))});
    line.points.push_back({at, atom.test ? std::optional(atom.test->evidence) : atom.value});
    if (!companion_of(c->atoms[i]).empty()) lines.at(next++).points.push_back({at, atom.against});
  }
}

void add_level(guard_evidence& to, const replayed& r, time_point from) {
  auto* last = to.levels.empty() ? nullptr : &to.levels.back();
  if (last != nullptr && last->level == r.level && last->armed == r.armed &&
      from <= last->to + (r.at - from)) {
    last->to = r.at;
    return;
  }
  to.levels.push_back({from, r.at, std::string(r.level), r.armed});
}

using folding =
    std::function<result<void>(const std::shared_ptr<const health::trigger>&, const replay_sink&)>;

/// `rows`: as many at most; 0: it saw nothing.
result<void> see_trigger(const guard_decisions& g, std::size_t rows, const folding& fold,
                         guard_evidence& to) {
  const auto t = trigger_of(g.rule);
  if (!t && rows == 0) return {};
  if (!t) return make_error(errc::corrupt, t.error().text());
  add_lines(to, "alert", (*t)->alert());
  add_lines(to, "normal", (*t)->normal());
  for (auto& line : to.lines) line.points.reserve(rows);
  auto done = fold(*t, [&](const replayed& r) {
    std::size_t next = 0;
    add_points(to.lines, next, r.at, (*t)->alert(), r.verdict->alert);
    add_points(to.lines, next, r.at, (*t)->normal(), r.verdict->normal);
    add_level(to, r, health::slot_begin(r.slot, (*t)->slot()));
  });
  if (g.begin) to.begins = health::slot_begin(*g.begin, (*t)->slot());
  return done;
}

result<void> see_rows(const guard_decisions& g, guard_evidence& to) {
  return see_trigger(
      g, g.slots.size(),
      [&](const auto& t, const replay_sink& sink) { return replay_trigger(g, t, sink, digests::none); }, to);
}

/// No more than fit into their minutes, nor than their text can hold.
std::size_t rows_of(const std::vector<sample_chunk>& chunks, duration slot) {
  constexpr std::size_t shortest = 15;  // [0,[0,0,0,0,0]]
  const auto in_minute = 1 + 60'000 / static_cast<std::size_t>(std::max<std::int64_t>(slot.count(), 1));
  std::size_t out = 0;
  for (const auto& c : chunks) out += std::min(in_minute, 1 + c.body.size() / shortest);
  return out;
}

result<void> see_chunks(guard_decisions& g, const std::vector<sample_chunk>& chunks, guard_evidence& to) {
  health::chunk_rows rows;
  std::size_t next_chunk = 0;
  std::size_t next_row = 0;
  const auto fold = [&](const std::shared_ptr<const health::trigger>& t, const replay_sink& sink) {
    const auto next = [&]() -> result<const health::chunk_row*> {
      while (next_row == rows.rows.size()) {
        if (next_chunk == chunks.size()) return nullptr;
        const auto& chunk = chunks[next_chunk++];
        next_row = 0;
        if (!read_chunk_rows(chunk.body, t->inputs().size(), rows)) return unreadable(chunk);
        // Every chunk since the release began says so, that with its first slot among them.
        if (rows.began) g.begin = rows.began;
      }
      return &rows.rows[next_row++];
    };
    return replay_rows(g, t, next, sink);
  };
  return see_trigger(g, rows_of(chunks, g.rule.slot), fold, to);
}

result<void> see_probe(const guard_decisions& g, guard_evidence& to) {
  to.lines.push_back({"probe", g.rule.probe, "", {}, {}, {}});
  return replay_probe(
      g,
      [&](const replayed& r) {
        const auto& outcome = r.row->at(1).get_string();
        auto& line = to.lines.back();
        evidence_point p{r.at, std::nullopt};
        if (outcome != "unavailable") p.value = outcome == "pass" ? 1.0 : 0.0;
        if (r.row->size() > 2 && r.row->at(2).is_string())
          line.gaps.push_back({line.points.size(), std::string(r.row->at(2).get_string())});
        const auto from = to.levels.empty() ? r.at : to.levels.back().to;
        line.points.push_back(p);
        add_level(to, r, from);
      },
      digests::none);
}

guard_evidence& begin_evidence(std::vector<guard_evidence>& all, const guard_decisions& g) {
  auto& e = all.emplace_back();
  e.rule = g.rule;
  for (const auto& d : g.decisions)
    if (e.decisions.empty() || e.decisions.back().level != d.level) e.decisions.push_back(d);
  return e;
}

json::array points_of(const evidence_line& l) {
  json::array out;
  out.reserve(l.points.size());
  for (const auto& p : l.points)
    out.push_back(json::array{to_ms(p.at), p.value ? json::value(*p.value) : json::value(nullptr)});
  for (const auto& gap : l.gaps)
    if (!gap.why.empty()) out.at(gap.point).as_array().emplace_back(gap.why);
  return out;
}

}  // namespace

result<std::vector<guard_evidence>> evidence_of(const decision_record& r) {
  std::vector<guard_evidence> out;
  for (const auto& g : r.guards) {
    auto& e = begin_evidence(out, g);
    if (auto done = g.rule.is_probe() ? see_probe(g, e) : see_rows(g, e); !done) return done.error();
  }
  return out;
}

result<std::vector<guard_evidence>> evidence_of(store& keep, const std::string& run) {
  std::vector<std::vector<sample_chunk>> chunks;
  auto r = gather(keep, run, [&](std::size_t guard, guard_decisions& g, sample_chunk& chunk) -> result<void> {
    if (g.rule.is_probe()) return take_tree(g, chunk);
    chunks.resize(std::max(chunks.size(), guard + 1));
    chunks[guard].push_back(std::move(chunk));
    return {};
  });
  if (!r) return r.error();
  chunks.resize(r->guards.size());
  std::vector<guard_evidence> out;
  for (std::size_t i = 0; i < r->guards.size(); ++i) {
    auto& g = r->guards[i];
    auto& e = begin_evidence(out, g);
    // What was read is given back guard by guard, so that the points find room where it was.
    const auto read = std::exchange(chunks[i], {});
    if (auto done = g.rule.is_probe() ? see_probe(g, e) : see_chunks(g, read, e); !done) return done.error();
  }
  return out;
}

json::object to_json(const guard_evidence& e) {
  json::object out{{"guard", e.rule.guard},
                   {"severity", e.rule.severity},
                   {"normal", e.rule.normal},
                   {"alert", e.rule.alert}};
  if (e.begins) out["begins"] = to_ms(*e.begins);
  if (!e.rule.calibration.is_null()) out["calibration"] = e.rule.calibration;
  json::array lines, levels, decisions;
  for (const auto& l : e.lines) {
    json::array limits;
    for (const auto limit : l.limits) limits.emplace_back(limit);
    lines.push_back(json::object{{"condition", l.condition},
                                 {"text", l.text},
                                 {"unit", l.unit},
                                 {"limits", std::move(limits)},
                                 {"points", points_of(l)}});
  }
  for (const auto& s : e.levels)
    levels.push_back(json::array{to_ms(s.from), to_ms(s.to), json::string(s.level), s.armed});
  for (const auto& d : e.decisions)
    decisions.push_back(
        json::object{{"rev", d.rev}, {"at", to_ms(d.at)}, {"level", d.level}, {"reason", d.reason}});
  out["lines"] = std::move(lines);
  out["levels"] = std::move(levels);
  out["decisions"] = std::move(decisions);
  return out;
}

}  // namespace v1
}  // namespace shipflow
