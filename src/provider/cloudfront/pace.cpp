#include "provider/cloudfront/pace.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::cloudfront {
namespace {

constexpr duration at_once{300};
constexpr duration soon{2'000};
constexpr duration later{20'000};

}  // namespace

answer begun(under_way at) { return answer::started(std::move(at.handle), at_once); }

answer next(const session& s, under_way at, const std::string& text) {
  if (s.q.what != verb::settle) return begun(std::move(at));
  return answer::in_progress(-1, text, at_once);
}

answer goes_on(const session& s, under_way at, const std::string& text) {
  if (s.q.what != verb::settle) return answer::started(std::move(at.handle), soon);
  return answer::in_progress(-1, text, std::clamp<duration>((s.on.now() - at.begun) / 10, soon, later));
}

answer written(const session& s, under_way at, const aws::outcome& said, const std::string& text) {
  if (!said && said.error().aws_code != "PreconditionFailed") return aws::visit::not_written(said.error());
  return next(s, std::move(at), text);
}

}  // namespace shipflow::cloudfront
