// Every option with what it means: one table for parsing and for help.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace program {

struct option {
  const char* name;      ///< "--store"
  const char* argument;  ///< "FILE"; empty: it takes none
  const char* help;
};
[[nodiscard]] std::span<const option> all_options();
/// Null when there is none of that name.
[[nodiscard]] const option* find_option(std::string_view name);

/// "-e" -> "--environments"; what is no short name stays.
[[nodiscard]] std::string long_name(const std::string& option);

}  // namespace program
