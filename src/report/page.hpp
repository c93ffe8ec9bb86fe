// The frame of an HTML page that loads nothing from elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace shipflow::report {

/// A whole document around `body`, which is HTML already. `title` is text.
[[nodiscard]] std::string page(std::string_view title, std::string_view body);

}  // namespace shipflow::report
