#include "http/program_fields.hpp"
#include "http/text.hpp"
#include "probe/kinds.hpp"
#include "probe/spec.hpp"
#include "process/child.hpp"

#include <chrono>

namespace shipflow::probing {
namespace {

// Shorter values are ordinary words; hiding them would hide the message.
constexpr std::size_t least_hidden = 4;

std::string hide(std::string text, const process::child_spec& spec) {
  for (const auto& [name, value] : spec.environment) {
    if (name == "PATH" || value.size() < least_hidden) continue;
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 3))
      text.replace(at, value.size(), "***");
  }
  return text;
}

std::string last_line(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  const auto begin = text.find_last_of('\n', end);
  return std::string(text.substr(begin == std::string_view::npos ? 0 : begin + 1,
                                 end - (begin == std::string_view::npos ? -1 : begin)));
}

seen see_end(const process::child_end& end, const process::child_spec& spec, duration took) {
  seen s;
  s.answer.outcome = end.exit_code == 0 ? look::pass : look::fail;
  s.answer.latency = took;
  s.answer.details = {{"latency_ms", took.count()}};
  std::string text = "ended by signal " + std::to_string(end.signal);
  if (end.exit_code >= 0) {
    text = "exit status " + std::to_string(end.exit_code);
    s.answer.details["exit"] = end.exit_code;
  }
  const auto said = last_line(hide(end.output, spec));
  if (!said.empty()) text += ": " + said;
  s.answer.text = http::one_line(text, 400);
  return s;
}

seen see_error(const error& e, const process::child_spec& spec) {
  seen s;
  s.timed_out = e.code == errc::timeout;
  s.answer.outcome = s.timed_out ? look::fail : look::unavailable;
  s.answer.text = http::one_line(spec.argv.front() + ": " + e.message, 400);
  return s;
}

class command_look final : public prepared_look {
 public:
  explicit command_look(process::child_spec spec) : spec_(std::move(spec)) {}

  void begin(const surroundings& with, duration limit, std::stop_token stop,
             std::function<void(seen)> done) override {
    const auto began = std::chrono::steady_clock::now();
    process::run_child(with.executor, spec_, limit, std::move(stop),
                       [spec = spec_, began, done = std::move(done)](const result<process::child_end>& end) {
                         const auto took =
                             std::chrono::duration_cast<duration>(std::chrono::steady_clock::now() - began);
                         done(end ? see_end(*end, spec, took) : see_error(end.error(), spec));
                       });
  }

 private:
  process::child_spec spec_;
};

}  // namespace

prepared prepare_command(const json::object& spec) {
  http::fields in(spec);
  auto named = http::read_program(in);
  process::child_spec to{std::move(named.argv), std::move(named.directory), std::move(named.environment)};
  const auto timeout = read_common(in);
  if (auto ok = in.finish(); !ok) return ok.error();
  auto made = std::make_unique<command_look>(std::move(to));
  made->timeout = timeout;
  return made;
}

}  // namespace shipflow::probing
