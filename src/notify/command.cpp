#include "http/fields.hpp"
#include "http/text.hpp"
#include "notify/kinds.hpp"

namespace shipflow::notify {
namespace {

constexpr int try_again = 75;  // EX_TEMPFAIL of sysexits.h

bool has_zero(const std::string& text) { return text.find('\0') != std::string::npos; }

std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

void read_environment(http::fields& in, process::child_spec& to) {
  const auto* env = in.object("env");
  if (env == nullptr) return;
  for (const auto& e : *env) {
    const std::string name(e.key());
    const auto* value = e.value().if_string();
    if (name.empty() || name.find('=') != std::string::npos || value == nullptr || has_zero(name) ||
        has_zero(std::string(*value))) {
      in.wrong("env", "must map names to texts");
      continue;
    }
    to.environment.emplace_back(name, std::string(*value));
  }
}

}  // namespace

result<process::child_spec> command_of(const json::object& spec, const delivery& q) {
  http::fields in(spec);
  process::child_spec to;
  to.argv = in.texts("command");
  if (to.argv.empty() || to.argv.front().empty())
    in.wrong("command", "must be a list: the program and its arguments");
  for (const auto& word : to.argv)
    if (has_zero(word)) in.wrong("command", "must not hold zero bytes");
  to.directory = in.text("directory", "/");
  if (to.directory.empty() || has_zero(to.directory)) in.wrong("directory", "must be a directory");
  read_environment(in, to);
  if (auto good = in.finish(); !good) return good.error();
  to.input = json::serialize(to_json(q.what)) + "\n";
  return to;
}

delivery_answer judge(const process::child_spec& spec, const result<process::child_end>& end) {
  if (!end) {
    const auto why = spec.argv.front() + ": " + end.error().message;
    const bool wrong = end.error().code == errc::not_found || end.error().code == errc::denied;
    return wrong ? delivery_answer::refused(why) : delivery_answer::again(why);
  }
  if (end->exit_code == 0) return delivery_answer::delivered();
  const auto said = http::one_line(last_line(end->output), 400);
  const auto more = said.empty() ? said : ": " + said;
  if (end->exit_code < 0)
    return delivery_answer::again("ended by signal " + std::to_string(end->signal) + more);
  const auto why = "exit status " + std::to_string(end->exit_code) + more;
  return end->exit_code == try_again ? delivery_answer::again(why) : delivery_answer::refused(why);
}

}  // namespace shipflow::notify
