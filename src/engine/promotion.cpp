// What stands where, and whether it may go on from there.
#include <shipflow/engine.hpp>
#include <shipflow/promotion.hpp>

#include <algorithm>
#include <map>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::size_t most_looked_at = 1'000;

// A step of the document was carried out when all its parts were.
std::vector<std::string> carried_out_in(const run_state& s) {
  std::map<std::string, bool> done;
  for (std::size_t i = 0; i < s.steps.size(); ++i) {
    const auto& planned = s.what->steps[i];
    const auto at = done.emplace(planned.group.empty() ? planned.id : planned.group, true).first;
    at->second = at->second && s.steps[i].status == step_status::done;
  }
  std::vector<std::string> out;
  for (const auto& [id, all] : done)
    if (all) out.push_back(id);
  return out;
}

// What the guards of a run that is still watched say now.
std::string trouble_of(const run_state& s) {
  if (!is_terminal(s.phase) && !s.parked.empty()) return s.parked;
  if (s.phase != phase::watching) return s.phase == phase::released ? std::string{} : s.reason;
  for (std::size_t i = 0; i < s.guards.size(); ++i) {
    const auto level = s.guards[i].level;
    if (level != guard_level::none && level != guard_level::pass)
      return s.what->guards[i].id + " says " + std::string(name_of(level)) +
             (s.guards[i].reason.empty() ? "" : ": " + s.guards[i].reason);
  }
  return {};
}

// The last alert after the release; facts of the way there count for nothing any more.
result<time_point> last_alert(store& keep, const run_state& s) {
  auto out = s.released_at;
  const auto facts = keep.read_facts(s.id);
  if (!facts) return facts.error();
  for (const auto& stored : *facts) {
    if (stored.kind != fact_kind::verdict || from_ms(stored.at_ms) < s.released_at) continue;
    const auto body = parse_json(stored.body);
    if (!body) return body.error();
    const auto f = fact_from_json(*body);
    if (!f) return f.error();
    const auto* level = f->body.if_contains("level");
    if (level != nullptr && level->is_string() && level->get_string() == "alert") out = f->at;
  }
  return out;
}

// "registry/api:v1@sha256:<64 digits>" -> "sha256:..."; nothing when it is not pinned. A digest that was cut off or
// never filled in would make different images the same.
std::string digest_of(const std::string& image) {
  constexpr std::string_view mark = "@sha256:";
  const auto at = image.rfind(mark);
  if (at == std::string::npos) return {};
  const auto digits = std::string_view(image).substr(at + mark.size());
  const bool whole =
      digits.size() == 64 && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return whole ? image.substr(at + 1) : std::string{};
}

bool same_digests(const release_info& a, const release_info& b) {
  return a.images.size() == b.images.size() &&
         std::all_of(a.images.begin(), a.images.end(), [&](const auto& image) {
           const auto other = b.images.find(image.first);
           return other != b.images.end() && digest_of(image.second) == digest_of(other->second);
         });
}

bool same(const std::string& identity, const release_info& a, const release_info& b) {
  if (identity == "digest") return same_digests(a, b);
  if (identity == "commit") return a.commit == b.commit;
  return a.version == b.version;
}

// Why a release cannot be compared at all.
std::string unnamed(const std::string& identity, const release_info& what) {
  if (identity == "commit" && what.commit.empty())
    return "the release has no `commit`, by which it would be known; give it in --release FILE";
  if (identity != "digest") return {};
  if (what.images.empty())
    return "the release has no images, by whose digests it would be known; give them with --image NAME=REF, "
           "or "
           "let `identity` be commit or version";
  for (const auto& [name, image] : what.images)
    if (digest_of(image).empty())
      return "image " + name + " is not pinned: " + image + "; give it as name@sha256: and 64 digits";
  return {};
}

std::string name_of_release(const std::string& identity, const release_info& what) {
  if (identity == "commit") return "commit " + what.commit;
  if (identity == "digest") return "a release of these images";
  return "version " + what.version;
}

// Why the run that brought the release there does not speak for it.
std::string objection(const promotion_rule& rule, const release_standing& there, time_point now) {
  const auto run = "run " + there.run + " in " + rule.environment;
  const bool stands = there.status == run_status::released || there.status == run_status::watching;
  if (!stands)
    return run + " is " + std::string(name_of(there.status)) +
           (there.trouble.empty() ? "" : ": " + there.trouble) + "; release it there first";
  if (!there.trouble.empty()) return run + " is not healthy: " + there.trouble + "; wait until it is";
  for (const auto& step : rule.validated)
    if (std::find(there.carried_out.begin(), there.carried_out.end(), step) == there.carried_out.end())
      return run + " did not carry out step " + step +
             ", which has to be validated; release it there again with it";
  const auto enough = there.healthy_since + rule.healthy_for;
  if (enough > now)
    return run + " has been healthy since " + format_time(there.healthy_since) + " only, and it takes " +
           format_duration(rule.healthy_for) + "; it can go on at " + format_time(enough);
  return {};
}

}  // namespace

result<release_standing> standing_of(store& keep, const std::string& run) {
  const auto s = load_run(keep, run);
  if (!s) return s.error();
  release_standing to;
  to.run = run;
  to.release = s->what->release;
  to.status = status_of(*s);
  to.released_at = s->released_at;
  to.trouble = trouble_of(*s);
  to.carried_out = carried_out_in(*s);
  if (s->released_at == time_point{}) return to;
  const auto since = last_alert(keep, *s);
  if (!since) return since.error();
  to.healthy_since = *since;
  return to;
}

result<std::vector<release_standing>> standings(store& keep, const std::string& plan,
                                                const std::string& environment, std::size_t most) {
  run_filter filter;
  filter.environment = environment;
  filter.plan = plan;
  filter.limit = most;
  const auto rows = keep.list_runs(filter);
  if (!rows) return rows.error();
  std::vector<release_standing> out;
  for (const auto& row : *rows) {
    auto one = standing_of(keep, row.id);
    if (!one && one.error().code == errc::not_found) continue;
    if (!one) return one.error();
    out.push_back(std::move(*one));
  }
  return out;
}

result<promotion_verdict> ask_promotion(store& keep, const plan& what, time_point now) {
  promotion_verdict out;
  out.granted = !what.promoted_from;
  if (out.granted) return out;
  const auto& rule = *what.promoted_from;
  run_filter filter;
  filter.environment = rule.environment;
  filter.plan = what.name;
  filter.limit = most_looked_at;
  const auto rows = keep.list_runs(filter);
  if (!rows) return rows.error();
  std::vector<release_standing> found;
  for (const auto& row : *rows) {
    const auto there = load_plan(keep, row.plan_digest);
    if (!there) return there.error();
    if (!same(rule.identity, what.release, there->release)) continue;
    auto one = standing_of(keep, row.id);
    if (!one && one.error().code == errc::not_found) continue;
    if (!one) return one.error();
    found.push_back(std::move(*one));
    break;
  }
  return judge_promotion(rule, what.release, found, now);
}

promotion_verdict judge_promotion(const promotion_rule& rule, const release_info& what,
                                  const std::vector<release_standing>& newest_first, time_point now) {
  promotion_verdict out;
  out.why = unnamed(rule.identity, what);
  if (!out.why.empty()) return out;
  const auto found = std::find_if(newest_first.begin(), newest_first.end(), [&](const auto& there) {
    return same(rule.identity, what, there.release);
  });
  if (found == newest_first.end()) {
    out.why = name_of_release(rule.identity, what) + " was not released to " + rule.environment +
              "; release it there first";
    return out;
  }
  out.run = found->run;
  out.why = objection(rule, *found, now);
  out.granted = out.why.empty();
  return out;
}

}  // namespace v1
}  // namespace shipflow
