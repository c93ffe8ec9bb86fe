#include "http/program_fields.hpp"
#include "http/text.hpp"
#include "notify/kinds.hpp"

namespace shipflow::notify {
namespace {

constexpr int try_again = 75;  // EX_TEMPFAIL of sysexits.h

std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

}  // namespace

result<process::child_spec> command_of(const json::object& spec, const delivery& q) {
  http::fields in(spec);
  auto named = http::read_program(in);
  process::child_spec to{std::move(named.argv), std::move(named.directory), std::move(named.environment)};
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
