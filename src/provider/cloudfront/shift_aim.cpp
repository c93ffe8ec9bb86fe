#include "provider/cloudfront/shift_aim.hpp"

#include "base/members.hpp"

namespace shipflow::cloudfront {
namespace {

constexpr std::string_view header_prefix = "aws-cf-cd-";

error wrong(const session& s, const std::string& what) {
  return make_error(errc::invalid_argument, s.q.component + ": " + what);
}

result<share> header_rule(const session& s) {
  const auto& rule = members::object(s.q.inputs, "header");
  share out;
  out.header = members::text(rule, "name");
  out.value = members::text(rule, "value");
  const bool named = out.header.starts_with(header_prefix) && out.header.size() > header_prefix.size() &&
                     out.header.size() <= 256;
  if (named && !out.value.empty() && out.value.size() <= 1'783) return out;
  return wrong(s, "header needs a `name` that begins with " + std::string(header_prefix) + ", and a `value`");
}

}  // namespace

result<shift_aim> wanted_shift(const session& s) {
  shift_aim a;
  a.begun = s.on.now();
  a.fresh = members::text(s.q.inputs, "path");
  const auto& base = members::object(members::as_object(s.q.baseline), "restores");
  a.before = members::text(base, "origin_path");
  const auto weight = members::whole(s.q.inputs, "weight", -1);
  const bool by_header = s.q.inputs.contains("header");
  if (by_header != (weight < 0)) return wrong(s, "shift needs either `weight` or `header`");
  if (by_header) {
    auto rule = header_rule(s);
    if (!rule) return rule.error();
    a.given = std::move(*rule);
    return a;
  }
  if (weight == 100) {
    a.to = way::promote;
    return a;
  }
  if (weight > most_percent)
    return wrong(s, "CloudFront gives a canary at most " + std::to_string(most_percent) +
                        "% of the viewers, or all of them: weight must be 0 to 15, or 100, not " +
                        std::to_string(weight));
  a.given.percent = static_cast<int>(weight);
  return a;
}

}  // namespace shipflow::cloudfront
