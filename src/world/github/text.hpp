// Texts of the model of GitHub: queries, pages, names of runs.
#pragma once

#include <shipflow/json.hpp>

#include <string>

namespace shipflow::hub {

/// Without percent-encoding.
[[nodiscard]] std::string decoded(const std::string& text);
/// A parameter of a query, decoded; empty when it is not there.
[[nodiscard]] std::string parameter(const std::string& query, const std::string& name);
/// The query with another `page`.
[[nodiscard]] std::string with_page(const std::string& query, std::size_t page);

struct page {
  json::array items;
  std::size_t next = 0;  ///< number of the page that follows; 0: none
};
/// By `per_page` (30 where it is not given) and `page`.
[[nodiscard]] page paged(json::array all, const std::string& query, std::size_t most);

/// `run-name` with what the event gave in the place of its expressions; what was not given is empty.
[[nodiscard]] std::string run_title(const std::string& run_name, const std::string& event,
                                    const json::object& given);

}  // namespace shipflow::hub
