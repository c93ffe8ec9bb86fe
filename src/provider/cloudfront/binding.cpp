#include "provider/cloudfront/binding.hpp"

#include "aws/target.hpp"
#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloudfront {
namespace {

constexpr std::string_view provider = "cloudfront";
constexpr std::string_view placeholder = "${version}";
constexpr duration shortest_stay = std::chrono::minutes(5);
constexpr duration longest_stay = std::chrono::hours(1);

error wrong(const std::string& what) { return aws::wrong_binding(provider, what); }

result<int> seconds_in(const json::object& stay, const char* name) {
  const auto read = parse_duration(members::text(stay, name));
  if (!read || *read < shortest_stay || *read > longest_stay)
    return wrong("canary.stay." + std::string(name) + " must be 5m to 1h");
  return static_cast<int>(read->count() / 1'000);
}

result<stickiness> read_stay(const json::object& canary) {
  stickiness out;
  if (!canary.contains("stay")) return out;
  const auto& stay = members::object(canary, "stay");
  const auto idle = seconds_in(stay, "idle");
  if (!idle) return idle.error();
  const auto most = stay.contains("most") ? seconds_in(stay, "most") : idle;
  if (!most) return most.error();
  if (*most < *idle) return wrong("canary.stay.most must not be shorter than idle");
  return stickiness{*idle, *most};
}

bool is_id(const std::string& text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

result<canary> read_canary(const json::object& target) {
  if (!target.at("canary").is_object()) return wrong("canary must be a mapping with `releases`");
  const auto& given = target.at("canary").get_object();
  if (auto known = aws::only(provider, given, "canary.", {"releases", "staging", "stay"}); !known)
    return known.error();
  canary c;
  c.releases =
      given.contains("releases") ? members::text(given, "releases") : "/releases/" + std::string(placeholder);
  const auto at = c.releases.find(placeholder);
  if (at == std::string::npos || !is_origin_path(path_of_version(c, "1")))
    return wrong("canary.releases must be a path with ${version} in it, such as /releases/${version}");
  c.staging = members::text(given, "staging");
  if (!c.staging.empty() && !is_id(c.staging))
    return wrong("canary.staging must be the id of a distribution, not \"" + c.staging + "\"");
  const auto stay = read_stay(given);
  if (!stay) return stay.error();
  c.stay = *stay;
  return c;
}

}  // namespace

std::string path_of_version(const canary& c, const std::string& version) {
  auto out = c.releases;
  if (const auto at = out.find(placeholder); at != std::string::npos)
    out.replace(at, placeholder.size(), version);
  return out;
}

std::string version_at_path(const canary& c, const std::string& path) {
  const auto at = c.releases.find(placeholder);
  const auto head = c.releases.substr(0, at);
  const auto tail = c.releases.substr(std::min(at + placeholder.size(), c.releases.size()));
  if (path.size() <= head.size() + tail.size() || !path.starts_with(head) || !path.ends_with(tail)) return {};
  return path.substr(head.size(), path.size() - head.size() - tail.size());
}

result<binding> read_binding(const json::object& target) {
  auto where = aws::read_target(provider, target, {"distribution", "origin", "canary"});
  if (!where) return where.error();
  binding b;
  static_cast<aws::destination&>(b) = std::move(*where);
  b.distribution = members::text(target, "distribution");
  b.origin = members::text(target, "origin");
  if (!is_id(b.distribution))
    return wrong("distribution must be the id of one, such as E2EXAMPLE1AB, not \"" + b.distribution + "\"");
  if (!target.contains("canary")) return b;
  auto tried = read_canary(target);
  if (!tried) return tried.error();
  b.tried = std::move(*tried);
  return b;
}

}  // namespace shipflow::cloudfront
