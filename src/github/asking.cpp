#include "github/asking.hpp"

#include "base/members.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace shipflow::github {
namespace {

std::string api_url_of(const json::object& inputs) {
  auto out = members::text(inputs, "api_url");
  if (out.empty()) return asking{}.api_url;
  while (out.ends_with('/')) out.pop_back();
  return out;
}

}  // namespace

asking asking_for(const request& q, const std::string& path, time_point now) {
  asking out;
  out.api_url = api_url_of(q.inputs);
  out.token = members::text(q.inputs, "token");
  out.path = "/repos/" + members::text(q.inputs, "repository") + path;
  out.deadline = std::clamp<duration>(q.deadline - now - duration{250}, duration{0}, std::chrono::minutes{5});
  if (!q.stop.stop_requested()) out.stop = q.stop;
  out.public_only = members::truth(q.inputs, "public_only");
  out.about = std::make_shared<request>(q);
  return out;
}

answer not_answered(const error& why) {
  // After a rate limit or a broken network GitHub is left alone a little longer.
  constexpr duration later{60'000};
  return why.retryable() ? answer::in_progress(-1, why.message, later) : answer::failed(why);
}

result<void> check_place(const json::object& inputs) {
  const auto repository = members::text(inputs, "repository");
  if (!is_repository(repository))
    return make_error(errc::invalid_argument, "`repository` is written OWNER/NAME, not `" + repository + "`");
  return http::check_url(api_url_of(inputs));
}

}  // namespace shipflow::github
