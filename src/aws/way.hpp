// The way to credentials: decided from variables and profiles, before anybody is asked.
#pragma once

#include "aws/credentials.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace shipflow::aws {

/// A role to take on with the credentials one has.
struct role {
  std::string arn;
  std::string session = "shipflow";  ///< its name in AWS's records
  std::string external_id{};
  std::int64_t seconds = 0;  ///< how long a session lasts; 0: as the service likes
};

struct by_keys {
  credentials keys;
};
struct by_web_identity {
  std::string token_file;  ///< read at each renewal: it is replaced from time to time
  role as;
};
struct by_sign_on {
  std::string session;  ///< under whose hash the token is cached: the session's name or the start URL
  std::string region, account, role;
};
struct by_program {
  std::vector<std::string> argv;
};
struct by_container {};
struct by_instance {};

struct way {
  std::variant<by_keys, by_web_identity, by_sign_on, by_program, by_container, by_instance> from;
  std::vector<role> roles{};  ///< one after the other
  std::string profile{};      ///< for messages; empty without one
};

/// Follows the order of <shipflow/aws.hpp>. Error: something is set that cannot work; nothing else is taken instead.
[[nodiscard]] result<way> find_way(const aws_options& from);

/// Words of a command line with '..', ".." and \, as the SDKs read `credential_process`; no shell. Error: a quote is open.
[[nodiscard]] result<std::vector<std::string>> split_words(std::string_view line);

}  // namespace shipflow::aws
