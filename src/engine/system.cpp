#include <shipflow/system.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::size_t most_bytes = 1U << 20U;
constexpr std::size_t most_secret_bytes = 64U << 10U;

std::optional<std::string> from_process(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

result<std::string> from_file(const std::string& path, std::size_t most) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) return make_error(errc::io, path + ": " + std::strerror(errno));
  std::string text(most + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return make_error(errc::io, path + ": cannot be read");
  if (text.size() > most)
    return make_error(errc::invalid_argument, path + " is above " + std::to_string(most >> 10U) + " KiB");
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

variable_sources system_variable_sources() {
  return {from_process, [](const std::string& path) { return from_file(path, most_bytes); }};
}

result<std::string> read_secret(const std::string& source) {
  if (source.starts_with("file:")) return from_file(source.substr(5), most_secret_bytes);
  if (!source.starts_with("env:"))
    return make_error(errc::unsupported, "secrets from " + source + " are not built in this version");
  auto value = from_process(source.substr(4));
  if (!value) return make_error(errc::not_found, source.substr(4) + " is not set in the process environment");
  return *value;
}

void system_secrets(const std::string& source, const secret_reply& done) { done(read_secret(source)); }

}  // namespace v1
}  // namespace shipflow
