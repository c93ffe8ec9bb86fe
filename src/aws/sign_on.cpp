#include "aws/sign_on.hpp"

#include "aws/settings.hpp"
#include "base/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <utility>

namespace shipflow::aws {
namespace {

// A token that ends while the request is under way is no use.
constexpr duration margin = std::chrono::minutes(1);

std::string member(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

std::int64_t number(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  if (v == nullptr || !v->is_number()) return 0;
  boost::system::error_code ec;
  const auto n = v->to_number<std::int64_t>(ec);
  return ec ? 0 : n;
}

result<json::object> read(const rest_outcome& o) {
  if (!o) return make_error(o.error().code, o.error().message);
  auto v = parse_json(o->body);
  if (!v || !v->is_object()) return make_error(errc::failed, "single sign-on: the answer is no JSON object");
  return std::move(v->get_object());
}

result<credentials> role_keys(const rest_outcome& o) {
  const auto body = read(o);
  if (!body) return body.error();
  const auto* keys = body->if_contains("roleCredentials");
  if (keys == nullptr || !keys->is_object())
    return make_error(errc::failed, "single sign-on: the answer holds no credentials");
  const auto& k = keys->get_object();
  credentials c{member(k, "accessKeyId"), member(k, "secretAccessKey"), member(k, "sessionToken"), {}};
  if (c.id.empty() || c.secret.empty())
    return make_error(errc::failed, "single sign-on: accessKeyId or secretAccessKey is missing");
  if (const auto end = number(k, "expiration"); end > 0) c.expires = from_ms(end);
  return c;
}

class login : public std::enable_shared_from_this<login> {
 public:
  login(machine& with, by_sign_on how, std::string user, found_credentials done)
      : with_(with), how_(std::move(how)), profile_(std::move(user)), done_(std::move(done)) {}

  void begin() {
    auto token = known();
    if (!token) return done_(token.error());
    if (token->expires - margin > with_.now()) return ask_keys(*token);
    if (token->refresh.empty() || token->client_id.empty() || token->client_secret.empty())
      return done_(ended());
    renew(*token);
  }

 private:
  [[nodiscard]] error ended() const {
    return make_error(
        errc::denied,
        "the single sign-on session has ended, log in again: aws sso login --profile " + profile_);
  }

  // What a person logged in to last goes before what was renewed here before that.
  result<sign_on_token> known() {
    const auto path = token_path(variable(with_.options, "HOME"), how_.session);
    const auto text = with_.options.file ? with_.options.file(path)
                                         : result<std::string>(make_error(errc::not_found, path));
    if (!text)
      return make_error(errc::denied, "nobody is logged in, log in: aws sso login --profile " + profile_);
    auto token = parse_token(*text, path);
    const auto mine = with_.ring->token(how_.session);
    if (token && mine && mine->expires > token->expires) return *mine;
    return token;
  }

  void renew(const sign_on_token& old) {
    wire_request q;
    q.operation = "CreateToken";
    q.method = "POST";
    q.path = "/token";
    q.headers = {{"Content-Type", "application/json"}};
    q.body = json::serialize(json::object{{"grantType", "refresh_token"},
                                          {"clientId", old.client_id},
                                          {"clientSecret", old.client_secret},
                                          {"refreshToken", old.refresh}});
    with_.ask_with(sso_oidc, std::move(q), {}, how_.region,
                   [self = shared_from_this(), old](const rest_outcome& o) { self->on_renewed(old, o); });
  }

  void on_renewed(sign_on_token token, const rest_outcome& o) {
    const auto body = read(o);
    if (!body && o && o->status / 100 == 2) return done_(body.error());
    if (!body) return done_(body.error().retryable() ? body.error() : ended());
    token.access = member(*body, "accessToken");
    token.expires = with_.now() + std::chrono::seconds(number(*body, "expiresIn"));
    if (auto next = member(*body, "refreshToken"); !next.empty()) token.refresh = std::move(next);
    if (token.access.empty())
      return done_(make_error(errc::failed, "single sign-on: the answer holds no token"));
    with_.ring->keep(how_.session, token);
    ask_keys(token);
  }

  void ask_keys(const sign_on_token& token) {
    wire_request q;
    q.operation = "GetRoleCredentials";
    q.path = "/federation/credentials";
    q.query = {{"role_name", how_.role}, {"account_id", how_.account}};
    q.headers = {{"x-amz-sso_bearer_token", token.access}};
    with_.ask_with(sso, std::move(q), {}, how_.region, [self = shared_from_this()](const rest_outcome& o) {
      if (!o && o.error().status == 401) return self->done_(self->ended());
      self->done_(role_keys(o));
    });
  }

  machine& with_;
  by_sign_on how_;
  std::string profile_;
  found_credentials done_;
};

}  // namespace

void sign_on(machine& with, const by_sign_on& how, const std::string& user, found_credentials done) {
  std::make_shared<login>(with, how, user, std::move(done))->begin();
}

std::string token_path(const std::string& home, std::string_view session) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  EVP_Digest(session.data(), session.size(), hash.data(), &length, EVP_sha1(), nullptr);
  return home + "/.aws/sso/cache/" + hex_of({reinterpret_cast<const char*>(hash.data()), length}) + ".json";
}

result<sign_on_token> parse_token(std::string_view text, const std::string& path) {
  const auto v = parse_json(text);
  const auto* o = v ? v->if_object() : nullptr;
  sign_on_token t;
  if (o != nullptr) t.access = member(*o, "accessToken");
  if (t.access.empty())
    return make_error(errc::failed, path + " holds no token of single sign-on; log in again");
  // Older tools wrote "2020-06-17T10:02:08UTC".
  auto end = member(*o, "expiresAt");
  if (end.ends_with("UTC")) end.replace(end.size() - 3, 3, "Z");
  const auto at = parse_time(end);
  if (!at) return make_error(errc::failed, path + ": expiresAt is no time; log in again");
  t.expires = *at;
  t.refresh = member(*o, "refreshToken");
  t.client_id = member(*o, "clientId");
  t.client_secret = member(*o, "clientSecret");
  return t;
}

}  // namespace shipflow::aws
