#include "provider/ecs/watch.hpp"

#include "base/members.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/batch.hpp"
#include "provider/ecs/paced.hpp"

#include <set>

namespace shipflow::ecs {
namespace {

// Those who ask at the same moment are answered from one call.
constexpr duration gather{20};
constexpr duration forgotten{60'000};
constexpr std::size_t most_remembered = 10'000;

const char* operation_of(look::kind what) {
  return what == look::kind::service ? "DescribeServices" : "DescribeTasks";
}

look look_of(const request& q, const binding& b) {
  const auto& handle = members::as_object(q.handle);
  look l;
  l.what = q.action == "run_task" ? look::kind::task : look::kind::service;
  l.region = region_of(b);
  l.cluster = members::text(handle, "cluster");
  l.name = members::text(handle, l.what == look::kind::task ? "task" : "service");
  return l;
}

std::string full_name(const look& l) { return l.region + " " + l.cluster + " " + l.name; }

}  // namespace

bool is_shared_wait(const request& q) {
  if (q.what != verb::settle || q.stop.stop_requested()) return false;
  return q.action == "run_task" || is_rollout(q.action) || is_native_handle(q.handle);
}

lookout::ready_at watch::ready() {
  return [this](look::kind what, const std::string& region) {
    return host_.pace.ready(region, aws::ecs.id, operation_of(what), host_.steady());
  };
}

void watch::settle(request q, reply r) {
  auto bound = read_binding(q.target);
  if (!bound) return r(answer::failed(bound.error()));
  auto l = look_of(q, *bound);
  if (l.cluster.empty() || l.name.empty()) return r(ecs::carry_out(host_.on, q));
  const auto now = host_.steady();
  const std::lock_guard guard(mutex_);
  l.id = ++ids_;
  l.due = now + gather;
  waiting_.emplace(l.id, waiting{std::move(q), std::move(r), std::move(*bound)});
  note(l, now);
  queue_.add(std::move(l));
  arrange(now);
}

/// Sees to it that somebody runs when the next look is due. Called with the mutex held.
void watch::arrange(time_point now) {
  const auto at = queue_.wake(ready());
  if (!at || (woken_ && *woken_ > now && *woken_ <= *at)) return;
  woken_ = at;
  host_.later(*at, [this] { run(); });
}

void watch::run() {
  for (;;) {
    std::vector<look> looks;
    std::vector<waiting> who;
    {
      const std::lock_guard guard(mutex_);
      const auto now = host_.steady();
      looks = queue_.next(now, ready());
      for (const auto& l : looks) {
        const auto found = waiting_.find(l.id);
        who.push_back(std::move(found->second));
        waiting_.erase(found);
      }
      if (looks.empty()) {
        woken_.reset();
        arrange(now);
        return;
      }
    }
    carry_out(std::move(looks), std::move(who));
  }
}

void watch::carry_out(std::vector<look> looks, std::vector<waiting> who) {
  batch known(host_.on);
  std::set<std::string> names;
  for (const auto& l : looks) names.insert(l.name);
  const auto& first = looks.front();
  known.look_at(who.front().q, who.front().bound, operation_of(first.what), first.cluster, names);
  if (first.what == look::kind::service) {
    std::set<std::string> deployments;
    for (auto& w : who) {
      const aws::destination& where = w.bound;
      session s{{known, w.q, where}, w.bound};
      if (auto arn = deployment_to_ask(s); !arn.empty()) deployments.insert(std::move(arn));
    }
    known.look_at(who.front().q, who.front().bound, "DescribeServiceDeployments", "", deployments);
  }
  for (std::size_t i = 0; i < who.size(); ++i) {
    auto& w = who[i];
    // Nobody waits for it any more; whoever wants it ended says so in a call of its own.
    if (w.q.stop.stop_requested())
      w.r(answer::unknown("it was not looked at in time"));
    else
      w.r(paced(looks[i], w.q, ecs::carry_out(known, w.q)));
  }
}

/// Says when it is worth asking again.
answer watch::paced(const look& l, const request& q, answer a) {
  const auto now = host_.steady();
  const std::lock_guard guard(mutex_);
  const bool goes_on = a.kind == answer_kind::progress;
  course c;
  c.passed = host_.on.now() - from_ms(members::whole(members::as_object(q.handle), "begun"));
  if (!goes_on) {
    if (a.kind == answer_kind::done && l.what == look::kind::service) {
      if (took_.size() >= most_remembered) took_.clear();
      took_[full_name(l)] = c.passed;
    }
    over(l);
    return a;
  }
  if (const auto before = took_.find(full_name(l)); before != took_.end()) c.expected = before->second;
  c.near = a.percent >= 99;
  c.round = round_of(l);
  a.look_again = common_moment(now, pause_after(c)) - now;
  return a;
}

void watch::note(const look& l, time_point now) {
  watched_[{l.what, l.region}].clusters[l.cluster][l.name] = now;
}

void watch::over(const look& l) {
  auto& clusters = watched_[{l.what, l.region}].clusters;
  auto& names = clusters[l.cluster];
  names.erase(l.name);
  if (names.empty()) clusters.erase(l.cluster);
}

/// What it takes to look at everything once. Counted anew every second.
duration watch::round_of(const look& l) {
  auto& w = watched_[{l.what, l.region}];
  const auto now = host_.steady();
  if (now - w.swept >= duration{1'000}) {
    w.swept = now;
    w.calls = 0;
    for (auto& [cluster, names] : w.clusters) {
      std::erase_if(names, [&](const auto& one) { return now - one.second > forgotten; });
      w.calls += static_cast<int>((names.size() + most_names(l.what) - 1) / most_names(l.what));
    }
    std::erase_if(w.clusters, [](const auto& one) { return one.second.empty(); });
  }
  return duration{
      static_cast<std::int64_t>(w.calls * 1'000 / allowed_per_second("ECS", operation_of(l.what)))};
}

}  // namespace shipflow::ecs
