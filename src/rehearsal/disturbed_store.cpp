#include "rehearsal/disturbed_store.hpp"

namespace shipflow::rehearsal {

// The canonical text of a fact ends with its step.
passing_fact look_at(const stored_fact& f) {
  constexpr std::string_view before = "\"step\":\"";
  const std::string_view body = f.body;
  const auto at = body.rfind(before);
  passing_fact out{f.kind, {}, &f};
  if (at == std::string_view::npos || !body.ends_with("\"}")) return out;
  const auto begin = at + before.size();
  out.step = body.substr(begin, body.size() - 2 - begin);
  return out;
}

void disturbed_store::commit(commit_request c, std::function<void(commit_result)> done) {
  if (dead) return;
  const auto fate = judge ? judge(c) : commit_fate::normal;
  commit_result said;
  bool wrote = false;
  const bool writes = fate == commit_fate::normal || fate == commit_fate::written_and_not_heard ||
                      fate == commit_fate::unknown_written;
  if (writes)
    wrapped_store::commit(c, [&](const commit_result& r) {
      said = r;
      wrote = r.status == commit_status::committed;
    });
  if (wrote && written) written(c);
  switch (fate) {
    case commit_fate::normal: break;
    case commit_fate::lost_with_the_engine:
    case commit_fate::written_and_not_heard: return;
    case commit_fate::refused:
      said.status = commit_status::failed;
      said.problem = make_error(errc::io, "no space left on the device");
      break;
    case commit_fate::unknown_written:
    case commit_fate::unknown_not_written:
      said = {};
      said.problem = make_error(errc::io, "the disk did not answer");
      break;
  }
  if (done) done(std::move(said));
}

}  // namespace shipflow::rehearsal
