#include "provider/cloudformation/borrowed_role.hpp"

#include "aws/credentials.hpp"
#include "aws/settings.hpp"
#include "base/members.hpp"

#include <chrono>
#include <future>

namespace shipflow::cloudformation {
namespace {

constexpr duration margin = std::chrono::minutes(10);
constexpr duration own_are_good_for = std::chrono::minutes(10);

/// The same options, but for whose keys they are.
aws_options with_keys(const aws_options& from, const aws::credentials& keys) {
  auto out = from;
  out.keyring.reset();  // what is shared are the keys of the one that borrows
  out.ca_file = aws::ca_file_of(from);
  out.profile.clear();
  out.variable = [inner = from.variable, keys](const std::string& name) -> std::optional<std::string> {
    if (name == "AWS_ACCESS_KEY_ID") return keys.id;
    if (name == "AWS_SECRET_ACCESS_KEY") return keys.secret;
    if (name == "AWS_SESSION_TOKEN") return keys.token;
    if (name == "AWS_PROFILE" || !inner) return std::nullopt;
    return inner(name);
  };
  return out;
}

/// "123456789012" of "arn:aws:iam::123456789012:role/x".
std::string account_in(const std::string& arn) {
  std::size_t at = 0;
  for (int i = 0; i < 4; ++i) at = arn.find(':', at) + 1;
  return arn.substr(at, arn.find(':', at) - at);
}

}  // namespace

borrowed_roles::borrowed_roles(aws_options options)
    : options_(std::move(options)),
      now_(aws::clock_of(options_)),
      own_(std::make_shared<aws::client>(options_)) {}

aws::outcome borrowed_roles::ask(const std::string& operation, const json::object& input, const asset& a,
                                 const aws::destination& where, const std::stop_token& stop) {
  aws::call_options how;
  how.region = a.region;
  how.endpoint_url = where.endpoint_url;
  how.stop = stop;
  std::promise<aws::outcome> said;
  auto answer = said.get_future();
  own_->call(aws::sts, operation, input, how, [&said](aws::outcome o) { said.set_value(std::move(o)); });
  return answer.get();
}

result<borrowed_roles::held> borrowed_roles::borrow(const asset& a, const aws::destination& where,
                                                    const std::stop_token& stop) {
  json::object in{{"RoleArn", a.role}, {"RoleSessionName", "shipflow-assets"}};
  if (!a.external_id.empty()) in["ExternalId"] = a.external_id;
  const auto said = ask("AssumeRole", in, a, where, stop);
  if (said) {
    auto keys =
        aws::read_credentials(members::object(*said, "Credentials"), "SessionToken", "AssumeRole " + a.role);
    if (!keys) return keys.error();
    const auto until = keys->expires ? *keys->expires - margin : now_() + own_are_good_for;
    return held{std::make_shared<aws::client>(with_keys(options_, *keys)), until};
  }
  if (said.error().code != errc::denied) return make_error(said.error().code, said.error().message);
  const auto who = ask("GetCallerIdentity", {}, a, where, stop);
  if (who && members::text(*who, "Account") == account_in(a.role))
    return held{own_, now_() + own_are_good_for};
  return make_error(errc::denied, said.error().message + "; bootstrap the account so that it trusts yours");
}

result<borrowed_roles::way> borrowed_roles::client_for(const asset& a, const aws::destination& where,
                                                       std::stop_token stop) {
  way out{own_, where.endpoint_url};
  if (a.role.empty()) return out;
  // One asks, and all who wait for the same have it.
  const std::lock_guard guard(mutex_);
  auto& known = by_role_[where.endpoint_url + " " + a.role];
  if (!known.client || known.until <= now_()) {
    auto fresh = borrow(a, where, stop);
    if (!fresh) return fresh.error();
    known = std::move(*fresh);
  }
  out.client = known.client;
  // A profile's endpoint would be lost with the profile.
  if (out.endpoint_url.empty())
    out.endpoint_url = aws::configured_endpoint(options_, std::string(aws::s3.id));
  return out;
}

}  // namespace shipflow::cloudformation
