#include "source/prometheus/question.hpp"

#include "http/fields.hpp"
#include "http/url.hpp"
#include "source/asker.hpp"
#include "source/placeholders.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace shipflow::sources::prometheus {
namespace {

constexpr std::size_t longest_query = 8192;
constexpr std::size_t most_past = std::size_t{32} << 20U;
constexpr duration longest_past{60'000};

reduction read_reduction(http::fields& in, std::string_view name, bool with_last) {
  static constexpr std::array<std::pair<std::string_view, reduction>, 6> known{{{"", reduction::none},
                                                                                {"sum", reduction::sum},
                                                                                {"mean", reduction::mean},
                                                                                {"min", reduction::min},
                                                                                {"max", reduction::max},
                                                                                {"last", reduction::last}}};
  const auto word = in.text(name);
  const auto* found =
      std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == word; });
  if (found != known.end() && (with_last || found->second != reduction::last)) return found->second;
  in.wrong(name, with_last ? "is sum, mean, min, max or last" : "is sum, mean, min or max");
  return reduction::none;
}

void read_queries(http::fields& in, const metric_request& q, question& to) {
  const auto* queries = in.object("queries");
  if (queries == nullptr) return in.wrong("queries", "is missing, a mapping from each series to its PromQL");
  for (const auto& series : q.series) {
    const auto* text = queries->if_contains(series);
    if (text == nullptr || !text->is_string() || text->get_string().empty())
      return in.wrong("queries", "has no PromQL for the series " + series);
    if (text->get_string().size() > longest_query)
      return in.wrong("queries", "has more than 8192 bytes for the series " + series);
    to.queries.emplace_back(text->get_string());
    if (auto ok = check_placeholders(to.queries.back()); !ok)
      return in.wrong(make_error(errc::invalid_argument, "`queries." + series + "`: " + ok.error().message));
  }
}

void read_range(http::fields& in, question& to) {
  const auto slot = to.until - to.from;
  to.points = read_reduction(in, "points", true);
  to.step = in.time("step", std::max<duration>(slot / 10, duration{1000}));
  if (to.points == reduction::none && in.has("step")) in.wrong("step", "needs `points`");
  if (to.points == reduction::none) return;
  if (to.kind != series_kind::gauge) in.wrong("points", "are for gauges");
  if (to.step > slot) in.wrong("step", "is longer than the slot of " + format_duration(slot));
}

std::string seconds(duration d) {
  auto text = std::to_string(d.count() / 1000);
  const auto ms = d.count() % 1000;
  if (ms != 0) text += "." + std::to_string(1000 + ms).substr(1);
  return text;
}

std::string address(const question& ask, const std::string& query) {
  auto url = ask.base.url;
  if (ask.points == reduction::none) {
    url += "/api/v1/query?time=" + seconds(ask.until.time_since_epoch());
  } else {
    url += "/api/v1/query_range?start=" + seconds(ask.from.time_since_epoch() + ask.step) +
           "&end=" + seconds(ask.until.time_since_epoch()) + "&step=" + seconds(ask.step);
  }
  return url + "&lookback_delta=" + seconds(ask.lookback) + "&query=" + http::percent_encoded(query);
}

}  // namespace

result<question> read_question(const metric_request& q) {
  question out;
  http::fields in(q.spec);
  out.from = q.from;
  out.until = q.until;
  read_base(in, out.base);
  if (out.base.method != "GET" || !out.base.body.empty() || out.base.redirects != 0)
    in.wrong(in.has("method")      ? "method"
             : in.has("redirects") ? "redirects"
                                   : "body",
             "has no meaning for Prometheus");
  if (out.base.url.find('?') != std::string::npos)
    in.wrong("url", "is the server's address, without a query");
  while (out.base.url.ends_with('/')) out.base.url.pop_back();
  out.kind = read_kind(in, q.spec, "delta");
  out.series = read_reduction(in, "reduce", false);
  read_range(in, out);
  out.lookback = in.time("lookback", std::max<duration>(2 * (q.until - q.from), std::chrono::minutes(1)));
  const auto warnings = in.text("warnings", "refuse");
  out.accept_warnings = warnings == "accept";
  if (warnings != "accept" && warnings != "refuse") in.wrong("warnings", "is refuse or accept");
  read_queries(in, q, out);
  if (auto ok = in.finish(); !ok) return ok.error();
  return out;
}

result<std::vector<http::request>> past_requests_of(const question& ask, const metric_request& q,
                                                    const past_span& past) {
  if (ask.points != reduction::none)
    return make_error(errc::invalid_argument, "with `points` the past is not asked for");
  auto out = requests_of(ask, q);
  if (!out) return out;
  for (std::size_t i = 0; i < out->size(); ++i) {
    auto& one = (*out)[i];
    one.url = ask.base.url + "/api/v1/query_range?start=" + seconds(past.first_end.time_since_epoch()) +
              "&end=" + seconds(ask.until.time_since_epoch()) + "&step=" + seconds(past.slot) +
              one.url.substr(one.url.find("&lookback_delta="));
    one.max_body_bytes = most_past;
    one.deadline = longest_past;
  }
  return out;
}

result<std::vector<http::request>> requests_of(const question& ask, const metric_request& q) {
  std::vector<http::request> out;
  for (const auto& written : ask.queries) {
    auto query = fill(written, q);
    if (!query) return query.error();
    out.push_back(ask.base);
    out.back().url = address(ask, *query);
  }
  return out;
}

}  // namespace shipflow::sources::prometheus
