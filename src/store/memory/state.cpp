#include "store/memory/state.hpp"

#include <algorithm>

namespace shipflow::memory {
namespace {

error no_run(const std::string& id) {
  return make_error(errc::not_found, "run \"" + id + "\" does not exist");
}

bool gapless(const std::vector<stored_fact>& facts, std::int64_t rev) {
  return std::all_of(facts.begin(), facts.end(), [&](const stored_fact& f) { return f.rev == ++rev; });
}

bool has_signals(const kept_run& run) {
  return std::any_of(run.signals.begin(), run.signals.end(), [](const auto& s) { return !s.used; });
}

// When an unowned run wants attention: 0 for at once, empty for never.
std::optional<std::int64_t> wake(const kept_run& run) {
  const auto& row = run.row;
  if (!row.owner.empty() || is_terminal(row.status)) return {};
  if (row.status == run_status::ready || row.status == run_status::owned || has_signals(run)) return 0;
  return row.due_ms;
}

void own(run_row& row, const std::string& engine, std::int64_t now_ms) {
  row.owner = engine;
  ++row.fence;
  row.updated_ms = now_ms;
  if (row.status == run_status::ready || row.status == run_status::waiting) row.status = run_status::owned;
}

bool matches(const run_row& row, const run_filter& filter) {
  return (filter.environment.empty() || row.environment == filter.environment) &&
         (filter.plan.empty() || row.plan == filter.plan) &&
         (!filter.terminal || *filter.terminal == is_terminal(row.status));
}

}  // namespace

result<void> state::put_plan(const std::string& digest, const std::string& body) {
  if (digest.empty()) return make_error(errc::invalid_argument, "a plan needs a digest");
  plans_.emplace(digest, body);
  return {};
}

result<std::string> state::get_plan(const std::string& digest) const {
  const auto found = plans_.find(digest);
  if (found == plans_.end())
    return make_error(errc::not_found, "plan \"" + digest + "\" is not in the store");
  return found->second;
}

result<void> state::create_run(const run_row& row, const std::vector<stored_fact>& facts,
                               const std::vector<std::string>& acquire,
                               const std::vector<stored_message>& messages) {
  if (row.id.empty()) return make_error(errc::invalid_argument, "a run needs an id");
  if (!gapless(facts, 0))
    return make_error(errc::invalid_argument,
                      "the first facts of run \"" + row.id + "\" must have revisions 1, 2, ...");
  if (runs_.contains(row.id))
    return make_error(errc::already_exists, "run \"" + row.id + "\" exists already");
  if (const auto other = find_external(row.external_id))
    return make_error(errc::already_exists,
                      "external id \"" + row.external_id + "\" belongs to run \"" + other->id + "\"");
  if (const auto [resource, holder] = holder_of(acquire, row.id); !holder.empty())
    return make_error(errc::conflict, "lock \"" + resource + "\" is held by run \"" + holder + "\"");
  auto& run = runs_[row.id];
  run.row = row;
  run.row.rev = static_cast<std::int64_t>(facts.size());
  run.facts = facts;
  run.number = ++runs_made_;
  if (!row.external_id.empty()) external_ids_[row.external_id] = row.id;
  for (const auto& resource : acquire) locks_[resource] = row.id;
  keep_messages(messages);
  return {};
}

result<run_row> state::get_run(const std::string& id) const {
  const auto found = runs_.find(id);
  if (found == runs_.end()) return no_run(id);
  return found->second.row;
}

result<run_row> state::find_external(const std::string& external_id) const {
  const auto found = external_ids_.find(external_id);
  if (found != external_ids_.end()) return runs_.at(found->second).row;
  return make_error(errc::not_found, "no run has the external id \"" + external_id + "\"");
}

std::vector<run_row> state::list_runs(const run_filter& filter) const {
  std::vector<const kept_run*> found;
  for (const auto& [id, run] : runs_)
    if (matches(run.row, filter)) found.push_back(&run);
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->number > b->number; });
  if (found.size() > filter.limit) found.resize(filter.limit);
  std::vector<run_row> rows;
  rows.reserve(found.size());
  for (const auto* run : found) rows.push_back(run->row);
  return rows;
}

result<std::vector<run_row>> state::claim(const std::string& engine, std::int64_t now_ms, std::size_t limit) {
  if (engine.empty()) return make_error(errc::invalid_argument, "a claim needs an engine id");
  std::vector<std::pair<std::int64_t, std::string>> due;
  for (const auto& [id, run] : runs_)
    if (const auto at = wake(run); at && *at <= now_ms) due.emplace_back(*at, id);
  std::sort(due.begin(), due.end());
  if (due.size() > limit) due.resize(limit);
  std::vector<run_row> rows;
  for (const auto& [at, id] : due) {
    own(runs_[id].row, engine, now_ms);
    rows.push_back(runs_[id].row);
  }
  return rows;
}

result<run_row> state::claim_run(const std::string& engine, const std::string& run, std::int64_t now_ms) {
  if (engine.empty()) return make_error(errc::invalid_argument, "a claim needs an engine id");
  const auto found = runs_.find(run);
  if (found == runs_.end()) return no_run(run);
  own(found->second.row, engine, now_ms);
  return found->second.row;
}

result<std::size_t> state::adopt(const std::string& engine, std::int64_t now_ms) {
  if (engine.empty()) return make_error(errc::invalid_argument, "adopting needs an engine id");
  std::size_t freed = 0;
  for (auto& [id, run] : runs_) {
    auto& row = run.row;
    if (row.owner.empty() || row.owner == engine) continue;
    row.owner.clear();
    row.updated_ms = now_ms;
    ++freed;
    if (is_terminal(row.status)) continue;
    if (row.status == run_status::owned) row.status = run_status::ready;
    row.due_ms = std::min(row.due_ms.value_or(now_ms), now_ms);
  }
  return freed;
}

std::optional<std::int64_t> state::next_due() const {
  std::optional<std::int64_t> first;
  for (const auto& [id, run] : runs_) {
    const auto at = wake(run);
    if (at && (!first || *at < *first)) first = at;
  }
  return first;
}

std::pair<std::string, std::string> state::holder_of(std::vector<std::string> resources,
                                                     const std::string& run) const {
  std::sort(resources.begin(), resources.end());
  for (const auto& resource : resources) {
    const auto held = locks_.find(resource);
    if (held != locks_.end() && held->second != run) return *held;
  }
  return {};
}

void state::take_locks(const commit_request& change) {
  for (const auto& resource : change.acquire) locks_[resource] = change.run;
  for (const auto& resource : change.release_locks) {
    const auto held = locks_.find(resource);
    if (held != locks_.end() && held->second == change.run) locks_.erase(held);
  }
  if (is_terminal(change.status))
    std::erase_if(locks_, [&](const auto& l) { return l.second == change.run; });
}

commit_result state::commit(const commit_request& change) {
  commit_result answer;
  if (!gapless(change.facts, change.expected_rev)) {
    answer.status = commit_status::failed;
    answer.problem = make_error(errc::invalid_argument, "the facts of run \"" + change.run +
                                                            "\" must follow its revision without gap");
    return answer;
  }
  const auto found = runs_.find(change.run);
  answer.status = commit_status::fenced;
  if (found == runs_.end()) return answer;
  auto& row = found->second.row;
  if (row.fence != change.fence || row.rev != change.expected_rev) return answer;
  answer.status = commit_status::locked;
  answer.holder = holder_of(change.acquire, change.run).second;
  if (!answer.holder.empty()) return answer;

  row.rev += static_cast<std::int64_t>(change.facts.size());
  row.status = change.status;
  row.due_ms = change.due_ms;
  row.reason = change.reason;
  row.updated_ms = change.now_ms;
  if (change.release) row.owner.clear();
  if (!is_terminal(row.status)) row.finished_ms = 0;
  if (is_terminal(row.status) && row.finished_ms == 0) row.finished_ms = change.now_ms;
  found->second.purged = false;
  found->second.facts.insert(found->second.facts.end(), change.facts.begin(), change.facts.end());
  for (const auto& c : change.samples) found->second.samples[{c.minute, c.series}] = c.body;
  take_locks(change);
  keep_messages(change.messages);
  for (auto& s : found->second.signals)
    if (std::count(change.used_signals.begin(), change.used_signals.end(), s.signal.id) > 0) s.used = true;
  answer.status = commit_status::committed;
  answer.rev = row.rev;
  answer.signals_waiting = has_signals(found->second);
  return answer;
}

result<std::vector<stored_fact>> state::read_facts(const std::string& run, std::int64_t after_rev) const {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return no_run(run);
  std::vector<stored_fact> facts;
  std::copy_if(found->second.facts.begin(), found->second.facts.end(), std::back_inserter(facts),
               [&](const stored_fact& f) { return f.rev > after_rev; });
  return facts;
}

result<void> state::put_signal(const stored_signal& s) {
  if (s.id.empty()) return make_error(errc::invalid_argument, "a signal needs an id");
  const auto found = runs_.find(s.run);
  if (found == runs_.end()) return no_run(s.run);
  if (signal_ids_.insert(s.id).second) found->second.signals.push_back({s, false});
  return {};
}

result<std::vector<stored_signal>> state::unused_signals(const std::string& run) const {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return no_run(run);
  std::vector<stored_signal> out;
  for (const auto& s : found->second.signals)
    if (!s.used) out.push_back(s.signal);
  return out;
}

std::vector<std::pair<std::string, std::string>> state::locks() const {
  return {locks_.begin(), locks_.end()};
}

result<std::vector<sample_chunk>> state::read_samples(const std::string& run) const {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return no_run(run);
  std::vector<sample_chunk> out;
  for (const auto& [key, body] : found->second.samples) out.push_back({key.second, key.first, body});
  return out;
}

void state::forget(const std::string& id, kept_run& run) {
  std::erase_if(messages_, [&](const auto& m) { return m.run == id; });
  for (const auto& s : run.signals) signal_ids_.erase(s.signal.id);
  run.facts.clear();
  run.signals.clear();
  run.samples.clear();
  run.purged = true;
}

std::size_t state::purge(std::int64_t before_ms, std::optional<std::int64_t> rows_before_ms) {
  const auto history_ms = std::max(before_ms, rows_before_ms.value_or(before_ms));
  std::size_t count = 0;
  for (auto next = runs_.begin(); next != runs_.end();) {
    const auto it = next++;
    const auto& row = it->second.row;
    if (!is_terminal(row.status) || !row.owner.empty()) continue;
    const bool drop_row = rows_before_ms && row.finished_ms < *rows_before_ms;
    if (!drop_row && (it->second.purged || row.finished_ms >= history_ms)) continue;
    forget(it->first, it->second);
    if (drop_row) {
      std::erase_if(locks_, [&](const auto& l) { return l.second == it->first; });
      external_ids_.erase(row.external_id);
      runs_.erase(it);
    }
    ++count;
  }
  return count;
}

}  // namespace shipflow::memory
