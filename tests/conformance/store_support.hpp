// Small values and waits that tests of stores share.
#pragma once

#include <shipflow/store.hpp>

#include <future>
#include <string>
#include <vector>

namespace shipflow::conformance {

inline run_row a_run(const std::string& id, run_status status = run_status::ready) {
  run_row r;
  r.id = id;
  r.plan_digest = "sha256:00";
  r.plan = "shop";
  r.environment = "local";
  r.version = "1.4.0";
  r.principal = "user:ada";
  r.status = status;
  r.created_ms = 1000;
  r.updated_ms = 1000;
  return r;
}

/// The next `count` facts of a run after `rev`, chained to `previous`.
inline std::vector<stored_fact> facts_after(const std::string& run, std::int64_t rev, std::string previous,
                                            std::size_t count, const std::string& text = "x") {
  std::vector<stored_fact> out;
  if (rev == 0) previous = chain_start(run);
  for (std::size_t i = 0; i < count; ++i) {
    fact f;
    f.rev = ++rev;
    f.kind = f.rev == 1 ? fact_kind::created : fact_kind::outcome;
    f.at = from_ms(1000 + rev);
    f.step = "step";
    f.body["text"] = text;
    previous = chain(previous, f);
    out.push_back({f.rev, f.kind, to_ms(f.at), journal_format, canonical(to_json(f)), previous});
  }
  return out;
}

inline std::vector<stored_fact> first_facts(const std::string& run, std::size_t count = 1) {
  return facts_after(run, 0, {}, count);
}

/// A commit of `count` facts by the holder of `row`, which it keeps up to date for the next one.
inline commit_request next_commit(const run_row& row, std::size_t count = 1,
                                  const std::string& previous = "p") {
  commit_request c;
  c.run = row.id;
  c.fence = row.fence;
  c.expected_rev = row.rev;
  c.facts = facts_after(row.id, row.rev, previous, count);
  c.status = run_status::owned;
  c.now_ms = 2000;
  return c;
}

/// Commits and waits for the completion.
inline commit_result commit_now(store& s, commit_request change) {
  std::promise<commit_result> answer;
  auto future = answer.get_future();
  s.commit(std::move(change), [&](commit_result r) { answer.set_value(std::move(r)); });
  return future.get();
}

/// True when the bodies of the facts are chained as their hashes say, from revision 1.
inline bool chain_is_whole(const std::string& run, const std::vector<stored_fact>& facts) {
  auto previous = chain_start(run);
  std::int64_t rev = 0;
  for (const auto& s : facts) {
    const auto parsed = parse_json(s.body);
    if (!parsed || s.rev != ++rev) return false;
    const auto f = fact_from_json(*parsed);
    if (!f || f->rev != s.rev || f->kind != s.kind) return false;
    previous = chain(previous, *f);
    if (previous != s.hash) return false;
  }
  return true;
}

}  // namespace shipflow::conformance
