"""Bugs to plant: name, file, [(text, its replacement)], test program, filter of its test cases.

A text must be in the file, so a bug that can no longer be planted is noticed.
"""

ENGINE = ("test_engine", "*")

PLANTED = [
    ("an intent is carried out again without asking whether it was, after a takeover", "src/run/apply.cpp",
     [("s.steps[i].status = step_status::unclear;", "s.steps[i].status = step_status::intent;")], *ENGINE),
    ("the store in memory takes writes of an engine that lost its run", "src/store/memory/state.cpp",
     [("row.fence != change.fence || row.rev", "row.rev")], "test_conformance", "*"),
    ("the store in SQLite takes writes of an engine that lost its run", "src/store/sqlite/commit.cpp",
     [("AND fence=?2", "AND fence>=?2")], "test_conformance", "*"),
    ("what is open when the run turns back is not in the list of what is put back", "src/run/decide_ready.cpp",
     [("if (!step.touched || step.restored) return false;",
       "if (!step.touched || step.restored || !is_over(step.status)) return false;")], *ENGINE),
    ("traffic goes back when its turn comes in the graph, not first", "src/run/decide_undo.cpp",
     [("s.what->steps[unit.step].rank == best && ", "best <= restore_rank::cleanup && ")], *ENGINE),
    ("an effect starts before its intent is durable", "src/engine/actor.cpp",
     [("    commit(then);\n    return;\n  }\n  run_effects(then);",
       "    run_effects(then);\n    commit(then);\n    return;\n  }\n  run_effects(then);")], *ENGINE),
    ("an effect that was started counts as done", "src/run/decide_step.cpp",
     [('case answer_kind::started: d.add(fact_kind::started, i, {{"handle", a.value}}); break;',
       "case answer_kind::started: done(d, i, a); break;")], *ENGINE),
    ("every touch of a resource is undone, not the first one", "src/run/decide_ready.cpp",
     [("return undoable && (step.first || planned.resources.empty());", "return undoable;")], *ENGINE),
    ("a second attempt takes what the first one left for the baseline", "src/run/fold_step.cpp",
     [("if (!step.touched) step.baseline = step.observed;", "step.baseline = step.observed;")], *ENGINE),
    ("a signal stays unused after the run heard it", "src/engine/actor.cpp",
     [("if (!signal.empty()) used_.push_back(signal);", "")], *ENGINE),
    ("a timer begins anew after a takeover", "src/run/decide.cpp",
     [('  if (open || undoes) d.add(fact_kind::state, "", {{"resumed", true}});',
       '  if (open || undoes) d.add(fact_kind::state, "", {{"resumed", true}});\n'
       '  for (const auto i : d.s.active)\n'
       '    if (d.step(i).status == step_status::timing)\n'
       '      d.add(fact_kind::timer, i, {{"due", to_ms(d.now + d.planned(i).lasts)}});')], *ENGINE),
    ("a guard without data lets a bake pass", "src/run/decide_step.cpp",
     [("if (level != guard_level::pass && ", "if (level == guard_level::alert && ")], *ENGINE),
    ("locks are given up when a rollback begins", "src/run/state.cpp",
     [("return p == phase::forward || p == phase::draining || p == phase::compensating || p == phase::verifying;",
       "return p == phase::forward;")], *ENGINE),
    ("the world is not compared with the baseline after a rollback", "src/run/decide_undo.cpp",
     [("const bool look = s.what->rollback.verify && !all_verified(d);", "const bool look = false;")], *ENGINE),
    ("an unknown answer counts as a way back", "src/run/decide_ready.cpp",
     [("if (a.kind == answer_kind::done) {", "if (a.kind == answer_kind::done || a.kind == answer_kind::unknown) {")],
     *ENGINE),
    ("a shadow carries out what it should only look at", "src/provider/shadow/provider.cpp",
     [("      case verb::apply:\n", ""), ("case verb::diagnose: return", "case verb::apply:\n      case verb::diagnose: return")],
     *ENGINE),
    ("an undo waits for late calls of its own step only", "src/run/decide_undo.cpp",
     [("(i == unit.step || share_resources(s, i, unit.step))", "i == unit.step")], "test_run_machine", "run/late*"),
    ("an engine that lost a run forgets what was said to it", "src/engine/actor.cpp",
     [("core_.dismiss(state_.id, core_.time.now());", "core_.dismiss(state_.id, std::nullopt);")], *ENGINE),
    ("a commit in SQLite is acknowledged before it is flushed", "src/store/sqlite/open.cpp",
     [('"PRAGMA synchronous=FULL", "2"', '"PRAGMA synchronous=NORMAL", "1"')], "test_faults", "*power failure*"),
]
