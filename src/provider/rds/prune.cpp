// Deleting old snapshots: only those that this provider made of this source.
#include "base/members.hpp"
#include "provider/rds/actions.hpp"

#include <algorithm>

namespace shipflow::rds {
namespace {

constexpr int usual_keep = 10;
constexpr std::size_t most_at_once = 10;

struct rule {
  int keep = usual_keep;
  std::optional<duration> older_than;
};

result<rule> rule_of(const session& s) {
  rule r;
  if (s.q.inputs.contains("keep")) {
    const auto n = members::whole(s.q.inputs, "keep", -1);
    if (n < 1 || n > most_keep)
      return make_error(errc::invalid_argument, s.q.component + ": keep must be a whole number from 1 to " +
                                                    std::to_string(most_keep));
    r.keep = static_cast<int>(n);
  }
  const auto age = span_of(s.q.inputs, "older_than");
  if (!age) return age.error();
  r.older_than = *age;
  return r;
}

struct choice {
  std::vector<std::string> go;
  int kept = 0;
};

choice choose(const session& s, const rule& r, const std::vector<taken>& newest_first) {
  choice out;
  int good = 0;
  for (const auto& t : newest_first) {
    if (t.effect.empty() || !t.id.starts_with("shipflow-") || t.source != s.bound.source) continue;
    if (t.status != "available" && t.status != "failed") continue;
    const bool counts = t.status == "available" && ++good <= r.keep;
    const bool young =
        r.older_than && t.status == "available" && (!t.created || s.on.now() - *t.created <= *r.older_than);
    if (counts || young || t.run == s.q.run)
      ++out.kept;
    else
      out.go.push_back(t.id);
  }
  return out;
}

aws::got<choice> look(session& s) {
  const auto r = rule_of(s);
  if (!r) return answer::failed(r.error());
  const auto all = snapshots_of_source(s, "manual");
  if (!all) return all.error();
  return choose(s, *r, *all);
}

/// Gone, or going.
aws::got<bool> remove(session& s, const std::string& id) {
  const auto& w = words_of(s.bound.cluster);
  const auto said = s.attempt(service, w.remove, {{w.id, id}});
  if (said || said.error().code == errc::not_found) return true;
  return aws::visit::not_written(said.error());
}

answer some_of(session& s, const choice& now, const json::object& handle) {
  const auto& all = members::list(handle, "go");
  std::size_t n = 0;
  for (const auto& id : now.go) {
    if (n == most_at_once) break;
    if (std::find(all.begin(), all.end(), json::value(json::string(id))) == all.end()) continue;
    const auto gone = remove(s, id);
    if (!gone) return gone.error();
    ++n;
  }
  if (n == most_at_once)
    return answer::in_progress(-1, std::to_string(all.size()) + " old snapshots are being deleted",
                               look_again(duration{0}));
  return answer::done({{"deleted", all}, {"kept", members::whole(handle, "kept")}});
}

}  // namespace

answer prune(session& s) {
  if (s.q.what != verb::apply && s.q.what != verb::settle && s.q.what != verb::resolve) return answer::done();
  const auto now = look(s);
  if (!now) return now.error();
  if (s.q.what == verb::settle) {
    if (s.q.stop.stop_requested()) return s.refuse(errc::cancelled, "the other old snapshots are kept");
    return some_of(s, *now, members::as_object(s.q.handle));
  }
  json::object handle{{"go", json::array(now->go.begin(), now->go.end())}, {"kept", now->kept}};
  if (now->go.empty()) return answer::done({{"deleted", json::array{}}, {"kept", now->kept}});
  if (s.q.what == verb::resolve) return answer::not_applied();
  return answer::started(std::move(handle), duration{200});
}

}  // namespace shipflow::rds
