#include "provider/ecs/session.hpp"

namespace shipflow::ecs {
namespace {

error problem_of(const aws::failure& f) { return make_error(f.code, f.message); }

}  // namespace

got<json::object> session::read(const aws::service& of, const std::string& operation, json::object input) {
  auto o = on.ask(q, bound, of, operation, std::move(input), cloud::again::yes);
  if (o) return std::move(*o);
  return answer::failed(problem_of(o.error()));
}

got<json::object> session::write(const aws::service& of, const std::string& operation, json::object input,
                                 cloud::again may) {
  auto o = on.ask(q, bound, of, operation, std::move(input), may);
  if (o) return std::move(*o);
  const auto& f = o.error();
  const bool perhaps = f.code == errc::unavailable || f.code == errc::timeout || f.code == errc::cancelled;
  if (f.sent && perhaps) return answer::unknown(f.message);
  return answer::failed(problem_of(f));
}

answer session::refuse(errc code, const std::string& why, json::value evidence) const {
  return answer::failed(make_error(code, (q.component.empty() ? "" : q.component + ": ") + why),
                        std::move(evidence));
}

}  // namespace shipflow::ecs
