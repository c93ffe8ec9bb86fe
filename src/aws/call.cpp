#include "aws/call.hpp"

#include "aws/dates.hpp"
#include "aws/settings.hpp"
#include "aws/signature.hpp"
#include "http/text.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace shipflow::aws {
namespace {

constexpr std::size_t most_body = std::size_t{8} << 20U;
constexpr duration least_skew = std::chrono::minutes(1);

std::string remedy_of(std::string_view code) {
  if (code.starts_with("ExpiredToken")) return "; the session has ended, log in again";
  if (code.find("UnrecognizedClient") != std::string_view::npos || code == "InvalidClientTokenId")
    return "; the access key is not known, check AWS_ACCESS_KEY_ID or AWS_PROFILE";
  if (code == "SignatureDoesNotMatch" || code == "InvalidSignatureException")
    return "; check AWS_SECRET_ACCESS_KEY and the clock of this machine";
  return {};
}

bool expired(std::string_view code) { return code.find("ExpiredToken") != std::string_view::npos; }

}  // namespace

call::call(machine& at, const service& s, std::string operation, json::object input, call_options how,
           std::function<void(outcome)> done)
    : at_(at),
      service_(s),
      operation_(std::move(operation)),
      input_(std::move(input)),
      how_(std::move(how)),
      done_(std::move(done)),
      end_(std::chrono::steady_clock::now() +
           std::clamp<duration>(how_.deadline, duration{1}, std::chrono::hours(1))),
      timer_(at.io),
      deadline_(at.io) {}

call::~call() { at_.live.erase(this); }

void call::begin() {
  at_.live.insert(this);
  if (at_.closed) return give_up(errc::cancelled);
  deadline_.expires_at(end_);
  deadline_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (!ec) self->give_up(errc::timeout);
  });
  on_stop_.emplace(how_.stop, [weak = weak_from_this(), &io = at_.io] {
    boost::asio::post(io, [weak] {
      if (const auto self = weak.lock()) self->give_up(errc::cancelled);
    });
  });
  auto region = region_of(at_.options, how_.region);
  if (!region) return answer(made(region.error().code, region.error().message));
  region_ = std::move(*region);
  auto endpoint = how_.endpoint_url.empty() ? endpoint_of(at_.options, std::string(service_.id),
                                                          std::string(service_.host), region_)
                                            : result<std::string>(how_.endpoint_url);
  if (!endpoint) return answer(made(endpoint.error().code, endpoint.error().message));
  endpoint_ = std::move(*endpoint);
  id_ = at_.invocation_id();
  attempt();
}

void call::attempt() {
  ++tries_;
  at_.with_credentials([self = shared_from_this()](const result<credentials>& who) {
    if (!self->done_) return;
    if (!who) return self->answer(self->made(who.error().code, who.error().text()));
    self->send(*who);
  });
}

// Signed right before it is sent: a wait in between would age the signature.
void call::send(const credentials& who) {
  auto q = encode(service_, endpoint_, operation_, input_);
  q.headers.push_back({"amz-sdk-invocation-id", id_});
  q.headers.push_back(
      {"amz-sdk-request", "attempt=" + std::to_string(tries_) + "; max=" + std::to_string(most_tries())});
  q.deadline = left();
  q.max_body_bytes = most_body;
  q.stop = stop_.get_token();
  q.tls.ca_file = at_.options.ca_file;
  const auto skew = at_.skew.find(endpoint_);
  const signing how{region_, std::string(service_.signing),
                    at_.now() + (skew == at_.skew.end() ? duration{0} : skew->second)};
  if (auto ok = sign(q, who, how); !ok) return answer(made(ok.error().code, ok.error().message));
  at_.web->send(std::move(q), [self = shared_from_this()](const http::outcome& o) {
    if (!self->done_) return;
    if (o)
      self->on_response(*o);
    else
      self->on_failure(o.error());
  });
}

void call::on_failure(const http::failure& f) {
  sent_ = sent_ || f.sent;
  const bool late = f.code == errc::timeout;
  auto why = made(f.code, http::one_line(f.message, 300));
  const bool hopeless = f.local || f.code == errc::failed || f.code == errc::invalid_argument;
  again_or(hopeless ? trouble::final : late ? trouble::timeout : trouble::transient, std::move(why));
}

void call::on_response(const http::response& got) {
  sent_ = true;
  if (got.status / 100 == 2) {
    auto body = decode(service_, operation_, got.body);
    if (!body) return answer(made(errc::failed, body.error().message));
    at_.quota.give_back(spent_);
    return answer(std::move(*body));
  }
  auto f = refused(got);
  if (expired(f.aws_code)) at_.forget_credentials();
  const auto why = trouble_of(got.status, f.aws_code);
  if (why == trouble::clock && corrected_clock(got)) return attempt();
  again_or(why == trouble::clock ? trouble::final : why, std::move(f));
}

bool call::corrected_clock(const http::response& got) {
  const auto* date = http::find(got.headers, "Date");
  const auto theirs = date == nullptr ? std::nullopt : parse_http_date(*date);
  if (clock_tried_ || !theirs) return false;
  clock_tried_ = true;
  const auto before = at_.skew[endpoint_];
  at_.skew[endpoint_] = *theirs - at_.now();
  return std::chrono::abs(at_.skew[endpoint_] - before) >= least_skew;
}

void call::again_or(trouble why, failure f) {
  const auto pause = backoff(tries_ - 1, at_.random());
  const bool allowed = why != trouble::final && tries_ < most_tries();
  if (!allowed || pause >= left() || !at_.quota.take(why)) return answer(std::move(f));
  spent_ = retry_quota::cost(why);
  wait(pause);
}

void call::wait(duration d) {
  timer_.expires_after(d);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (!ec && self->done_) self->attempt();
  });
}

int call::most_tries() const {
  return std::clamp(how_.attempts == 0 ? at_.options.attempts : how_.attempts, 1, 20);
}

duration call::left() const {
  const auto left = std::chrono::ceil<duration>(end_ - std::chrono::steady_clock::now());
  return std::max(left, duration{1});
}

failure call::made(errc code, const std::string& why) const {
  failure f;
  f.code = code;
  f.message = std::string(service_.host) + " " + operation_ + ": " + why;
  f.sent = sent_;
  return f;
}

failure call::refused(const http::response& got) const {
  const auto said = refusal_of(service_, got);
  const auto* id = http::find(got.headers, "x-amzn-RequestId");
  auto text = said.code.empty() ? "it answered " + std::to_string(got.status) : said.code;
  if (!said.message.empty()) text += ": " + said.message;
  if (id != nullptr) text += " (request " + http::one_line(*id, 64) + ")";
  auto f = made(code_of(got.status, said.code), text + remedy_of(said.code));
  f.aws_code = said.code;
  if (id != nullptr) f.request_id = *id;
  return f;
}

void call::give_up(errc why) {
  answer(
      made(why, why == errc::timeout ? "no answer within " + format_duration(how_.deadline) : "cancelled"));
}

void call::answer(outcome o) {
  if (!done_) return;
  timer_.cancel();
  deadline_.cancel();
  on_stop_.reset();
  const auto done = std::exchange(done_, nullptr);
  stop_.request_stop();
  done(std::move(o));
}

}  // namespace shipflow::aws
