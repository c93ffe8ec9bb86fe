// Lists of query services whose elements are called otherwise than `member`, as those of RDS are.
#pragma once

#include <shipflow/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::aws {

/// What is in the list `name` of an answer, of XML (elements called `element`) or of a model. `in` lives longer than what
/// is handed out.
[[nodiscard]] std::vector<const json::object*> listed(const json::object& in, std::string_view name,
                                                      std::string_view element);

/// The list as an input: {"Tag": {"1": .., "2": ..}}, which a form writes as "Tags.Tag.1.Key".
[[nodiscard]] json::object numbered(std::string_view element, const json::array& items);
/// An input without such numbers: {"Tags": [..]}.
[[nodiscard]] json::value without_numbers(const json::value& input);

/// [{"Key", "Value"}] of all.
[[nodiscard]] json::array tag_list(const std::vector<std::pair<std::string, std::string>>& tags);
/// Value of the tag in such a list, or empty.
[[nodiscard]] std::string tag_in(const std::vector<const json::object*>& tags, std::string_view key);

}  // namespace shipflow::aws
