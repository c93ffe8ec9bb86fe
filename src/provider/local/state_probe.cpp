#include "provider/local/fields.hpp"
#include "provider/local/ground.hpp"
#include "provider/local/health.hpp"
#include "provider/local/picture.hpp"

#include <algorithm>

namespace shipflow::local {
namespace {

probe_answer say(look outcome, std::string text) {
  probe_answer a;
  a.outcome = outcome;
  a.text = std::move(text);
  return a;
}

/// The number that must be ready; 0 stands for all.
result<int> wanted(const json::object& spec) {
  fields f(spec, "probe");
  const auto text = f.scalar("ready", "all");
  if (text == "all" && f.good()) return 0;
  const auto number = static_cast<int>(f.integer("ready", 0, 1, 500));
  if (!f.good())
    return make_error(errc::invalid_argument, "probe: ready must be all or a number of instances");
  return number;
}

probe_answer judge(const picture& now, int least) {
  if (!now.live || !now.fleets[*now.live]) return say(look::fail, "nothing is live");
  const auto& f = *now.fleets[*now.live];
  const int ready = now.ready[*now.live];
  const int needed = least == 0 ? f.wanted : least;
  auto a =
      say(ready >= needed ? look::pass : look::fail, std::to_string(ready) + " of " + std::to_string(needed) +
                                                         " instances of version " + f.version + " ready");
  a.details = {{"ready", ready}, {"wanted", needed}};
  return a;
}

}  // namespace

probe_answer look_at_state(ground& on, const probe_request& q) {
  const auto from = on.now_ms();
  const auto least = wanted(q.spec);
  if (!least) return say(look::unavailable, least.error().message);
  const auto c = on.open(q.environment, q.component, &q.target, access::look);
  if (!c) return say(look::unavailable, c.error().message);
  const auto now = observe(*c);
  if (!now) return say(look::fail, now.error().message);
  auto a = judge(*now, *least);
  a.latency = duration{std::max<std::int64_t>(on.now_ms() - from, 0)};
  return a;
}

}  // namespace shipflow::local
