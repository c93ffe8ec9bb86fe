// The server's side of the wire protocols: forms in, XML and errors out.
#pragma once

#include <shipflow/json.hpp>

#include <string>

namespace tests::wire {

/// "A.member.1.B=x" as {"A": [{"B": "x"}]}.
[[nodiscard]] shipflow::json::object from_form(const std::string& body);
[[nodiscard]] std::string xml_answer(const std::string& operation, const shipflow::json::object& result);
[[nodiscard]] std::string xml_error(const std::string& code, const std::string& message);
[[nodiscard]] std::string json_error(const std::string& code, const std::string& message);

}  // namespace tests::wire
