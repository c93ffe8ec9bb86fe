#include "notify/aws_requests.hpp"

#include "base/members.hpp"
#include "http/fields.hpp"
#include "notify/cut.hpp"

#include <algorithm>
#include <array>

namespace shipflow::notify {
namespace {

constexpr std::size_t most_text = std::size_t{256} << 10U;
constexpr std::size_t room_for_attributes = std::size_t{8} << 10U;
constexpr std::size_t most_subject = 100;
constexpr std::size_t most_attributes = 10;
constexpr std::size_t most_recipients = 50;
constexpr std::array<const char*, 5> told{"moment", "run", "plan", "environment", "version"};

bool is_secret_reference(const std::string& text) { return text.find("${secret:") != std::string::npos; }

std::string subject_of(const std::string& given, const message& m) {
  if (!given.empty()) return given;
  const auto plan = members::text(m.values, "plan");
  const auto environment = members::text(m.values, "environment");
  auto out = plan + (plan.empty() || environment.empty() ? "" : ", ") + environment;
  return out + (out.empty() ? "" : ": ") + m.moment;
}

void put_attribute(json::object& to, const std::string& name, const std::string& value) {
  if (value.empty() || to.size() == most_attributes) return;
  to[std::to_string(to.size() + 1)] =
      json::object{{"Name", name}, {"Value", {{"DataType", "String"}, {"StringValue", value}}}};
}

json::object attributes_of(http::fields& in, const message& m) {
  json::object out;
  const auto* more = in.object("attributes");
  if (more != nullptr && more->size() > most_attributes - told.size())
    in.wrong("attributes", "are at most five");
  for (const auto* name : told) {
    const std::string key(name);
    put_attribute(out, key,
                  key == "moment" ? m.moment
                  : key == "run"  ? m.run
                                  : members::text(m.values, name));
  }
  if (more == nullptr) return out;
  for (const auto& a : *more) {
    if (!a.value().is_string()) in.wrong("attributes", "must map names to texts");
    if (a.value().is_string()) put_attribute(out, std::string(a.key()), std::string(a.value().get_string()));
  }
  return out;
}

/// "arn:aws:sns:REGION:..": the region; empty: it is no ARN of a topic.
std::string region_of_topic(const std::string& arn) {
  std::array<std::string, 6> part;
  std::size_t at = 0;
  for (auto& p : part) {
    const auto colon = &p == &part.back() ? std::string::npos : arn.find(':', at);
    p = arn.substr(at, colon == std::string::npos ? colon : colon - at);
    if (colon == std::string::npos) break;
    at = colon + 1;
  }
  return part[0] == "arn" && part[2] == "sns" && !part[5].empty() ? part[3] : std::string{};
}

aws_request of_sns(http::fields& in, const delivery& q) {
  aws_request r{sns, "Publish", {}, {}};
  const auto topic = in.text("sns");
  r.how.region = in.text("region", region_of_topic(topic));
  if (!is_secret_reference(topic) && region_of_topic(topic).empty())
    in.wrong("sns", "must be the ARN of a topic, arn:aws:sns:REGION:ACCOUNT:NAME");
  auto attributes = attributes_of(in, q.what);
  auto text = cut(plain_text(q.what), most_text - room_for_attributes);
  r.input = {{"TopicArn", topic},
             {"Message", text.empty() ? q.what.moment : text},
             {"Subject", sns_subject(subject_of(in.text("subject"), q.what))}};
  if (!attributes.empty()) r.input["MessageAttributes"] = json::object{{"entry", std::move(attributes)}};
  if (!topic.ends_with(".fifo")) return r;
  r.input["MessageGroupId"] = sha256_hex(q.what.run);
  r.input["MessageDeduplicationId"] = sha256_hex(q.what.id);
  return r;
}

aws_request of_ses(http::fields& in, const delivery& q) {
  aws_request r{ses, "SendEmail", {}, {}};
  r.how.region = in.text("region");
  const auto from = in.text("ses");
  const auto to = in.texts("to");
  const auto no_address = [](const std::string& a) {
    return !is_secret_reference(a) &&
           (a.find('@') == std::string::npos || a.find_first_of("\r\n") != std::string::npos);
  };
  if (no_address(from)) in.wrong("ses", "must be the address that the mail is from");
  if (to.empty() || to.size() > most_recipients || std::any_of(to.begin(), to.end(), no_address))
    in.wrong("to", "must be 1 to 50 addresses");
  const auto utf8 = [](std::string text) {
    return json::object{{"Charset", "UTF-8"}, {"Data", std::move(text)}};
  };
  auto text = plain_text(q.what);
  auto subject = subject_of(in.text("subject"), q.what);
  std::replace_if(
      subject.begin(), subject.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  r.input = {
      {"Source", from},
      {"Destination", {{"ToAddresses", json::array(to.begin(), to.end())}}},
      {"Message", {{"Subject", utf8(std::move(subject))}, {"Body", {{"Text", utf8(std::move(text))}}}}}};
  return r;
}

}  // namespace

std::string sns_subject(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (c >= 0x20 && c < 0x7f && !(out.empty() && c == ' ')) out += c;
  return cut(out.empty() ? "shipflow" : out, most_subject);
}

result<aws_request> aws_request_of(const std::string& kind, const json::object& spec, const delivery& q) {
  if (kind != "sns" && kind != "ses")
    return make_error(errc::not_found, "nothing here sends messages of kind \"" + kind + "\"");
  http::fields in(spec);
  auto r = kind == "sns" ? of_sns(in, q) : of_ses(in, q);
  r.how.endpoint_url = in.text("endpoint_url");
  r.how.deadline = std::max(q.deadline - q.now, duration{1});
  r.how.stop = q.stop;
  r.how.attempts = 1;  // the outbox tries again
  if (auto good = in.finish(); !good) return good.error();
  return r;
}

delivery_answer judge(const aws::outcome& o) {
  if (o) return delivery_answer::delivered();
  const auto f = o.error();
  const bool passes = f.code == errc::throttled || f.code == errc::unavailable || f.code == errc::timeout ||
                      f.code == errc::cancelled || f.aws_code.empty() ||
                      f.aws_code.starts_with("ExpiredToken") || f.aws_code == "RequestExpired";
  return passes ? delivery_answer::again(f.message) : delivery_answer::refused(f.message);
}

}  // namespace shipflow::notify
