// Credentials that an endpoint beside this process hands out.
#include "aws/credentials.hpp"
#include "aws/retry.hpp"
#include "aws/settings.hpp"
#include "http/text.hpp"
#include "http/url.hpp"

#include <shipflow/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace shipflow::aws {
namespace {

constexpr duration container_wait{2'000};
constexpr duration first_pause{100};
constexpr std::size_t most_bytes = 64U << 10U;

std::string member(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

// Tokens must not be sent to whoever a variable names.
bool may_hand_out(const http::target& to) {
  static constexpr std::array<std::string_view, 5> hosts{"169.254.170.2", "169.254.170.23", "fd00:ec2::23",
                                                         "localhost", "::1"};
  return to.tls || to.host.starts_with("127.") ||
         std::find(hosts.begin(), hosts.end(), to.host) != hosts.end();
}

http::request get(std::string url, duration wait) {
  http::request q;
  q.url = std::move(url);
  q.deadline = wait;
  q.max_body_bytes = most_bytes;
  return q;
}

result<std::string> container_token(const aws_options& from) {
  const auto path = variable(from, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  auto token = variable(from, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (!path.empty()) {
    auto read = from.file ? from.file(path) : result<std::string>(make_error(errc::not_found, path));
    if (!read) return read;
    token = std::move(*read);
    while (token.ends_with('\n')) token.pop_back();
  }
  if (token.find_first_of("\r\n") != std::string::npos)
    return make_error(errc::invalid_argument, "the container's authorization token has more than one line");
  return token;
}

void of_container(http::client& with, const aws_options& from, const std::string& url,
                  found_credentials done) {
  const auto to = http::parse_target(url);
  if (!to || !may_hand_out(*to))
    return done(
        make_error(errc::invalid_argument,
                   "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this host"));
  const auto token = container_token(from);
  if (!token) return done(token.error());
  auto q = get(url, container_wait);
  if (!token->empty()) q.headers.push_back({"Authorization", *token});
  with.send(std::move(q), [done = std::move(done)](const http::outcome& o) {
    if (!o)
      return done(make_error(errc::unavailable, "AWS credentials of the container: " + o.error().message));
    if (o->status != 200)
      return done(make_error(errc::unavailable,
                             "AWS credentials of the container: it answered " + std::to_string(o->status)));
    done(parse_credentials(o->body, "Token", "the container"));
  });
}

error nowhere(const std::string& why) {
  return make_error(errc::not_found,
                    "no AWS credentials in variables, profile and container, and the instance's endpoint "
                    "does not help: " +
                        why + "; set AWS_ACCESS_KEY_ID or AWS_PROFILE");
}

/// A service beside this machine that is slow, or in trouble itself.
bool may_pass(const http::outcome& o) {
  if (o) return trouble_of(o->status, "") != trouble::final;
  return o.error().code == errc::timeout || o.error().code == errc::unavailable;
}

/// IMDSv2: a token, the role's name, its keys.
class instance_search : public std::enable_shared_from_this<instance_search> {
 public:
  instance_search(http::client& with, std::string root, instance_settings how, pausing pause,
                  found_credentials done)
      : with_(with), root_(std::move(root)), how_(how), pause_(std::move(pause)), done_(std::move(done)) {}

  void begin() {
    auto q = get(root_ + "/latest/api/token", how_.wait);
    q.method = "PUT";
    q.headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", "21600"});
    ask(q, [this](std::string token) {
      token_ = std::move(token);
      ask(of_role(""), [this](const std::string& roles) {
        const auto role = roles.substr(0, roles.find('\n'));
        if (role.empty()) return done_(nowhere("the instance has no role"));
        ask(of_role(role),
            [this](const std::string& body) { done_(parse_credentials(body, "Token", "the instance")); });
      });
    });
  }

 private:
  using taker = std::function<void(std::string)>;

  [[nodiscard]] http::request of_role(const std::string& role) const {
    auto q = get(root_ + "/latest/meta-data/iam/security-credentials/" + role, how_.wait);
    q.headers.push_back({"x-aws-ec2-metadata-token", token_});
    return q;
  }

  void ask(const http::request& q, taker next, int attempt = 1) {
    with_.send(q, [self = shared_from_this(), q, next = std::move(next), attempt](const http::outcome& o) {
      if (may_pass(o) && attempt < self->how_.attempts) return self->ask_later(q, next, attempt);
      if (!o) return self->done_(nowhere(o.error().message));
      if (o->status != 200) return self->done_(nowhere("it answered " + std::to_string(o->status)));
      next(o->body);
    });
  }

  void ask_later(const http::request& q, const taker& next, int attempt) {
    pause_(first_pause * (1LL << (attempt - 1)),
           [self = shared_from_this(), q, next, attempt] { self->ask(q, next, attempt + 1); });
  }

  http::client& with_;
  std::string root_;
  instance_settings how_;
  pausing pause_;
  std::string token_;
  found_credentials done_;
};

}  // namespace

result<credentials> read_credentials(const json::object& from, std::string_view token,
                                     const std::string& where) {
  const auto bad = [&](const std::string& why) {
    return make_error(errc::failed, "AWS credentials of " + where + ": " + why);
  };
  credentials c{member(from, "AccessKeyId"), member(from, "SecretAccessKey"), member(from, token), {}};
  if (c.id.empty() || c.secret.empty()) return bad("AccessKeyId or SecretAccessKey is missing");
  if (const auto end = member(from, "Expiration"); !end.empty()) {
    const auto t = parse_time(end);
    if (!t) return bad("Expiration is no time");
    c.expires = *t;
  }
  return c;
}

result<credentials> parse_credentials(std::string_view body, std::string_view token,
                                      const std::string& where) {
  const auto v = parse_json(body);
  const auto* o = v ? v->if_object() : nullptr;
  if (o == nullptr)
    return make_error(errc::failed, "AWS credentials of " + where + ": the answer is no JSON object");
  const auto code = member(*o, "Code");
  if (!code.empty() && code != "Success")
    return make_error(errc::failed, "AWS credentials of " + where + ": it says " + http::one_line(code, 80));
  return read_credentials(*o, token, where);
}

void container_credentials(http::client& with, const aws_options& from, found_credentials done) {
  const auto relative = variable(from, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const auto full = variable(from, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.empty() && full.empty())
    return done(
        make_error(errc::invalid_argument,
                   "AWS credentials of the container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI "
                   "are not set"));
  of_container(with, from, relative.empty() ? full : "http://169.254.170.2" + relative, std::move(done));
}

void instance_credentials(http::client& with, const aws_options& from, pausing pause,
                          found_credentials done) {
  if (variable(from, "AWS_EC2_METADATA_DISABLED") == "true")
    return done(nowhere("AWS_EC2_METADATA_DISABLED is set"));
  auto root = variable(from, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (root.empty()) root = "http://169.254.169.254";
  while (root.ends_with('/')) root.pop_back();
  if (auto ok = http::check_url(root); !ok) return done(ok.error());
  const auto how = instance_settings_of(from);
  if (!how) return done(how.error());
  std::make_shared<instance_search>(with, root, *how, std::move(pause), std::move(done))->begin();
}

}  // namespace shipflow::aws
