#include "aws/desk.hpp"

#include "aws/operations.hpp"
#include "aws/settings.hpp"
#include "base/members.hpp"
#include "base/wall_clock.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <mutex>

namespace shipflow::aws {
namespace {

constexpr duration account_known_for = std::chrono::minutes(10);
constexpr duration margin{250};

error problem_of(const failure& f) { return make_error(f.code, f.message); }

class over_client final : public real_desk {
 public:
  explicit over_client(aws_options options) : now_(clock_of(options)), client_(std::move(options)) {}

  outcome ask(const request& q, const destination& where, const service& of, const std::string& operation,
              json::object input, again may) override {
    std::stop_source either;
    const auto end = [&either] { either.request_stop(); };
    // `settle` that is to end something still has calls to make.
    const std::stop_callback given_up(q.what == verb::settle ? std::stop_token{} : q.stop, end);
    const std::stop_callback closing(over_.get_token(), end);
    call_options how;
    how.region = where.region;
    how.endpoint_url = where.endpoint_url;
    how.stop = either.get_token();
    how.attempts = may == again::yes ? 0 : 1;
    // The engine ignores what comes at the deadline, which is a time of its own clock.
    if (q.deadline != time_point{})
      how.deadline = std::clamp<duration>(q.deadline - wall_clock() - margin, duration{1}, how.deadline);
    if (of.speaks == protocol::rest_xml) return ask_rest(of, operation, input, how);
    std::promise<outcome> said;
    auto answer = said.get_future();
    client_.call(of, operation, input, how, [&said](outcome o) { said.set_value(std::move(o)); });
    return answer.get();
  }

  time_point now() override { return now_(); }

  result<std::string> account(const request& q, const destination& where) override {
    const auto key = where.region + " " + where.endpoint_url;
    {
      const std::lock_guard guard(mutex_);
      const auto known = accounts_.find(key);
      if (known != accounts_.end() && now() - known->second.second < account_known_for)
        return known->second.first;
    }
    const auto said = ask(q, where, sts, "GetCallerIdentity", {}, again::yes);
    if (!said) return problem_of(said.error());
    auto is = members::text(*said, "Account");
    const std::lock_guard guard(mutex_);
    accounts_[key] = {is, now()};
    return is;
  }

  void close() override { over_.request_stop(); }

 private:
  outcome ask_rest(const service& of, const std::string& operation, const json::object& input,
                   const call_options& how) {
    auto q = encode_rest(of, operation, input);
    if (!q) return failure{q.error(), {}, {}, 0, false};
    std::promise<rest_outcome> said;
    auto answer = said.get_future();
    client_.send(of, std::move(*q), how, [&said](rest_outcome o) { said.set_value(std::move(o)); });
    const auto got = answer.get();
    if (!got) return got.error();
    auto read = decode_rest(of, operation, *got);
    if (!read) return failure{read.error(), {}, {}, got->status, true};
    return std::move(*read);
  }

  std::function<time_point()> now_;
  client client_;
  std::stop_source over_;
  std::mutex mutex_;
  std::map<std::string, std::pair<std::string, time_point>> accounts_;
};

}  // namespace

std::unique_ptr<real_desk> make_desk(aws_options options) {
  return std::make_unique<over_client>(std::move(options));
}

result<destination> read_destination(const json::object& target) {
  destination p{members::text(target, "region"), members::text(target, "endpoint_url"),
                members::text(target, "account")};
  if (!p.account.empty() &&
      (p.account.size() != 12 || p.account.find_first_not_of("0123456789") != std::string::npos))
    return make_error(errc::invalid_argument, "account must be the 12 digits of an account, in quotes");
  return p;
}

got<json::object> visit::read(const service& of, const std::string& operation, json::object input) {
  auto o = on.ask(q, where, of, operation, std::move(input), desk::again::yes);
  if (o) return std::move(*o);
  return not_read(o.error());
}

got<json::object> visit::write(const service& of, const std::string& operation, json::object input,
                               desk::again may) {
  auto o = on.ask(q, where, of, operation, std::move(input), may);
  if (o) return std::move(*o);
  return not_written(o.error());
}

outcome visit::attempt(const service& of, const std::string& operation, json::object input) {
  return on.ask(q, where, of, operation, std::move(input), desk::again::yes);
}

answer visit::not_read(const failure& f) { return answer::failed(problem_of(f)); }

answer visit::not_written(const failure& f) {
  const bool perhaps = f.code == errc::unavailable || f.code == errc::timeout || f.code == errc::cancelled;
  if (f.sent && perhaps) return answer::unknown(f.message);
  return answer::failed(problem_of(f));
}

answer visit::refuse(errc code, const std::string& why, json::value evidence) const {
  return answer::failed(make_error(code, (q.component.empty() ? "" : q.component + ": ") + why),
                        std::move(evidence));
}

got<bool> visit::right_account() {
  const bool changes = q.what == verb::apply || q.what == verb::undo;
  if (where.account.empty() || !changes) return true;
  const auto is = on.account(q, where);
  if (!is) return answer::failed(is.error());
  if (*is == where.account) return true;
  return refuse(errc::denied, "the credentials are of account " + *is + " and the binding says " +
                                  where.account + "; nothing was changed");
}

}  // namespace shipflow::aws
