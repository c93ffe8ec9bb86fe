// A report for programs.
#include <shipflow/rehearsal.hpp>

namespace shipflow {
inline namespace v1 {
namespace {

json::array to_array(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& t : texts) out.emplace_back(t);
  return out;
}

json::array to_array(const std::vector<rehearsal_violation>& all) {
  json::array out;
  for (const auto& v : all) out.push_back({{"check", v.check}, {"what", v.what}, {"replay", v.replay}});
  return out;
}

json::object cell_to_json(const rehearsal_cell& c) {
  json::object out{
      {"outcome", std::string(name_of(c.outcome))}, {"lasted_ms", c.lasted.count()}, {"replay", c.replay}};
  if (!c.why.empty()) out["why"] = c.why;
  if (!c.action.empty()) out["action"] = c.action;
  if (c.restoring) out["restoring_ms"] = c.restoring->count();
  if (!c.questions.empty()) out["questions"] = to_array(c.questions);
  if (!c.violations.empty()) out["violations"] = to_array(c.violations);
  return out;
}

}  // namespace

json::object to_json(const rehearsal_report& r) {
  json::object out{{"plan", r.plan},
                   {"plan_digest", r.plan_digest},
                   {"environment", r.environment},
                   {"version", r.version},
                   {"mode", std::string(name_of(r.mode))},
                   {"seed", r.seed},
                   {"runs", r.runs},
                   {"released", r.released},
                   {"restored", r.restored},
                   {"parked", r.parked},
                   {"virtual_ms", r.virtual_time.count()},
                   {"hash", r.hash}};
  if (r.restoring_median && r.restoring_worst)
    out["restoring"] =
        json::object{{"median_ms", r.restoring_median->count()}, {"worst_ms", r.restoring_worst->count()}};
  json::array no_return;
  for (const auto& p : r.point_of_no_return) no_return.push_back({{"step", p.step}, {"why", p.why}});
  out["point_of_no_return"] = std::move(no_return);
  json::array rows;
  for (const auto& row : r.rows)
    rows.push_back({{"id", row.id},
                    {"title", row.title},
                    {"kind", std::string(name_of(row.kind))},
                    {"began_ms", row.began.count()},
                    {"ended_ms", row.ended.count()},
                    {"undone", row.undone}});
  out["rows"] = std::move(rows);
  json::array columns;
  for (const auto& c : r.columns) columns.push_back({{"name", c.name}, {"help", c.help}});
  out["columns"] = std::move(columns);
  json::array cells;
  for (const auto& c : r.cells) {
    auto o = cell_to_json(c);
    if (!r.columns.empty()) {
      o["step"] = r.rows.at(c.row).id;
      o["fault"] = r.columns.at(c.column).name;
    }
    cells.push_back(std::move(o));
  }
  out["cells"] = std::move(cells);
  out["undisturbed"] = cell_to_json(r.undisturbed);
  out["violations"] = to_array(r.violations);
  return out;
}

}  // namespace v1
}  // namespace shipflow
