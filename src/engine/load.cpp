// Reading runs back: facts to a state, and the check of the chain.
#include "engine/load.hpp"

namespace shipflow {
inline namespace v1 {
namespace {

result<fact> read_fact(const stored_fact& stored) {
  if (stored.format > journal_format || stored.format < journal_format_oldest_read)
    return make_error(errc::newer_version, "fact " + std::to_string(stored.rev) + " has journal format " +
                                               std::to_string(stored.format) + "; this version reads " +
                                               std::to_string(journal_format_oldest_read) + " to " +
                                               std::to_string(journal_format));
  auto parsed = parse_json(stored.body, 128);
  if (!parsed)
    return make_error(errc::corrupt, "fact " + std::to_string(stored.rev) + ": " + parsed.error().message);
  return fact_from_json(*parsed);
}

error broken(const std::string& run, std::int64_t rev, const std::string& why) {
  return make_error(errc::corrupt, "run " + run + ", fact " + std::to_string(rev) + ": " + why);
}

// The canonical text of the fact.
result<std::string> check_link(const std::string& run, std::int64_t expected, const stored_fact& stored,
                               const fact& f, std::string& head) {
  if (stored.rev != expected || f.rev != expected)
    return broken(run, expected, "missing; found fact " + std::to_string(stored.rev) + " in its place");
  auto text = canonical(to_json(f));
  head = sha256_hex(head + "\n" + text);
  if (head != stored.hash) return broken(run, expected, "its hash does not match the chain; it was changed");
  return text;
}

// A purge takes all facts of an ended run and leaves its row.
result<std::vector<stored_fact>> read_journal(store& keep, const run_row& row) {
  auto facts = keep.read_facts(row.id);
  if (facts && facts->empty() && row.rev > 0 && is_terminal(row.status))
    return make_error(errc::not_found, "none of the " + std::to_string(row.rev) + " facts of run " + row.id +
                                           " is kept any more: a purge deletes them some time after the "
                                           "end, and nobody can tell whether it was one");
  return facts;
}

}  // namespace

result<plan> load_plan(store& keep, const std::string& digest) {
  auto body = keep.get_plan(digest);
  if (!body) return body.error();
  auto parsed = parse_json(*body, 128);
  if (!parsed) return make_error(errc::corrupt, "plan " + digest + ": " + parsed.error().message);
  return plan_from_json(*parsed);
}

result<run_state> load_run(store& keep, const std::string& run) {
  auto row = keep.get_run(run);
  if (!row) return row.error();
  auto what = load_plan(keep, row->plan_digest);
  if (!what) return what.error();
  return engine_room::load_run(keep, *row, std::make_shared<const plan>(std::move(*what)));
}

result<audit_result> verify_audit(store& keep, const std::string& run) {
  auto row = keep.get_run(run);
  if (!row) return row.error();
  auto facts = read_journal(keep, *row);
  if (!facts) return facts.error();
  audit_result out;
  out.head = chain_start(run);
  for (const auto& stored : *facts) {
    auto f = read_fact(stored);
    if (!f) return f.error();
    const auto text = check_link(run, static_cast<std::int64_t>(out.facts) + 1, stored, *f, out.head);
    if (!text) return text.error();
    if (stored.body != *text) return broken(run, stored.rev, "its text is not canonical");
    ++out.facts;
  }
  if (row->rev != static_cast<std::int64_t>(out.facts))
    return broken(run, row->rev, "missing; the journal ends at fact " + std::to_string(out.facts));
  return out;
}

}  // namespace v1

namespace engine_room {

result<run_state> load_run(store& keep, const run_row& row, std::shared_ptr<const plan> what) {
  auto facts = read_journal(keep, row);
  if (!facts) return facts.error();
  auto state = make_state(row.id, std::move(what));
  for (const auto& stored : *facts) {
    auto f = read_fact(stored);
    if (!f) return f.error();
    if (auto linked = check_link(row.id, state.rev + 1, stored, *f, state.hash); !linked)
      return linked.error();
    if (auto applied = apply(state, *f); !applied) return applied.error();
  }
  return state;
}

}  // namespace engine_room
}  // namespace shipflow
