#include "aws/credentials.hpp"
#include "aws/settings.hpp"

namespace shipflow::aws {
namespace {

error none() { return make_error(errc::not_found, "no AWS credentials"); }

error unsupported(const std::string& profile, const std::string& what) {
  return make_error(errc::unsupported, "AWS profile \"" + profile + "\" uses " + what +
                                           ", which is not built in this version; give keys, for example "
                                           "with `aws configure export-credentials --format env`");
}

result<credentials> of_variables(const aws_options& from) {
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

result<credentials> of_profile(const aws_options& from) {
  const auto chosen = profile_name(from);
  const auto files = read_profiles(from);
  if (!files) return files.error();
  const auto* profile = files->find(chosen);
  if (profile == nullptr) {
    if (chosen == "default") return none();
    return make_error(errc::invalid_argument, "there is no AWS profile \"" + chosen + "\"");
  }
  credentials c;
  c.id = value_of(*profile, "aws_access_key_id");
  c.secret = value_of(*profile, "aws_secret_access_key");
  c.token = value_of(*profile, "aws_session_token");
  if (!value_of(*profile, "role_arn").empty()) return unsupported(chosen, "a role (role_arn)");
  if (!c.id.empty() && !c.secret.empty()) return c;
  for (const auto* word : {"sso_session", "sso_start_url", "credential_process", "web_identity_token_file"})
    if (!value_of(*profile, word).empty()) return unsupported(chosen, word);
  if (!c.id.empty() || !c.secret.empty())
    return make_error(errc::invalid_argument, "AWS profile \"" + chosen + "\" has half a pair of keys");
  return none();
}

}  // namespace

result<credentials> local_credentials(const aws_options& from) {
  if (from.profile.empty()) {
    auto found = of_variables(from);
    if (found || found.error().code != errc::not_found) return found;
    if (!variable(from, "AWS_WEB_IDENTITY_TOKEN_FILE").empty())
      return make_error(errc::unsupported,
                        "AWS_WEB_IDENTITY_TOKEN_FILE is set; web identity is not built in this version");
  }
  return of_profile(from);
}

}  // namespace shipflow::aws
