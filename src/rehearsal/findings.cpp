#include "rehearsal/findings.hpp"

#include "rehearsal/disturbed_store.hpp"

#include <shipflow/engine.hpp>

namespace shipflow::rehearsal {

std::vector<finding> check_chain(store& keep, const std::string& run) {
  const auto audit = verify_audit(keep, run);
  if (audit) return {};
  return {{"chain", audit.error().text()}};
}

std::vector<finding> check_fold(const run_state& held, const run_state& stored) {
  if (held.rev != stored.rev || summary(held) == summary(stored)) return {};
  return {{"chain", "the engine's state is not the fold of the stored facts"}};
}

std::vector<finding> check_turned(const std::vector<stored_fact>& facts) {
  std::vector<finding> out;
  bool turned = false;
  for (const auto& stored : facts) {
    if (stored.kind == fact_kind::state && stored.body.find("\"phase\":\"draining\"") != std::string::npos)
      turned = true;
    if (turned && stored.kind == fact_kind::intent)
      out.push_back({"no_new_intent",
                     "step " + std::string(look_at(stored).step) + " began after the run had turned back"});
  }
  return out;
}

std::vector<finding> check_secrets(store& keep, const std::string& run) {
  std::vector<finding> out;
  const auto look = [&](const std::string& text, const std::string& where) {
    if (text.find(secret_mark) != std::string::npos)
      out.push_back({"secrets", "a secret is written in " + where});
  };
  if (const auto facts = keep.read_facts(run))
    for (const auto& f : *facts) look(f.body, "fact " + std::to_string(f.rev));
  if (const auto samples = keep.read_samples(run))
    for (const auto& chunk : *samples) look(chunk.body, "the samples of " + chunk.series);
  if (const auto messages = keep.read_messages(run))
    for (const auto& m : *messages) look(m.body + m.why, "the message of " + m.moment + " to " + m.channel);
  const auto row = keep.get_run(run);
  if (!row) return out;
  look(row->reason, "the row of the run");
  if (const auto body = keep.get_plan(row->plan_digest)) look(*body, "the plan");
  return out;
}

std::vector<finding> check_no_return(const run_state& s) {
  if (s.phase != phase::rolled_back && s.phase != phase::failed && s.phase != phase::cancelled) return {};
  std::vector<finding> out;
  for (step_index i = 0; i < s.steps.size(); ++i) {
    const auto& planned = s.what->steps[i];
    if (planned.undo != reversibility::irreversible || !s.steps[i].touched) continue;
    if (s.reason.find(planned.id) == std::string::npos)
      out.push_back({"point_of_no_return",
                     "step " + planned.id + " is irreversible and was left; the run says only: " + s.reason});
  }
  return out;
}

}  // namespace shipflow::rehearsal
