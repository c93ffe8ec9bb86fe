#include "process/keeper/record.hpp"

#include "process/files.hpp"
#include "process/redact.hpp"

#include <poll.h>
#include <unistd.h>

namespace shipflow::process {
namespace {

std::string number(std::int64_t n) { return std::to_string(n); }
const char* word(bool b) { return b ? "true" : "false"; }

template <class Range, class Text>
std::string list_of(const Range& range, Text text) {
  std::string out = "[";
  for (const auto& item : range) {
    if (out.size() > 1) out += ',';
    out += quoted(text(item));
  }
  return out + "]";
}

}  // namespace

result<void> write_spec(const home_files& files, const keeper_spec& spec) {
  const auto safe = [&](const std::string& text) { return redactor::apply(text, spec.redact); };
  const auto name = [](const auto& variable) { return variable.first; };
  const auto text = "{\"format\":1,\"keeper\":" + number(::getpid()) +
                    ",\"argv\":" + list_of(spec.argv, safe) +
                    ",\"directory\":" + quoted(safe(spec.directory)) +
                    ",\"environment\":" + list_of(spec.environment, name) +
                    ",\"time_limit\":" + number(spec.time_limit.count()) +
                    ",\"grace\":" + number(spec.grace.count()) + "}\n";
  return replace_file(files.spec, text, durability::on_disk);
}

void write_running(const home_files& files, const state& now) {
  const auto text = "{\"format\":1,\"keeper\":" + number(::getpid()) + ",\"pid\":" + number(now.pid) +
                    ",\"restarts\":" + number(now.restarts) + ",\"started\":" + number(to_ms(now.started)) +
                    "}\n";
  // Lost on a full disk: the pid is a convenience, the locks say what is true.
  (void)replace_file(files.running, text, durability::cached);
}

void write_status(const home_files& files, const state& end) {
  const auto text =
      "{\"format\":1,\"keeper\":" + number(::getpid()) + ",\"exit_code\":" + number(end.exit_code) +
      ",\"signal\":" + number(end.signal) + ",\"timed_out\":" + word(end.timed_out) +
      ",\"stopped\":" + word(end.stopped) + ",\"restarts\":" + number(end.restarts) +
      ",\"started\":" + number(to_ms(end.started)) + ",\"ended\":" + number(to_ms(end.ended)) +
      ",\"out_bytes\":" + std::to_string(end.out_bytes) + ",\"problem\":" + quoted(end.problem) + "}\n";
  constexpr int attempts = 600;
  for (int i = 0; i < attempts; ++i) {
    if (replace_file(files.status, text, durability::on_disk)) return;
    if (!exists(files.spec)) return;
    ::poll(nullptr, 0, 1'000);
  }
}

void erase_temporaries(const home_files& files) {
  for (const auto* file : {&files.control, &files.running, &files.stop}) ::unlink(file->c_str());
}

void erase_spec(const home_files& files) {
  ::unlink(files.spec.c_str());
  ::unlink(files.stop.c_str());
}

}  // namespace shipflow::process
