#include "double.hpp"

#include "base/members.hpp"
#include "wire.hpp"

#include <shipflow/time.hpp>

#include <algorithm>

namespace tests {
namespace {

using namespace shipflow;

std::string type_of(speech speaks) {
  return speaks == speech::json ? "application/x-amz-json-1.1" : "text/xml";
}

speech spoken(const message& m) {
  if (!m.header("x-amz-target").empty()) return speech::json;
  const bool form = m.header("content-type").starts_with("application/x-www-form-urlencoded");
  return form && m.method == "POST" ? speech::query : speech::rest;
}

/// Code and text of what is wrong with the body, or nothing: operation and input are filled in.
std::optional<cloud::refusal> read_input(const aws_service& s, const message& m, call& c) {
  if (s.speaks == speech::rest) {
    c.operation = s.names(c);
    return std::nullopt;
  }
  if (s.speaks == speech::query) {
    c.input = wire::from_form(m.body, s.items);
    c.operation = members::text(c.input, "Action");
    if (members::text(c.input, "Version") != s.version)
      return cloud::refused("InvalidAction", "Could not find operation " + c.operation + " for this version");
    return std::nullopt;
  }
  const auto target = m.header("x-amz-target");
  const auto dot = target.find('.');
  c.operation = target.substr(dot == std::string::npos ? 0 : dot + 1);
  if (target.substr(0, dot) != s.version)
    return cloud::refused("UnknownOperationException", "nothing is called " + target);
  const auto body = parse_json(m.body.empty() ? "{}" : m.body);
  if (!body || !body->is_object()) return cloud::refused("SerializationException", "not JSON");
  c.input = body->as_object();
  return std::nullopt;
}

}  // namespace

aws_double::aws_double(cloud::ecs_options options, int speed, std::uint16_t port)
    : speed_(speed), server_([this](raw_connection& c) { serve(c); }, port) {
  const std::lock_guard guard(mutex_);
  models_.put(std::move(options));
}

time_point aws_double::now() const {
  if (speed_ == 0) return told_;
  const auto passed = std::chrono::duration_cast<duration>(std::chrono::steady_clock::now() - begun_);
  return begin + passed * speed_;
}

void aws_double::tell(time_point now) {
  if (speed_ == 0 && now > told_.load()) told_ = now;
}

void aws_double::on_call(std::function<mishap(const std::string&, int)> decide) {
  const std::lock_guard guard(mutex_);
  decide_ = std::move(decide);
  counts_.clear();
}

std::vector<std::string> aws_double::calls() {
  const std::lock_guard guard(mutex_);
  return calls_;
}

int aws_double::count(const std::string& operation) {
  const std::lock_guard guard(mutex_);
  return static_cast<int>(std::count(calls_.begin(), calls_.end(), operation));
}

aws_double::outcome aws_double::refuse(speech speaks, const std::string& operation, int status,
                                       const std::string& code, const std::string& why) {
  calls_.push_back(operation + ":" + code);
  const auto body = speaks == speech::json ? wire::json_error(code, why) : wire::xml_error(code, why);
  return {response(status, type_of(speaks), body)};
}

aws_double::outcome aws_double::carry_out(const aws_service& s, call& c) {
  const auto goes_wrong = decide_ ? decide_(c.operation, ++counts_[c.operation]) : mishap::none;
  if (goes_wrong == mishap::throttled)
    return refuse(s.speaks, c.operation, 400, "ThrottlingException", "Rate exceeded");
  if (goes_wrong == mishap::fails_before)
    return refuse(s.speaks, c.operation, 500, "ServerException", "before");
  if (goes_wrong == mishap::drops_before) {
    calls_.push_back(c.operation + ":dropped");
    return {{}, false};
  }
  answered said;
  if (s.speaks == speech::rest) {
    said = s.rest(c);
  } else {
    const auto done = s.answers(c);
    if (!done) return refuse(s.speaks, c.operation, 400, done.error().code, done.error().message);
    said.body = s.speaks == speech::query ? wire::xml_answer(c.operation, s.version, *done, s.items)
                                          : json::serialize(*done);
  }
  if (goes_wrong == mishap::fails_after)
    return refuse(s.speaks, c.operation, 500, "ServerException", "after");
  calls_.push_back(said.status < 300 ? c.operation : c.operation + ":" + std::to_string(said.status));
  if (goes_wrong == mishap::drops_after) return {{}, false};
  const auto body = spoiled(goes_wrong, c.operation, said.body, dice_);
  auto bytes = response(said.status, type_of(s.speaks), body, said.headers);
  if (goes_wrong == mishap::truncated) return {bytes.substr(0, 120), false};
  return {std::move(bytes)};
}

aws_double::outcome aws_double::answer(const message& m) {
  const std::lock_guard guard(mutex_);
  const auto speaks = spoken(m);
  if (const auto dated = date_of(m)) tell(*dated);
  const auto mark = std::min(m.target.find('?'), m.target.size());
  call c{models_, now(), {}, {}, m.method, m.target.substr(0, mark), {}, m.body, m.headers};
  c.query = m.target.substr(std::min(mark + 1, m.target.size()));
  if (const auto code = check_signature(m, speed_ > 0); !code.empty())
    return refuse(speaks, m.header("x-amz-target"), speaks == speech::json ? 400 : 403, code,
                  "Signature expired or not as computed");
  const auto* s = find_service(signing_name(m), speaks);
  if (s == nullptr)
    return refuse(speaks, m.target, 404, "UnknownService", signing_name(m) + " has no file in services/");
  if (const auto wrong = read_input(*s, m, c))
    return refuse(speaks, c.operation, 400, wrong->code, wrong->message);
  return carry_out(*s, c);
}

void aws_double::serve(raw_connection& c) {
  while (c.read_request()) {
    const auto done = answer(read_message(c.seen));
    if (done.bytes.empty()) c.reset();
    if (!c.say(done.bytes) || !done.stays) return;
  }
}

}  // namespace tests
