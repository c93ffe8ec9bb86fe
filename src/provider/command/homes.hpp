// Where commands live below the state directory: one directory per effect, named by a hash.
#pragma once

#include <shipflow/error.hpp>

#include <string>
#include <string_view>

namespace shipflow::commands {

enum class direction { forward, back };

/// 32 hexadecimal digits. Both directions of one key have names of their own.
[[nodiscard]] std::string home_name(std::string_view effect_key, direction way);
/// A name that a stored handle may hold: nothing else is ever joined to a path.
[[nodiscard]] bool is_home_name(std::string_view name);

/// Removes looks that a killed engine left behind; a look is worth nothing to the next one.
void remove_old_looks(const std::string& state_directory);
/// What such a look is called; the number makes it unique within this process.
[[nodiscard]] std::string look_name(std::string_view effect_key, unsigned long number);

}  // namespace shipflow::commands
