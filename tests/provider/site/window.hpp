// A site over a bucket in memory, and what its visitors may never see.
#pragma once

#include "provider/site/carry_out.hpp"
#include "provider/site/model_bucket.hpp"
#include "provider/site/model_tree.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace tests {

using namespace shipflow;
using files = std::map<std::string, std::string>;

/// Pages name what they need as [key].
inline std::vector<std::string> named_in(const std::string& page) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = page.find('[', at)) != std::string::npos;) {
    const auto end = page.find(']', at);
    out.push_back(page.substr(at + 1, end - at - 1));
    at = end;
  }
  return out;
}

struct window {
  cloud::s3_bucket bucket;
  site::model_bucket on{bucket};
  site::crew nobody{0};
  json::object target{{"bucket", "shop-frontend"}, {"directory", "dist"}};
  time_point clock = from_ms(1'772'532'000'000);
  files local;
  std::string run = "run-1";
  std::uint64_t largest_copy = s3::largest_copy, copied_part = largest_copy;
  std::string broken;  ///< a page that named what was not there

  window() {
    on.on_write = [this] { look_at_pages(); };
  }

  void look_at_pages() {
    for (const auto& [key, o] : bucket.objects()) {
      if (!key.ends_with(".html")) continue;
      for (const auto& name : named_in(o.body))
        if (bucket.find(name) == nullptr) broken = key + " names " + name;
    }
  }

  request make(verb what, const std::string& action, const json::object& inputs, const std::string& key) {
    request q;
    q.what = what;
    q.action = action;
    q.run = run;
    q.step = action;
    q.environment = "production";
    q.component = "frontend";
    q.effect_key = key;
    q.target = target;
    q.inputs = inputs;
    return q;
  }

  answer ask(const request& q) {
    const auto bound = site::read_binding(q.target);
    if (!bound) return answer::failed(bound.error());
    site::progress seen;
    site::session s{on, nobody, q, *bound, seen, [this] { return clock; }};
    s.largest_copy = largest_copy;
    s.copied_part = copied_part;
    const bool effect = q.what == verb::apply || q.what == verb::undo;
    if (!effect) return site::glance(s);
    return site::effect(s, [this](const request&, const std::string&) -> result<std::unique_ptr<site::tree>> {
      return std::unique_ptr<site::tree>(std::make_unique<site::model_tree>(local));
    });
  }

  json::value look() { return ask(make(verb::observe, "publish", {}, "look")).value; }
  answer publish(const std::string& version, const std::string& key = "") {
    return ask(
        make(verb::apply, "publish", {{"version", version}}, key.empty() ? "publish " + version : key));
  }
  answer undo(const json::value& before, const std::string& key = "undo") {
    auto q = make(verb::undo, "publish", {}, key);
    q.baseline = before;
    return ask(q);
  }
  answer act(const std::string& action, const json::object& inputs = {}, const std::string& key = "") {
    auto q = make(verb::apply, action, inputs, key.empty() ? "key of " + action : key);
    q.baseline = look();
    return ask(q);
  }

  /// What visitors get: keys and bodies, without what is shipflow's own.
  files served() const {
    files out;
    for (const auto& [key, o] : bucket.objects())
      if (!key.starts_with(".shipflow/")) out[key] = o.body;
    return out;
  }
};

inline files shop(const std::string& version, int pages = 3) {
  const auto sheet = "assets/site-" + sha256_hex(version).substr(0, 10) + "0.css";
  files out{{sheet, "css " + version}, {"logo.svg", "<svg/>"}, {"version.json", version}};
  for (int i = 0; i < pages; ++i)
    out["p" + std::to_string(i) + "/index.html"] = "page [" + sheet + "] " + version;
  out["index.html"] = "entry [" + sheet + "] [logo.svg] [p0/index.html] " + version;
  return out;
}

}  // namespace tests
