// The server's side of the wire protocols: forms in, XML and errors out.
#pragma once

#include <shipflow/json.hpp>

#include <map>
#include <string>

namespace tests::wire {

/// How the elements of lists are called that are not `member`: list -> element.
using item_names = std::map<std::string, std::string>;

/// "A.member.1.B=x" as {"A": [{"B": "x"}]}.
[[nodiscard]] shipflow::json::object from_form(const std::string& body, const item_names& items = {});
[[nodiscard]] std::string xml_answer(const std::string& operation, const std::string& version,
                                     const shipflow::json::object& result, const item_names& items = {});
[[nodiscard]] std::string xml_error(const std::string& code, const std::string& message);
[[nodiscard]] std::string json_error(const std::string& code, const std::string& message);

}  // namespace tests::wire
