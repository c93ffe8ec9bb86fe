// HTTP as the double reads and writes it.
#pragma once

#include "service.hpp"

namespace tests {

struct message {
  std::string method, target, body;
  header_list headers;  ///< names in lower case
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A whole request.
[[nodiscard]] message read_message(const std::string& bytes);
[[nodiscard]] std::string response(int status, const std::string& type, const std::string& body,
                                   const header_list& more = {});

}  // namespace tests
