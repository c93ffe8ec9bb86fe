#include <shipflow/gate.hpp>
#include <shipflow/providers/gate.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::size_t most_bytes = 32U << 20U;

std::string text_of(const json::object& inputs, std::string_view key, std::string usual = {}) {
  const auto* found = inputs.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::move(usual);
}

struct content {
  bool there = false;
  std::string text;
};

// A pipe or a device would hold the engine up for ever: opened without waiting, and refused.
result<content> read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(fd < 0 ? nullptr : ::fdopen(fd, "rb"),
                                                             std::fclose);
  if (!file && errno == ENOENT) return content{};
  if (!file) return make_error(errc::invalid_argument, path + ": " + std::strerror(errno));
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
    return make_error(errc::invalid_argument, path + ": it is no regular file");
  content out;
  out.there = true;
  std::string block(1U << 16U, '\0');
  while (const auto n = std::fread(block.data(), 1, block.size(), file.get())) {
    out.text.append(block, 0, n);
    if (out.text.size() > most_bytes)
      return make_error(errc::invalid_argument, path + ": it is above 32 MiB");
  }
  if (std::ferror(file.get()) != 0) return make_error(errc::invalid_argument, path + ": cannot be read");
  return out;
}

answer passed(gate_state state, const std::string& text, json::object numbers = {}) {
  return answer::done(
      json::object{{"state", std::string(name_of(state))}, {"text", text}, {"numbers", std::move(numbers)}});
}

answer refused(const std::string& why) { return answer::failed(make_error(errc::failed, why)); }

// A file that is not there, or tests none of which ran: the plan says what that means.
answer skipped(const json::object& inputs, const char* policy, const std::string& why) {
  if (text_of(inputs, policy, "fail") == "pass") return passed(gate_state::skipped, "skipped: " + why);
  return refused(why + " (the plan may say `" + policy + ": pass`)");
}

answer check(const json::object& inputs) {
  const auto kind = report_kind_of(text_of(inputs, "kind"));
  if (!kind) return answer::failed(kind.error());
  const auto* written = inputs.if_contains("bounds");
  const auto bounds =
      read_bounds(*kind, written != nullptr && written->is_object() ? written->get_object() : json::object{});
  if (!bounds) return answer::failed(bounds.error());
  auto path = text_of(inputs, "file");
  const auto directory = text_of(inputs, "directory");
  if (!directory.empty() && !path.starts_with('/')) path = directory + "/" + path;

  const auto file = read_file(path);
  if (!file) return answer::failed(file.error());
  if (!file->there) return skipped(inputs, "missing", "there is no report " + path);
  std::vector<std::string> pointers;
  for (const auto& b : *bounds) pointers.push_back(b.number);
  const auto read = read_report(*kind, file->text, pointers);
  if (!read) return refused(path + ": " + read.error().message);
  const auto verdict = judge(*read, *bounds);
  if (verdict.state == gate_state::failed) return refused(path + ": " + verdict.text());
  if (verdict.state == gate_state::skipped)
    return skipped(inputs, "none_ran", path + ": " + verdict.why.front());
  json::object numbers;
  for (const auto& [name, value] : read->numbers) numbers[name] = value;
  return passed(verdict.state, verdict.text(), std::move(numbers));
}

class gate_provider final : public provider {
 public:
  [[nodiscard]] std::string name() const override { return "gate"; }

  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec a;
    a.name = "check";
    a.undo = reversibility::forward_only;
    a.help = "holds a release up when a report is not good enough";
    a.inputs = {{"file", "string", true, false, "path of the report"},
                {"kind", "string", true, false, "junit, cobertura, lcov, sarif, k6, locust or json"},
                {"bounds", "object", false, false, "what its numbers must be"},
                {"directory", "string", false, false, "where the path begins"},
                {"missing", "string", false, false, "fail or pass: what a missing file means"},
                {"none_ran", "string", false, false, "fail or pass: what it means that no test ran"}};
    a.outputs = {{"state", "string", false, false, "passed or skipped"},
                 {"text", "string", false, false, "one line for people"},
                 {"numbers", "object", false, false, "the numbers of the report"}};
    return {a};
  }

  void call(request q, reply r) override {
    // Reading again is harmless, so nothing has to be found out after a crash.
    if (q.what == verb::apply) return r(check(q.inputs));
    r(q.what == verb::resolve ? answer::not_applied() : answer::done());
  }
};

}  // namespace

std::shared_ptr<provider> make_gate_provider() { return std::make_shared<gate_provider>(); }

}  // namespace v1
}  // namespace shipflow
