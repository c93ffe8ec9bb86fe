#include "provider/command/outcome.hpp"

#include "process/text.hpp"

#include <algorithm>
#include <cstring>

namespace shipflow::commands {
namespace {

constexpr std::size_t kept_output = 8'192;
constexpr std::size_t looked_at = 4'096;

std::string printed(keepers& on, const std::string& home, std::size_t most) {
  const auto text = on.output(home, most, process::stream::both);
  return text ? process::printable(*text) : std::string();
}

std::string without_last_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

json::array lines_of(std::string_view text) {
  json::array out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.emplace_back(json::string(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// Standard output, when all of it was kept.
result<std::string> all_of_stdout(keepers& on, const recipe& run, const std::string& home,
                                  const process::state& s) {
  if (s.out_bytes > run.output_limit)
    return make_error(errc::failed, run.argv.front() + " printed " + std::to_string(s.out_bytes) +
                                        " bytes, more than `output_limit` " +
                                        std::to_string(run.output_limit) + " lets `capture` read");
  return on.output(home, run.output_limit, process::stream::standard);
}

result<json::value> captured(keepers& on, const recipe& run, const std::string& home,
                             const process::state& s) {
  const auto text = all_of_stdout(on, run, home, s);
  if (!text) return text.error();
  const auto valid = process::valid_utf8(*text);
  if (run.captures == capture::text) return json::value(json::string(without_last_newline(valid)));
  if (run.captures == capture::lines) return json::value(lines_of(valid));
  auto value = parse_json(valid);
  if (!value)
    return make_error(errc::failed, run.argv.front() + " printed no JSON although `capture: json` is set: " +
                                        value.error().message);
  return value;
}

std::string how_it_ended(const process::state& s) {
  if (s.signal != 0) {
    const auto* name = ::sigabbrev_np(s.signal);
    return "was ended by signal " + std::to_string(s.signal) +
           (name == nullptr ? "" : " (SIG" + std::string(name) + ")");
  }
  return "exited with code " + std::to_string(s.exit_code);
}

error failure(keepers& on, const recipe& run, const std::string& home, const process::state& s) {
  auto e = make_error(errc::failed, run.argv.front() + " ");
  if (s.stopped) {
    e.code = errc::cancelled;
    e.message += "was asked to stop and " + how_it_ended(s);
  } else if (s.timed_out) {
    e.code = errc::timeout;
    e.message += "did not end within " + format_duration(run.time_limit);
  } else {
    e.message += how_it_ended(s);
  }
  if (const auto words = last_words(on, home); !words.empty()) e.message += ": " + words;
  return e;
}

bool succeeded(const recipe& run, const process::state& s) {
  const auto& codes = run.success_codes;
  return !s.stopped && !s.timed_out && s.signal == 0 &&
         std::find(codes.begin(), codes.end(), s.exit_code) != codes.end();
}

}  // namespace

std::string last_words(keepers& on, const std::string& home) {
  return process::last_line(printed(on, home, looked_at));
}

json::object evidence(keepers& on, const std::string& home, const process::state& s) {
  json::object out{{"state", process::name_of(s.what)}, {"output", printed(on, home, kept_output)}};
  if (s.what == process::phase::exited) {
    out["exit_code"] = s.exit_code;
    out["signal"] = s.signal;
  }
  return out;
}

answer ended(keepers& on, const recipe& run, const std::string& home, const process::state& s) {
  if (!succeeded(run, s)) return answer::failed(failure(on, run, home, s), evidence(on, home, s));
  if (run.expects.any()) {
    const auto text = on.output(home, run.output_limit, process::stream::both);
    if (!text) return answer::failed(text.error(), evidence(on, home, s));
    if (const auto why = objection(run.expects, *text); !why.empty())
      return answer::failed(make_error(errc::failed, run.argv.front() + ": " + why), evidence(on, home, s));
  }
  json::object outputs{{"exit_code", s.exit_code}, {"output", printed(on, home, kept_output)}};
  if (run.captures != capture::none) {
    auto value = captured(on, run, home, s);
    if (!value) return answer::failed(value.error(), evidence(on, home, s));
    outputs["value"] = *std::move(value);
  }
  return answer::done(std::move(outputs));
}

answer observed(keepers& on, const recipe& run, const std::string& home, const process::state& s) {
  if (!succeeded(run, s)) return answer::failed(failure(on, run, home, s), evidence(on, home, s));
  const auto text = all_of_stdout(on, run, home, s);
  if (!text) return answer::failed(text.error());
  const auto valid = without_last_newline(process::valid_utf8(*text));
  if (auto value = parse_json(valid); value && value->is_structured()) return answer::done(*std::move(value));
  return answer::done(json::string(valid));
}

answer told_ready(keepers& on, const recipe& run, const std::string& home, const process::state& s) {
  auto a = observed(on, run, home, s);
  if (a.kind == answer_kind::done && !a.value.is_object()) a.value = json::object{};
  // Neither a limit nor being stopped says that there is no way back.
  if (a.kind == answer_kind::failed && (s.timed_out || s.stopped)) a.problem.code = errc::unavailable;
  return a;
}

}  // namespace shipflow::commands
