#include "aws/way.hpp"

#include "aws/settings.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>
#include <utility>

namespace shipflow::aws {
namespace {

error none() { return make_error(errc::not_found, "no AWS credentials"); }

error wrong(const std::string& name, const std::string& what) {
  return make_error(errc::invalid_argument, "AWS profile \"" + name + "\" " + what);
}

result<credentials> keys_of_variables(const aws_options& from) {
  credentials c;
  c.id = variable(from, "AWS_ACCESS_KEY_ID");
  c.secret = variable(from, "AWS_SECRET_ACCESS_KEY");
  c.token = variable(from, "AWS_SESSION_TOKEN");
  if (c.id.empty() && c.secret.empty()) return none();
  if (c.id.empty() || c.secret.empty())
    return make_error(errc::invalid_argument,
                      std::string(c.id.empty() ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID") +
                          " is set without " +
                          (c.id.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"));
  return c;
}

result<way> way_of_variables(const aws_options& from) {
  auto keys = keys_of_variables(from);
  if (!keys) return keys.error();
  return way{by_keys{std::move(*keys)}};
}

bool takes_role_from_another(const profile& p) {
  return !value_of(p, "role_arn").empty() &&
         (!value_of(p, "source_profile").empty() || !value_of(p, "credential_source").empty());
}

// EKS and others give a token and a role to the process itself.
result<way> web_identity_of_variables(const aws_options& from) {
  by_web_identity w;
  w.token_file = variable(from, "AWS_WEB_IDENTITY_TOKEN_FILE");
  if (w.token_file.empty()) return none();
  w.as.arn = variable(from, "AWS_ROLE_ARN");
  if (w.as.arn.empty())
    return make_error(errc::invalid_argument, "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN");
  if (auto name = variable(from, "AWS_ROLE_SESSION_NAME"); !name.empty()) w.as.session = std::move(name);
  return way{std::move(w)};
}

way beside_the_process(const aws_options& from) {
  for (const auto* name : {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"})
    if (!variable(from, name).empty()) return way{by_container{}};
  return way{by_instance{}};
}

/// One profile and those it takes its roles from.
class profile_reader {
 public:
  profile_reader(const aws_options& from, const profiles& files) : from_(from), files_(files) {}

  result<way> read(const std::string& name) {
    const auto* p = files_.find(name);
    if (p == nullptr) return make_error(errc::invalid_argument, "there is no AWS profile \"" + name + "\"");
    if (!seen_.insert(name).second)
      return wrong(name, "takes its role from itself by way of other profiles (source_profile)");
    auto found = of(name, *p);
    if (found) found->profile = name;
    return found;
  }

 private:
  result<way> of(const std::string& name, const profile& p) {
    if (!value_of(p, "role_arn").empty()) return of_role(name, p);
    if (!value_of(p, "sso_session").empty() || !value_of(p, "sso_start_url").empty())
      return of_sign_on(name, p);
    auto keys = of_keys(name, p);
    if (keys || keys.error().code != errc::not_found) return keys;
    return of_program(name, p);
  }

  result<way> of_keys(const std::string& name, const profile& p) const {
    credentials c;
    c.id = value_of(p, "aws_access_key_id");
    c.secret = value_of(p, "aws_secret_access_key");
    c.token = value_of(p, "aws_session_token");
    if (c.id.empty() && c.secret.empty()) return none();
    if (c.id.empty() || c.secret.empty()) return wrong(name, "has half a pair of keys");
    return way{by_keys{std::move(c)}};
  }

  result<way> of_role(const std::string& name, const profile& p) {
    auto as = role_of(name, p);
    if (!as) return as.error();
    const auto source = value_of(p, "source_profile");
    const auto place = value_of(p, "credential_source");
    if (!value_of(p, "mfa_serial").empty())
      return make_error(errc::unsupported,
                        "AWS profile \"" + name +
                            "\" asks for a code of a device (mfa_serial), which nobody is there to "
                            "type; get a session with `aws sts get-session-token` and give its keys");
    if (source.empty() && place.empty()) return of_web_identity(name, p, std::move(*as));
    if (!source.empty() && !place.empty())
      return wrong(name, "has both source_profile and credential_source; leave one");
    auto base = source.empty() ? of_place(name, place) : of_source(name, p, source);
    if (base) base->roles.push_back(std::move(*as));
    return base;
  }

  result<way> of_source(const std::string& name, const profile& p, const std::string& source) {
    auto base = source == name ? of_keys(name, p) : read(source);
    if (!base && base.error().code == errc::not_found)
      return wrong(source, "has no credentials, and \"" + name + "\" takes them from it");
    return base;
  }

  result<way> of_place(const std::string& name, const std::string& place) const {
    if (place == "Environment") return way_of_variables(from_);
    if (place == "EcsContainer") return way{by_container{}};
    if (place == "Ec2InstanceMetadata") return way{by_instance{}};
    return wrong(name,
                 "has a credential_source that is none of Environment, EcsContainer and Ec2InstanceMetadata");
  }

  static result<way> of_web_identity(const std::string& name, const profile& p, role as) {
    auto token = value_of(p, "web_identity_token_file");
    if (token.empty())
      return wrong(name,
                   "has role_arn, but none of source_profile, credential_source and web_identity_token_file");
    return way{by_web_identity{std::move(token), std::move(as)}};
  }

  static result<role> role_of(const std::string& name, const profile& p) {
    role as;
    as.arn = value_of(p, "role_arn");
    as.external_id = value_of(p, "external_id");
    if (auto session = value_of(p, "role_session_name"); !session.empty()) as.session = std::move(session);
    const auto lasts = value_of(p, "duration_seconds");
    if (lasts.empty()) return as;
    const auto [end, ec] = std::from_chars(lasts.data(), lasts.data() + lasts.size(), as.seconds);
    if (ec != std::errc{} || end != lasts.data() + lasts.size() || as.seconds < 900 || as.seconds > 43'200)
      return wrong(name, "has a duration_seconds that is not 900 to 43200");
    return as;
  }

  result<way> of_sign_on(const std::string& name, const profile& p) const {
    by_sign_on s;
    s.session = value_of(p, "sso_session");
    const auto* section = s.session.empty() ? &p : files_.find("sso-session " + s.session);
    if (section == nullptr)
      return wrong(name, "names the sso-session \"" + s.session + "\", which the config file does not have");
    if (s.session.empty()) s.session = value_of(p, "sso_start_url");
    s.region = value_of(*section, "sso_region");
    s.account = value_of(p, "sso_account_id");
    s.role = value_of(p, "sso_role_name");
    if (!is_region(s.region) || s.account.empty() || s.role.empty())
      return wrong(name, "uses single sign-on and needs sso_region, sso_account_id and sso_role_name");
    return way{std::move(s)};
  }

  static result<way> of_program(const std::string& name, const profile& p) {
    const auto line = value_of(p, "credential_process");
    if (line.empty()) return none();
    auto argv = split_words(line);
    if (!argv || argv->empty())
      return wrong(name, "has a credential_process that cannot be read: a quote is open");
    return way{by_program{std::move(*argv)}};
  }

  const aws_options& from_;
  const profiles& files_;
  std::set<std::string> seen_;
};

}  // namespace

result<way> find_way(const aws_options& from) {
  const bool chosen = !from.profile.empty();
  if (!chosen) {
    auto keys = way_of_variables(from);
    if (keys || keys.error().code != errc::not_found) return keys;
  }
  const auto files = read_profiles(from);
  if (!files) return files.error();
  const auto name = profile_name(from);
  const auto* p = files->find(name);
  if (!chosen && (p == nullptr || !takes_role_from_another(*p))) {
    auto identity = web_identity_of_variables(from);
    if (identity || identity.error().code != errc::not_found) return identity;
  }
  if (p != nullptr || name != "default") {
    auto found = profile_reader(from, *files).read(name);
    if (found || found.error().code != errc::not_found) return found;
  }
  return beside_the_process(from);
}

}  // namespace shipflow::aws
