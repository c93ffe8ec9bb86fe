#include "base/members.hpp"
#include "github/asking.hpp"
#include "provider/github/caller.hpp"

namespace shipflow::github_provider {
namespace {

error bad(const std::string& why) { return make_error(errc::invalid_argument, why); }

}  // namespace

result<void> check_inputs(const request& q) {
  if (auto place = github::check_place(q.inputs); !place) return place;
  if (q.action == "checks")
    return members::text(q.inputs, "ref").empty()
               ? result<void>(bad("`ref` is empty: give a commit, a branch or a tag"))
               : result<void>();
  const bool number = members::whole(q.inputs, "number") > 0;
  if (number == members::text(q.inputs, "commit").empty()) return {};
  return bad("a pull request is named by `number` or by `commit`, not by both or neither");
}

}  // namespace shipflow::github_provider
