// What a plan and its run say about people: checklists, tasks, roles.
#pragma once

#include <shipflow/release_report.hpp>

namespace shipflow::report {

/// Items of every checklist, those that checks tick among their groups; `tick`s of people come later.
void tell_items(const run_state& s, release_report& to);
void tell_tasks(const run_state& s, release_report& to);

}  // namespace shipflow::report
