// Answers of a scenario as values of the C++ interface.
#pragma once

#include <shipflow/message.hpp>
#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>

namespace shipflow_corpus {

namespace json = shipflow::json;

/// A status by its name in shipflow.h without the prefix: "FAILED".
[[nodiscard]] shipflow::errc code_named(const std::string& name);
[[nodiscard]] std::string name_of_code(shipflow::errc code);

[[nodiscard]] shipflow::answer action_answer(const json::object& given);
[[nodiscard]] shipflow::probe_answer probe_answer_of(const json::object& given);
[[nodiscard]] shipflow::metric_answer metric_answer_of(const json::object& given);

[[nodiscard]] std::string text_in(const json::object& o, std::string_view key, std::string otherwise = {});

[[nodiscard]] shipflow::delivery_answer delivery_answer_of(const json::object& given);

}  // namespace shipflow_corpus
