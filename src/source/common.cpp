// What sources say and read alike.
#include "http/authorization.hpp"
#include "http/request_fields.hpp"
#include "http/text.hpp"
#include "source/asker.hpp"

#include <cmath>
#include <utility>

namespace shipflow::sources {
namespace {

constexpr duration usual_timeout{10'000};

}  // namespace

void leave_common(http::fields& in) {
  in.leave({"source",   "component", "value", "ratio", "mean", "per_min",   "rate", "sum",  "min",  "max",
            "quantile", "series",    "over",  "arm",   "unit", "min_count", "lag",  "help", "slow", "cap"});
}

bool counts_events(const json::object& spec) {
  for (const auto* kind : {"ratio", "per_min", "rate", "sum", "quantile", "slow", "cap"})
    if (spec.contains(kind)) return true;
  const auto* mean = spec.if_contains("mean");
  return mean != nullptr && mean->is_array() && mean->get_array().size() == 2;
}

void read_base(http::fields& in, http::request& to) {
  leave_common(in);
  to.deadline = in.time("timeout", usual_timeout);
  http::read_request(in, {"url"}, to);
  http::read_authorization(in, to);
}

series_kind read_kind(http::fields& in, const json::object& spec, std::string_view counting) {
  const auto word = in.text("kind", counts_events(spec) ? counting : "gauge");
  if (word == "delta") return series_kind::delta;
  if (word == "counter") return series_kind::counter;
  if (word != "gauge") in.wrong("kind", "is delta, counter or gauge");
  return series_kind::gauge;
}

std::string failure_text(const http::failure& f) { return http::one_line(f.message, 300); }

std::string status_text(const http::response& r, const std::string& url) {
  const auto at = http::shown_url(url) + " answered " + std::to_string(r.status);
  const auto* to = http::find(r.headers, "Location");
  if (r.status / 100 == 3 && to != nullptr)
    return at + " to " + http::one_line(http::shown_url(*to), 200) +
           "; redirects are not followed, give that address";
  if (r.status == 401 || r.status == 403) return at + ": the credentials are not accepted";
  if (r.status == 404) return at + ": there is nothing at this address";
  if (r.status == 429) return at + ": it asks to slow down";
  const auto said = http::one_line(r.body, 120);
  return said.empty() ? at : at + ": " + said;
}

reading missing(std::string why) { return {reading::state::missing, 0, std::move(why)}; }
reading invalid(std::string why) { return {reading::state::invalid, 0, std::move(why)}; }

reading value(double number) {
  if (std::isnan(number)) return invalid("the value is NaN");
  if (std::isinf(number)) return invalid("the value is infinite");
  return {reading::state::value, number, {}};
}

metric_answer unavailable(std::string why) {
  metric_answer a;
  a.why = std::move(why);
  return a;
}

}  // namespace shipflow::sources
