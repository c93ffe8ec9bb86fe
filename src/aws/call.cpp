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

call::call(machine& at, const service& s, wire_request q, call_options how,
           std::function<void(rest_outcome)> done)
    : at_(at),
      service_(s),
      q_(std::move(q)),
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
  if (!at_.retries) return answer(made(at_.retries.error().code, at_.retries.error().message));
  auto region = region_of(at_.options, how_.region);
  if (!region) return answer(made(region.error().code, region.error().message));
  region_ = std::move(*region);
  if (const auto known = at_.bucket_region.find(q_.bucket); known != at_.bucket_region.end())
    region_ = known->second;
  if (auto ok = find_address(); !ok) return answer(made(ok.error().code, ok.error().message));
  id_ = at_.invocation_id();
  attempt();
}

result<void> call::find_address() {
  auto to = address_of(at_.options, service_, q_, how_.endpoint_url, region_);
  if (!to) return to.error();
  to_ = std::move(*to);
  return {};
}

void call::attempt() {
  ++tries_;
  const auto pause = at_.pause_before(to_.endpoint);
  if (pause > duration{0}) return wait(pause, &call::authorise);
  authorise();
}

void call::authorise() {
  if (service_.signing.empty()) return go(next_try());
  if (own_) return send(*own_);
  at_.ring->take(at_, region_, [self = shared_from_this()](const result<credentials>& who) {
    if (!self->done_) return;
    if (!who) return self->answer(self->made(who.error().code, who.error().text()));
    self->send(*who);
  });
}

http::request call::next_try() {
  http::request q;
  q.method = q_.method;
  q.url = to_.url;
  q.headers = q_.headers;
  q.body = q_.body;
  q.headers.push_back({"amz-sdk-invocation-id", id_});
  q.headers.push_back(
      {"amz-sdk-request", "attempt=" + std::to_string(tries_) + "; max=" + std::to_string(most_tries())});
  q.deadline = left();
  q.max_body_bytes = q_.max_answer_bytes;
  q.stop = stop_.get_token();
  q.proxy = at_.proxy_to(to_.endpoint);
  q.tls.ca_file = how_.ca_file.empty() ? at_.ca_file : how_.ca_file;
  return q;
}

// Signed right before it is sent: a wait in between would age the signature.
void call::send(const credentials& who) {
  signed_by_ = who.id;
  auto q = next_try();
  const auto skew = at_.skew.find(to_.endpoint);
  signing how{to_.region, std::string(service_.signing),
              at_.now() + (skew == at_.skew.end() ? duration{0} : skew->second), service_.rules};
  const bool may_be_open = service_.rules == signing_rules::s3 && to_.url.starts_with("https:");
  if (q_.payload_hash != unsigned_payload || may_be_open) how.payload_hash = q_.payload_hash;
  how.key = at_.keys.of(who, how);
  if (auto ok = sign(q, who, how); !ok) return answer(made(ok.error().code, ok.error().message));
  go(std::move(q));
}

void call::go(http::request q) {
  at_.web->send(std::move(q), [self = shared_from_this()](http::outcome o) {
    if (!self->done_) return;
    if (o)
      self->on_response(std::move(*o));
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

void call::on_response(http::response got) {
  sent_ = true;
  const bool good = got.status / 100 == 2 || got.status == 304;
  if (!good) return on_refusal(got);
  if (q_.refused && q_.refused(got)) {
    got.status = 500;
    return on_refusal(got);
  }
  at_.quota.give_back(spent_);
  at_.answered(to_.endpoint, trouble::final);
  answer(std::move(got));
}

void call::on_refusal(const http::response& got) {
  const auto said = refusal_of(service_, got);
  if (went_to_other_region(said.region)) return attempt();
  auto f = refused(got, said);
  if (expired(f.aws_code)) at_.ring->forget(signed_by_);
  const auto why = trouble_of(got.status, f.aws_code);
  at_.answered(to_.endpoint, why);
  if (why == trouble::clock && corrected_clock(got)) return attempt();
  again_or(why == trouble::clock ? trouble::final : why, std::move(f));
}

bool call::went_to_other_region(const std::string& region) {
  if (q_.bucket.empty() || region_tried_ || region == region_ || !is_region(region)) return false;
  region_tried_ = true;
  region_ = region;
  at_.bucket_region.insert_or_assign(q_.bucket, region);
  return find_address().has_value();
}

bool call::corrected_clock(const http::response& got) {
  const auto* date = http::find(got.headers, "Date");
  const auto theirs = date == nullptr ? std::nullopt : parse_http_date(*date);
  if (clock_tried_ || !theirs) return false;
  clock_tried_ = true;
  const auto before = at_.skew[to_.endpoint];
  at_.skew[to_.endpoint] = *theirs - at_.now();
  return std::chrono::abs(at_.skew[to_.endpoint] - before) >= least_skew;
}

void call::again_or(trouble why, failure f) {
  const auto pause = backoff(tries_ - 1, at_.random());
  const bool allowed = why != trouble::final && tries_ < most_tries();
  if (!allowed || pause >= left() || !at_.quota.take(why)) return answer(std::move(f));
  spent_ = retry_quota::cost(why);
  wait(pause, &call::attempt);
}

void call::wait(duration d, void (call::*next)()) {
  timer_.expires_after(d);
  timer_.async_wait([self = shared_from_this(), next](boost::system::error_code ec) {
    if (!ec && self->done_) (self.get()->*next)();
  });
}

int call::most_tries() const {
  return std::clamp(how_.attempts == 0 ? at_.retries->attempts : how_.attempts, 1, 20);
}

duration call::left() const {
  const auto left = std::chrono::ceil<duration>(end_ - std::chrono::steady_clock::now());
  return std::max(left, duration{1});
}

failure call::made(errc code, const std::string& why) const {
  failure f;
  f.code = code;
  f.message = std::string(service_.host) + " " + q_.operation + ": " + why;
  f.sent = sent_;
  return f;
}

failure call::refused(const http::response& got, const refusal& said) const {
  const auto* id = http::find(got.headers, "x-amzn-RequestId");
  if (id == nullptr) id = http::find(got.headers, "x-amz-request-id");
  auto text = said.code.empty() ? "it answered " + std::to_string(got.status) : said.code;
  if (!said.message.empty()) text += ": " + said.message;
  if (id != nullptr) text += " (request " + http::one_line(*id, 64) + ")";
  auto f = made(code_of(got.status, said.code), text + remedy_of(said.code));
  f.aws_code = said.code;
  f.status = got.status;
  if (id != nullptr) f.request_id = *id;
  return f;
}

void call::give_up(errc why) {
  answer(
      made(why, why == errc::timeout ? "no answer within " + format_duration(how_.deadline) : "cancelled"));
}

void call::answer(rest_outcome o) {
  if (!done_) return;
  timer_.cancel();
  deadline_.cancel();
  on_stop_.reset();
  const auto done = std::exchange(done_, nullptr);
  stop_.request_stop();
  done(std::move(o));
}

}  // namespace shipflow::aws
