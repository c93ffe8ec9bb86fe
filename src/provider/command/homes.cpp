#include "provider/command/homes.hpp"

#include "process/keeper.hpp"

#include <shipflow/json.hpp>
#include <shipflow/providers/command.hpp>

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <vector>

namespace shipflow {
namespace commands {
namespace {

constexpr std::size_t name_length = 32;
constexpr std::string_view look_prefix = "look-";

std::vector<std::string> names_in(const std::string& directory, std::error_code& ec) {
  std::vector<std::string> out;
  for (std::filesystem::directory_iterator item(directory, ec), end; !ec && item != end; item.increment(ec))
    out.push_back(item->path().filename().string());
  return out;
}

}  // namespace

std::string home_name(std::string_view effect_key, direction way) {
  const std::string prefix = way == direction::forward ? "forward\n" : "back\n";
  return sha256_hex(prefix + std::string(effect_key)).substr(0, name_length);
}

bool is_home_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() == name_length && std::all_of(name.begin(), name.end(), fits);
}

std::string look_name(std::string_view effect_key, unsigned long number) {
  return std::string(look_prefix) + home_name(effect_key, direction::forward).substr(0, 16) + "-" +
         std::to_string(::getpid()) + "-" + std::to_string(number);
}

void remove_old_looks(const std::string& state_directory) {
  const std::filesystem::path state(state_directory);
  std::error_code ec;
  for (const auto& name : names_in(state_directory, ec))
    // One that still runs belongs to somebody, or ends by its own limit.
    if (name.starts_with(look_prefix)) (void)process::remove((state / name).string());
}

}  // namespace commands

inline namespace v1 {

result<int> remove_ended_commands(const std::string& state_directory, time_point before) {
  const std::filesystem::path state(state_directory);
  std::error_code ec;
  int removed = 0;
  for (const auto& name : commands::names_in(state_directory, ec)) {
    if (!commands::is_home_name(name)) continue;
    const auto home = (state / name).string();
    const auto now = process::look(home);
    if (!now || now->what != process::phase::exited || now->ended >= before) continue;
    if (auto done = process::remove(home); !done) return done.error();
    ++removed;
  }
  if (ec) return make_error(errc::io, "cannot read " + state_directory + ": " + ec.message());
  return removed;
}

}  // namespace v1
}  // namespace shipflow
