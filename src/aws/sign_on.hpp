// Keys by single sign-on (IAM Identity Center), with the token that `aws sso login` left on this machine.
#pragma once

#include "aws/machine.hpp"
#include "aws/way.hpp"

#include <string>
#include <string_view>

namespace shipflow::aws {

inline constexpr service sso{"SSO", "portal.sso", "", protocol::rest_json, ""};
inline constexpr service sso_oidc{"SSO_OIDC", "oidc", "", protocol::rest_json, ""};

/// `user`: the profile, for messages. Reads ~/.aws/sso/cache/SHA1(session).json and asks for the role's keys. A token that has ended is renewed when the
/// cache says how; the new one is kept in memory, the file is left alone.
void sign_on(machine& with, const by_sign_on& how, const std::string& user, found_credentials done);

/// Reads a file of that cache. Error: it is not one. Pure.
[[nodiscard]] result<sign_on_token> parse_token(std::string_view text, const std::string& path);

/// "~/.aws/sso/cache/....json" below `home`. Pure.
[[nodiscard]] std::string token_path(const std::string& home, std::string_view session);

}  // namespace shipflow::aws
