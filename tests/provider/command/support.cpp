#include "provider/command/support.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <stdlib.h>

namespace shipflow::test {

commands_fixture::commands_fixture() {
  auto name = (std::filesystem::temp_directory_path() / "shipflow-command-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  place_ = name;
}

commands_fixture::~commands_fixture() {
  std::error_code ignored;
  std::filesystem::remove_all(place_, ignored);
}

command_options commands_fixture::options() const {
  command_options o;
  o.state_directory = state();
  return o;
}

std::unique_ptr<provider> commands_fixture::open() const {
  auto made = make_command_provider(options());
  REQUIRE_MESSAGE(made.has_value(), (made ? std::string() : made.error().message));
  return *std::move(made);
}

request shell(verb what, const std::string& script, const std::string& key) {
  request q;
  q.what = what;
  q.action = "run";
  q.run = "run-1";
  q.step = "step";
  q.environment = "local";
  q.effect_key = key;
  q.inputs = {{"command", {"sh", "-c", script}}, {"grace", "1s"}};
  return q;
}

request task(verb what, const std::string& name, const char* definition, json::object inputs,
             const std::string& key) {
  request q;
  q.what = what;
  q.action = name;
  q.run = "run-1";
  q.step = "step";
  q.environment = "local";
  q.component = "database";
  q.effect_key = key;
  q.target = {{"provider", "command"}, {"tasks", {{name, json::parse(definition)}}}};
  q.inputs = std::move(inputs);
  return q;
}

std::future<answer> ask(provider& p, request q) {
  auto promise = std::make_shared<std::promise<answer>>();
  auto answered = promise->get_future();
  p.call(std::move(q), reply([promise](answer a) { promise->set_value(std::move(a)); }));
  return answered;
}

answer call(provider& p, request q) {
  auto answered = ask(p, std::move(q));
  REQUIRE(answered.wait_for(std::chrono::seconds(15)) == std::future_status::ready);
  return answered.get();
}

answer settled(provider& p, request q, const answer& started) {
  REQUIRE_MESSAGE(started.kind == answer_kind::started, started.problem.text());
  q.what = verb::settle;
  q.handle = started.value;
  answer last;
  REQUIRE(eventually([&] {
    last = call(p, q);
    return last.kind != answer_kind::progress;
  }));
  return last;
}

answer carried_out(provider& p, const request& q) {
  const auto first = call(p, q);
  return first.kind == answer_kind::started ? settled(p, q, first) : first;
}

bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

bool lives(int pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(stat, text)) return false;
  const auto name_end = text.rfind(')');
  return name_end != std::string::npos && text.substr(name_end + 2, 1) != "Z";
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int number_in(const std::string& path) { return std::atoi(content(path).c_str()); }

std::string output_of(const answer& a) {
  const auto* object = a.value.if_object();
  const auto* output = object == nullptr ? nullptr : object->if_contains("output");
  return output == nullptr ? std::string() : std::string(output->get_string());
}

}  // namespace shipflow::test
