#include "double.hpp"

#include "aws/signature.hpp"
#include "base/members.hpp"
#include "wire.hpp"

#include <shipflow/time.hpp>

#include <algorithm>
#include <ctime>

namespace tests {
namespace {

using namespace shipflow;

constexpr duration most_skew = std::chrono::minutes(5);

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// "a=1, b=2" -> value of b.
std::string part(const std::string& authorization, const std::string& name) {
  const auto at = authorization.find(name + "=");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 1;
  return authorization.substr(from, authorization.find(',', from) - from);
}

std::optional<time_point> date_of(const std::string& text) {
  if (text.size() != 16) return std::nullopt;
  auto t = parse_time(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + "T" +
                      text.substr(9, 2) + ":" + text.substr(11, 2) + ":" + text.substr(13, 2) + "Z");
  if (!t) return std::nullopt;
  return *t;
}

std::string http_date() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string response(int status, const std::string& type, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + (status == 200 ? " OK" : " Error") +
         "\r\nContent-Type: " + type + "\r\nDate: " + http_date() +
         "\r\nx-amzn-RequestId: 00000000-double\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

aws_double::aws_double(shipflow::cloud::ecs_options options, int speed)
    : speed_(speed),
      services_(std::move(options)),
      balancer_(services_),
      server_([this](raw_connection& c) { serve(c); }) {}

time_point aws_double::now() const {
  const auto passed = std::chrono::duration_cast<duration>(std::chrono::steady_clock::now() - begun_);
  return from_ms(1'772'532'000'000) + passed * speed_;
}

void aws_double::with(const std::function<void(cloud::ecs&, cloud::elb&, time_point)>& what) {
  const std::lock_guard guard(mutex_);
  services_.advance(now());
  what(services_, balancer_, now());
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

std::string aws_double::message::header(const std::string& name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

aws_double::message aws_double::parsed(const std::string& bytes) {
  message m;
  const auto end = bytes.find("\r\n\r\n");
  m.body = bytes.substr(end + 4);
  std::size_t at = bytes.find("\r\n");
  const auto first = bytes.substr(0, at);
  m.method = first.substr(0, first.find(' '));
  m.path = first.substr(m.method.size() + 1, first.rfind(' ') - m.method.size() - 1);
  while (at < end) {
    const auto next = bytes.find("\r\n", at + 2);
    const auto line = bytes.substr(at + 2, next - at - 2);
    const auto colon = line.find(':');
    m.headers.emplace_back(lower(line.substr(0, colon)),
                           line.substr(std::min(line.size(), line.find_first_not_of(' ', colon + 1))));
    at = next;
  }
  return m;
}

std::string aws_double::check_signature(const message& m) {
  const auto authorization = m.header("authorization");
  if (authorization.empty()) return "MissingAuthenticationTokenException";
  const auto scope = part(authorization, "Credential");
  if (scope.substr(0, scope.find('/')) != id) return "UnrecognizedClientException";
  const auto at = date_of(m.header("x-amz-date"));
  if (!at) return "IncompleteSignatureException";
  const auto wall = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  if (std::chrono::abs(wall - *at) > most_skew) return "RequestExpired";
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= scope.size();) {
    const auto slash = std::min(scope.size(), scope.find('/', from));
    words.push_back(scope.substr(from, slash - from));
    from = slash + 1;
  }
  if (words.size() != 5 || words[4] != "aws4_request") return "IncompleteSignatureException";
  const auto signed_names = ";" + part(authorization, "SignedHeaders") + ";";
  if (signed_names.find(";host;") == std::string::npos) return "SignatureDoesNotMatch";
  http::request again;
  again.method = m.method;
  again.url = "http://" + m.header("host") + m.path;
  again.body = m.body;
  for (const auto& [name, value] : m.headers) {
    const bool its_own = name == "host" || name == "x-amz-date";
    if (!its_own && signed_names.find(";" + name + ";") != std::string::npos)
      again.headers.push_back({name, value});
  }
  const aws::credentials who{id, secret, "", std::nullopt};
  if (!aws::sign(again, who, {words[2], words[3], *at})) return "IncompleteSignatureException";
  const auto* expected = http::find(again.headers, "Authorization");
  const bool good = expected != nullptr && part(*expected, "Signature") == part(authorization, "Signature");
  return good ? std::string{} : "SignatureDoesNotMatch";
}

cloud::reply aws_double::carry_out(bool query, const std::string& operation, const json::object& input) {
  services_.advance(now());
  if (operation == "GetCallerIdentity")
    return json::object{
        {"Account", account}, {"Arn", "arn:aws:iam::123456789012:user/shop"}, {"UserId", "U"}};
  return query ? balancer_.ask(operation, input, now()) : services_.ask(operation, input, now());
}

bool aws_double::answer(raw_connection& c, const message& m) {
  const std::lock_guard guard(mutex_);
  const auto target = m.header("x-amz-target");
  const bool query = target.empty();
  const auto form = query ? wire::from_form(m.body) : json::object{};
  const auto operation = query ? members::text(form, "Action") : target.substr(target.find('.') + 1);
  const auto type = query ? std::string("text/xml") : std::string("application/x-amz-json-1.1");
  const auto refuse = [&](int status, const std::string& code, const std::string& why) {
    calls_.push_back(operation + ":" + code);
    return c.say(response(status, type, query ? wire::xml_error(code, why) : wire::json_error(code, why)));
  };
  if (const auto code = check_signature(m); !code.empty())
    return refuse(query ? 403 : 400, code, "Signature expired or not as computed");
  const auto goes_wrong = decide_ ? decide_(operation, ++counts_[operation]) : mishap::none;
  if (goes_wrong == mishap::throttled) return refuse(400, "ThrottlingException", "Rate exceeded");
  if (goes_wrong == mishap::fails_before) return refuse(500, "ServerException", "before");
  auto input = form;
  if (!query) {
    const auto body = parse_json(m.body.empty() ? "{}" : m.body);
    if (!body || !body->is_object()) return refuse(400, "SerializationException", "not JSON");
    input = body->as_object();
  }
  const auto done = carry_out(query, operation, input);
  if (!done) return refuse(400, done.error().code, done.error().message);
  if (goes_wrong == mishap::fails_after) return refuse(500, "ServerException", "after");
  calls_.push_back(operation);
  auto body = query ? wire::xml_answer(operation, *done) : json::serialize(*done);
  if (goes_wrong == mishap::drops_after) {
    c.reset();
    return false;
  }
  if (goes_wrong == mishap::truncated) {
    c.say(response(200, type, body).substr(0, 120));
    return false;
  }
  if (goes_wrong == mishap::malformed) body = "<a>{]" + body;
  if (goes_wrong == mishap::oversized) body = "{\"a\":\"" + std::string(std::size_t{9} << 20U, 'x') + "\"}";
  if (goes_wrong == mishap::entities)
    body = "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;&x;\">]><" + operation +
           "Response>&y;</" + operation + "Response>";
  if (goes_wrong == mishap::mangled)
    for (int i = 0; i < 4; ++i) body[dice_() % body.size()] = "<>{}[]\",:/&;0x\0\xff"[dice_() % 16];
  return c.say(response(200, type, body));
}

void aws_double::serve(raw_connection& c) {
  while (c.read_request())
    if (!answer(c, parsed(c.seen))) return;
}

}  // namespace tests
