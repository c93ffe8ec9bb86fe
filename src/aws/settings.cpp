#include "aws/settings.hpp"

#include "base/wall_clock.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <system_error>
#include <utility>

namespace shipflow::aws {
namespace {

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view blank = " \t\r";
  const auto first = s.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(blank) + 1 - first);
}

std::string section_name(std::string_view header) {
  constexpr std::string_view word = "profile ";
  return std::string(trimmed(header.starts_with(word) ? header.substr(word.size()) : header));
}

std::string path_of(const aws_options& from, const char* name, const char* usual) {
  auto path = variable(from, name);
  const auto home = variable(from, "HOME");
  if (path.empty() && !home.empty()) path = home + usual;
  return path;
}

result<profiles> read_file(const aws_options& from, const std::string& path) {
  if (path.empty() || !from.file) return profiles{};
  const auto text = from.file(path);
  if (!text) return profiles{};  // not there: nothing is configured
  return parse_profiles(*text, path);
}

std::string of_chosen_profile(const aws_options& from, const std::string& key) {
  const auto files = read_profiles(from);
  const auto* p = files ? files->find(profile_name(from)) : nullptr;
  return p == nullptr ? std::string{} : value_of(*p, key);
}

std::string endpoint_of_profile(const aws_options& from, std::string id) {
  const auto files = read_profiles(from);
  const auto* p = files ? files->find(profile_name(from)) : nullptr;
  if (p == nullptr) return {};
  std::transform(id.begin(), id.end(), id.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto* services = files->find("services " + value_of(*p, "services"));
  auto url = services == nullptr ? std::string{} : value_of(*services, id + ".endpoint_url");
  return url.empty() ? value_of(*p, "endpoint_url") : url;
}

constexpr int most_attempts = 20;

/// A whole number from 1 on, of a variable, else of the profile.
struct setting {
  const char* variable_name;
  const char* key;
  int most;

  [[nodiscard]] std::string text(const aws_options& from) const {
    auto given = variable(from, variable_name);
    return given.empty() ? of_chosen_profile(from, key) : given;
  }
  [[nodiscard]] result<int> number(const std::string& given, int otherwise) const {
    if (given.empty()) return otherwise;
    int out = 0;
    const auto [end, ec] = std::from_chars(given.data(), given.data() + given.size(), out);
    if (ec == std::errc{} && end == given.data() + given.size() && out >= 1 && out <= most) return out;
    return make_error(errc::invalid_argument, std::string(variable_name) + " or " + key + " must be 1 to " +
                                                  std::to_string(most) + ", not \"" + given + "\"");
  }
};

}  // namespace

bool is_region(const std::string& text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::function<time_point()> clock_of(const aws_options& from) { return from.now ? from.now : wall_clock; }

std::string variable(const aws_options& from, const std::string& name) {
  if (!from.variable) return {};
  return from.variable(name).value_or("");
}

const profile* profiles::find(const std::string& name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : &found->second;
}

std::string value_of(const profile& p, const std::string& key) {
  const auto found = p.find(key);
  return found == p.end() ? std::string{} : found->second;
}

std::string profile_name(const aws_options& from) {
  if (!from.profile.empty()) return from.profile;
  const auto named = variable(from, "AWS_PROFILE");
  return named.empty() ? "default" : named;
}

result<profiles> parse_profiles(std::string_view text, const std::string& path) {
  profiles out;
  profile* into = nullptr;
  std::string outer;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto content = trimmed(line);
    const bool nested = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    if (content.front() == '[') {
      const auto close = content.find(']');
      if (close == std::string_view::npos)
        return make_error(errc::invalid_document, "a section without `]`",
                          path + ":" + std::to_string(number));
      into = &out.by_name[section_name(content.substr(1, close - 1))];
      outer.clear();
      continue;
    }
    const auto equals = content.find('=');
    if (equals == std::string_view::npos || into == nullptr)
      return make_error(errc::invalid_document, "expected `[profile]` or `key = value`",
                        path + ":" + std::to_string(number));
    const auto key = std::string(trimmed(content.substr(0, equals)));
    if (!nested) outer = key + ".";
    into->insert_or_assign(nested ? outer + key : key, std::string(trimmed(content.substr(equals + 1))));
  }
  return out;
}

result<profiles> read_profiles(const aws_options& from) {
  auto keys = read_file(from, path_of(from, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"));
  if (!keys) return keys;
  auto config = read_file(from, path_of(from, "AWS_CONFIG_FILE", "/.aws/config"));
  if (!config) return config;
  for (const auto& [name, values] : config->by_name) keys->by_name[name].insert(values.begin(), values.end());
  return keys;
}

result<std::string> region_of(const aws_options& from, const std::string& of_call) {
  auto region = of_call.empty() ? from.region : of_call;
  for (const auto* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (region.empty()) region = variable(from, name);
  if (region.empty()) region = of_chosen_profile(from, "region");
  if (region.empty())
    return make_error(errc::invalid_argument, "no AWS region: give `region` or set AWS_REGION");
  if (!is_region(region))
    return make_error(errc::invalid_argument, "\"" + region + "\" is not the name of an AWS region");
  return region;
}

std::string configured_endpoint(const aws_options& from, const std::string& id) {
  auto url = from.endpoint_url;
  const bool configured = variable(from, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true";
  if (url.empty() && configured) url = variable(from, "AWS_ENDPOINT_URL_" + id);
  if (url.empty() && configured) url = variable(from, "AWS_ENDPOINT_URL");
  if (url.empty() && configured) url = endpoint_of_profile(from, id);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string ca_file_of(const aws_options& from) {
  auto path = from.ca_file;
  if (path.empty()) path = variable(from, "AWS_CA_BUNDLE");
  return path.empty() ? of_chosen_profile(from, "ca_bundle") : path;
}

result<retry_settings> retries_of(const aws_options& from) {
  retry_settings out;
  auto mode = from.retry_mode;
  if (mode.empty()) mode = variable(from, "AWS_RETRY_MODE");
  if (mode.empty()) mode = of_chosen_profile(from, "retry_mode");
  if (mode == "adaptive")
    out.mode = retry_mode::adaptive;
  else if (!mode.empty() && mode != "standard" && mode != "legacy")
    return make_error(errc::invalid_argument,
                      "the retry mode of AWS calls must be standard or adaptive, not \"" + mode + "\"");
  const setting most{"AWS_MAX_ATTEMPTS", "max_attempts", most_attempts};
  auto given = from.attempts != 0 ? std::to_string(from.attempts) : most.text(from);
  const auto attempts = most.number(given, out.attempts);
  if (!attempts) return attempts.error();
  out.attempts = *attempts;
  return out;
}

result<instance_settings> instance_settings_of(const aws_options& from) {
  instance_settings out;
  const setting tries{"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", most_attempts};
  const setting wait{"AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 60};
  const auto attempts = tries.number(tries.text(from), out.attempts);
  if (!attempts) return attempts.error();
  const auto seconds = wait.number(wait.text(from), 1);
  if (!seconds) return seconds.error();
  out.attempts = *attempts;
  out.wait = std::chrono::seconds(*seconds);
  return out;
}

std::string_view dns_suffix(std::string_view region) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> partitions{
      {{"cn-", "amazonaws.com.cn"},
       {"eusc-", "amazonaws.eu"},
       {"us-iso-", "c2s.ic.gov"},
       {"us-isob-", "sc2s.sgov.gov"},
       {"eu-isoe-", "cloud.adc-e.uk"},
       {"us-isof-", "csp.hci.ic.gov"}}};
  for (const auto& [prefix, suffix] : partitions)
    if (region.starts_with(prefix)) return suffix;
  return "amazonaws.com";
}

}  // namespace shipflow::aws
