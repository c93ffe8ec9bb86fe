// Invalidations: one per effect by its caller reference, waited for up to a soft deadline.
#include "aws/operations.hpp"
#include "base/members.hpp"
#include "provider/cloudfront/actions.hpp"
#include "provider/cloudfront/paths.hpp"

#include <algorithm>

namespace shipflow::cloudfront {
namespace {

constexpr duration usual_patience{900'000};
constexpr duration soon{3'000};
constexpr duration later{10'000};
constexpr duration crowded{25'000};
constexpr int most_looked_at = 10;

struct wanted {
  std::vector<std::string> paths;
  duration patience;
};

result<wanted> wanted_by(const request& q) {
  const auto* names = members::find(q.inputs, "paths");
  if (names == nullptr) return make_error(errc::invalid_argument, q.component + ": invalidate needs `paths`");
  auto paths = paths_of(*names, q.inputs);
  if (!paths) return paths.error();
  if (paths->empty()) return make_error(errc::invalid_argument, q.component + ": `paths` names nothing");
  const auto patience = patience_of(q.inputs);
  if (!patience) return patience.error();
  return wanted{std::move(*paths), *patience};
}

json::object outputs_of(const std::string& id, const std::vector<std::string>& paths, bool completed) {
  return {{"invalidation", id},
          {"paths", static_cast<std::int64_t>(paths.size())},
          {"patterns", std::count_if(paths.begin(), paths.end(), is_pattern)},
          {"completed", completed}};
}

answer started(const session& s, const flushing& f, bool back, time_point begun) {
  return answer::started({{"invalidation", f.id}, {"back", back}, {"begun", to_ms(begun)}},
                         f.must_wait                 ? crowded
                         : s.q.what == verb::resolve ? duration{200}
                                                     : soon);
}

/// Whether this way of the release is one on which something is invalidated. Error: `invalid_argument`.
result<bool> is_asked(const session& s, bool back) {
  const auto way = s.q.inputs.contains("way") ? members::text(s.q.inputs, "way") : "both";
  if (way == "both") return true;
  if (way == "there" || way == "back") return back == (way == "back");
  return make_error(errc::invalid_argument, s.q.component + ": way must be there, back or both");
}

answer begin(session& s, bool back) {
  const auto w = wanted_by(s.q);
  if (!w) return answer::failed(w.error());
  const auto asked = is_asked(s, back);
  if (!asked) return answer::failed(asked.error());
  if (!*asked) return answer::done(outputs_of({}, {}, true));
  const auto f = flush(s, s.bound.distribution, w->paths, reference_of(s.q, back));
  if (!f) return f.error();
  if (f->completed) return answer::done(outputs_of(f->id, w->paths, true));
  return started(s, *f, back, s.on.now());
}

answer settle(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  if (!handle.contains("invalidation"))
    return s.refuse(errc::invalid_argument, "the handle is not one of an invalidation");
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled, "the invalidation is not waited for any more; CloudFront finishes it");
  const auto w = wanted_by(s.q);
  if (!w) return answer::failed(w.error());
  const auto since = s.on.now() - from_ms(members::whole(handle, "begun"));
  // The same reference again: what it is asked for is there, or is made now that it was too crowded before.
  const auto f = flush(s, s.bound.distribution, w->paths, reference_of(s.q, members::truth(handle, "back")));
  if (!f) return f.error();
  if (f->completed) return answer::done(outputs_of(f->id, w->paths, true));
  if (f->must_wait)
    return answer::in_progress(0, "too many invalidations of " + s.bound.distribution + " are in progress",
                               crowded);
  if (since > w->patience) return answer::done(outputs_of(f->id, w->paths, false));
  return answer::in_progress(
      -1, std::to_string(w->paths.size()) + " paths, for " + format_duration(since) + " now",
      std::clamp<duration>(since / 10, soon, later));
}

/// By its reference, among the newest ones.
answer resolve(session& s) {
  if (const auto asked = is_asked(s, false); !asked || !*asked) return begin(s, false);
  const auto list = s.read(aws::cloudfront, "ListInvalidations", {{"DistributionId", s.bound.distribution}});
  if (!list) return list.error();
  const auto& all = members::object(members::object(*list, "InvalidationList"), "Items");
  int looked = 0;
  for (const auto* one : aws::items(all, "InvalidationSummary")) {
    if (++looked > most_looked_at) break;
    const auto id = members::text(members::as_object(*one), "Id");
    const auto seen =
        s.read(aws::cloudfront, "GetInvalidation", {{"DistributionId", s.bound.distribution}, {"Id", id}});
    if (!seen) return seen.error();
    const auto& batch = members::object(members::object(*seen, "Invalidation"), "InvalidationBatch");
    if (members::text(batch, "CallerReference") == reference_of(s.q, false))
      return started(s, {id, false, false}, false, s.on.now());
  }
  return answer::not_applied();
}

}  // namespace

std::string reference_of(const request& q, bool back) {
  return "shipflow-" + sha256_hex(q.effect_key + (back ? " back" : "")).substr(0, 32);
}

result<duration> patience_of(const json::object& inputs) {
  if (!inputs.contains("within")) return usual_patience;
  auto read = parse_duration(members::text(inputs, "within"));
  if (!read) return make_error(errc::invalid_argument, "within: " + read.error().message);
  return *read;
}

result<std::vector<std::string>> paths_of(const json::value& names, const json::object& inputs) {
  if (!names.is_array() || names.get_array().size() > most_names)
    return make_error(errc::invalid_argument,
                      "paths must be a list of at most " + std::to_string(most_names));
  path_limits limits;
  if (inputs.contains("most_paths")) {
    const auto most = members::whole(inputs, "most_paths", 0);
    if (most < 1 || most > most_paths)
      return make_error(errc::invalid_argument, "most_paths must be 1 to " + std::to_string(most_paths));
    limits.paths = static_cast<std::size_t>(most);
  }
  const bool variants = !inputs.contains("variants") || members::truth(inputs, "variants");
  std::vector<std::string> out;
  for (const auto& n : names.get_array()) {
    if (!n.is_string() || n.get_string().empty())
      return make_error(errc::invalid_argument, "paths must be a list of texts");
    auto path = viewer_path({n.get_string().data(), n.get_string().size()});
    if (variants)
      for (auto& v : with_variants(path)) out.push_back(std::move(v));
    else
      out.push_back(std::move(path));
  }
  return collapsed(std::move(out), limits);
}

aws::got<flushing> flush(session& s, const std::string& distribution, const std::vector<std::string>& paths,
                         const std::string& reference) {
  const auto said = s.attempt(aws::cloudfront, "CreateInvalidation",
                              {{"DistributionId", distribution},
                               {"InvalidationBatch",
                                {{"Paths",
                                  {{"Quantity", std::to_string(paths.size())},
                                   {"Items", {{"Path", json::array(paths.begin(), paths.end())}}}}},
                                 {"CallerReference", reference}}}});
  if (said) {
    const auto& made = members::object(*said, "Invalidation");
    return flushing{members::text(made, "Id"), members::text(made, "Status") == "Completed", false};
  }
  if (said.error().aws_code == "TooManyInvalidationsInProgress") return flushing{{}, false, true};
  if (said.error().aws_code == "InvalidationBatchAlreadyExists")
    return s.refuse(errc::conflict, said.error().message + "; the same effect was begun with other paths");
  return aws::visit::not_written(said.error());
}

aws::got<flushing> flush_within(session& s, const std::string& distribution,
                                const std::vector<std::string>& paths, const std::string& reference,
                                duration since) {
  const auto patience = patience_of(s.q.inputs);
  if (!patience) return answer::failed(patience.error());
  auto f = flush(s, distribution, paths, reference);
  if (f) f->over = f->completed || (!f->must_wait && since > *patience);
  return f;
}

answer invalidate(session& s) {
  switch (s.q.what) {
    case verb::apply: return begin(s, false);
    case verb::undo: return begin(s, true);
    case verb::settle: return settle(s);
    case verb::resolve: return resolve(s);
    default: return answer::done();
  }
}

}  // namespace shipflow::cloudfront
