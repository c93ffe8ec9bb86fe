// An account of AWS whose answers a test writes.
#pragma once

#include "aws/service_double.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace tests {

/// Answers operations by what a test says; notes what was asked.
struct account {
  std::map<std::string, std::string> answers;
  std::vector<std::string> asked;
  std::mutex guard;
  service_double server;
  account() : server([this](int n) { return answer(server.request(static_cast<std::size_t>(n - 1))); }) {}
  std::string answer(const std::string& text) {
    auto operation = header(text, "X-Amz-Target");
    operation.erase(0, operation.rfind('.') + 1);
    if (text.find("Action=GetCallerIdentity") != std::string::npos) operation = "GetCallerIdentity";
    const std::scoped_lock hold(guard);
    asked.push_back(operation + " " + text.substr(text.find("\r\n\r\n") + 4));
    const auto found = answers.find(operation);
    if (found == answers.end()) return response("400 Bad", R"({"__type":"UnknownOperationException"})");
    const bool refused = found->second.starts_with("!");
    return response(
        refused ? "400 Bad" : "200 OK",
        refused ? R"({"__type":")" + found->second.substr(1) + R"(","message":"m"})" : found->second);
  }
  [[nodiscard]] bool was_asked(const std::string& what) {
    const std::scoped_lock hold(guard);
    return std::any_of(asked.begin(), asked.end(), [&](const auto& a) { return a.starts_with(what); });
  }
};

inline std::string alarm(const std::string& name, const std::string& state) {
  return R"({"AlarmName":")" + name + R"(","StateValue":")" + state + "\"}";
}

}  // namespace tests
