// Sends the requests of a metric source, each by the deadline of its look.
#pragma once

#include "http/client.hpp"
#include "http/fields.hpp"

#include <shipflow/probe.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace shipflow::sources {

/// The client and its thread are made with the first request: a source that is never asked costs
/// nothing. May be used from any thread; the destructor answers what is outstanding with `cancelled`.
class asker {
 public:
  /// `q.deadline` is the look's, or the request's own when that is shorter.
  void send(http::request q, const metric_request& look, std::function<void(http::outcome)> done);

 private:
  std::mutex making_;
  std::unique_ptr<http::client> client_;
};

/// Several requests of one look: `done` gets the outcomes in order, once the last is there.
void send_all(asker& with, std::vector<http::request> all, const metric_request& look,
              std::function<void(std::vector<http::outcome>)> done);

/// Reads members that every metric has, so that what is left belongs to the source.
void leave_common(http::fields& in);

/// What all sources over HTTP read alike, placeholders still in it: members of every metric are left, then follow
/// `timeout`, the request and its authorisation.
void read_base(http::fields& in, http::request& to);
/// `kind`; `counting` ("delta" or "counter") is that of numbers that count events when the spec says nothing.
[[nodiscard]] series_kind read_kind(http::fields& in, const json::object& spec, std::string_view counting);

/// How the series behave when the spec does not say: what counts events is a `delta`, what is
/// read as a value a gauge.
[[nodiscard]] bool counts_events(const json::object& spec);

/// One line for `metric_answer::why`: how the exchange failed, or what a status means that is not 2xx.
[[nodiscard]] std::string failure_text(const http::failure& f);
[[nodiscard]] std::string status_text(const http::response& r, const std::string& url);

[[nodiscard]] reading missing(std::string why);
[[nodiscard]] reading invalid(std::string why);
/// invalid for NaN and infinities.
[[nodiscard]] reading value(double number);
[[nodiscard]] metric_answer unavailable(std::string why);

}  // namespace shipflow::sources
