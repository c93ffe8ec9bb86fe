// The report as a table and as a page.
#include <shipflow/rehearsal_views.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

rehearsal_report small_report() {
  rehearsal_report r;
  r.plan = "shop";
  r.version = "1.5.0";
  r.environment = "here";
  r.seed = 7;
  r.runs = 4;
  r.released = 1;
  r.restored = 1;
  r.parked = 1;
  r.rows = {{"migrate", "Move the schema", step_kind::action, duration{0}, duration{2'000}, true},
            {"watch", "Watch", step_kind::watch, duration{2'000}, std::chrono::hours(24), false}};
  r.columns = {{"throttled", "asked to slow down"}, {"fails", "refused"}};
  rehearsal_cell well{0,       0,  rehearsed::released, "", "", duration{5'000}, {},
                      {"go?"}, {}, "--seed 7 --fault a"};
  rehearsal_cell back{
      0,       1,  rehearsed::restored, "migrate failed", "", duration{9'000}, duration{4'000},
      {"go?"}, {}, "--seed 7 --fault b"};
  rehearsal_cell stuck{1,
                       0,
                       rehearsed::parked,
                       "undo of <migrate> failed",
                       "shipflow retry 0196-7f migrate, or shipflow skip 0196-7f migrate if it was",
                       duration{9'000},
                       {},
                       {},
                       {},
                       "--seed 7 --fault c"};
  rehearsal_violation wrong{"restored", "database was \"1\" & is \"2\"", "--seed 7 --fault d"};
  rehearsal_cell bad{1,  1,       rehearsed::violated, "", "", duration{9'000}, {},
                     {}, {wrong}, "--seed 7 --fault d"};
  r.cells = {well, back, stuck, bad};
  r.violations = {wrong};
  r.restoring_median = r.restoring_worst = duration{4'000};
  r.undisturbed.outcome = rehearsed::released;
  r.undisturbed.lasted = std::chrono::hours(24) + std::chrono::minutes(3);
  r.point_of_no_return = {{"publish", "it is irreversible"}};
  return r;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("rehearsal/views: the table shows counts, times, the matrix and what a person can do") {
  const auto table = to_table(small_report());
  CHECK(has(table, "rehearsal of shop 1.5.0 to here: exhaustive, seed 7\n"));
  CHECK(has(table, "4 runs: 1 released, 1 restored, 1 waits for a person, 1 violation\n"));
  CHECK(has(table, "undisturbed      24h3m from start to end\n"));
  CHECK(has(table, "median 4s, worst 4s\n"));
  CHECK(has(table, "no return after  publish: it is irreversible\n"));
  CHECK(has(table, "  migrate       2s  +<\n"));
  CHECK(has(table, "  watch        24h  ?!\n"));
  CHECK(has(table, "   1  throttled"));
  CHECK(has(table, "     2x  go?\n"));
  CHECK(has(table, "next: shipflow retry RUN migrate, or shipflow skip RUN migrate if it was\n"));
  CHECK(has(table, "  restored: database was \"1\" & is \"2\"\n    shown by: --seed 7 --fault d\n"));
  CHECK(table == to_table(small_report()));
}

TEST_CASE("rehearsal/views: a plan without a point of no return and a single run read well") {
  auto r = small_report();
  r.point_of_no_return.clear();
  r.violations.clear();
  r.columns.clear();
  r.mode = rehearsal_mode::single;
  r.cells = {r.cells[1]};
  const auto table = to_table(r);
  CHECK(has(table, "no return after  none: every step can be put back or needs no putting back\n"));
  CHECK(has(table, "no violation\n"));
  CHECK(has(table, "--seed 7 --fault b\n    restored after 9s, restored in 4s: migrate failed\n"));
  CHECK_FALSE(has(table, "step    lasts"));
  CHECK(has(to_html(r), "<code>--seed 7 --fault b</code>"));
}

TEST_CASE("rehearsal/views: the page escapes, loads nothing, and stays small for a large plan") {
  const auto page = to_html(small_report());
  CHECK(has(page, "role=\"img\"><title>"));
  CHECK(has(page, "prefers-color-scheme:dark"));
  CHECK(has(page, "undo of &lt;migrate&gt; failed"));
  CHECK(has(page, "database was &quot;1&quot; &amp; is &quot;2&quot;"));
  CHECK_FALSE(has(page, "<migrate>"));
  for (const char* loader : {"<script", "src=", "href=", "url(", "http:", "https:", "@import"})
    CHECK_MESSAGE(!has(page, loader), loader);
  auto large = small_report();
  large.rows.assign(50, large.rows[0]);
  large.columns.assign(38, {"a_fault_with_a_long_name", "and a line of help for people who read it"});
  large.cells.clear();
  for (std::size_t row = 0; row < 50; ++row)
    for (std::size_t column = 0; column < 38; ++column) {
      auto c = small_report().cells[2];
      c.row = row;
      c.column = column;
      c.why = std::string(5'000, 'w');
      large.cells.push_back(c);
    }
  CHECK(to_html(large).size() < std::size_t{1} << 20U);
}
