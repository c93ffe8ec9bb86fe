#include "aws/serve.hpp"
#include "aws/target.hpp"
#include "base/members.hpp"
#include "provider/aws/actions.hpp"

#include <shipflow/providers/aws.hpp>

#include <algorithm>
#include <array>

namespace shipflow {
namespace aws_checks {
namespace {

struct known_action {
  std::string_view name;
  answer (*carry_out)(visit& v);
};
constexpr std::array known{known_action{"identity", identity}, known_action{"alarms", alarms},
                           known_action{"image", image}, known_action{"retag", retag}};

action_spec make(std::string name, std::string help, std::vector<field_spec> inputs,
                 std::vector<field_spec> outputs) {
  action_spec s;
  s.name = std::move(name);
  s.undo = reversibility::forward_only;
  s.help = std::move(help);
  s.inputs = std::move(inputs);
  s.outputs = std::move(outputs);
  return s;
}

}  // namespace

std::vector<action_spec> action_specs() {
  const field_spec an_image{"image", "string", true, false, "HOST/REPOSITORY:TAG or HOST/REPOSITORY@DIGEST"};
  const field_spec pinned{"image", "string", true, false, "the same by its digest"};
  const field_spec digest{"digest", "string", true, false, "sha256:..."};
  std::vector<action_spec> all;
  all.push_back(make(
      "identity", "check whose credentials these are",
      {{"account", "string", false, false, "12 digits"}, {"role", "string", false, false, "or user"}},
      {{"account", "string", true, false, "12 digits"}, {"arn", "string", true, false, "of the caller"}}));
  all.push_back(make("alarms", "check that alarms of CloudWatch are OK",
                     {{"names", "strings", false, false, "which", {{0, most_names}}},
                      {"prefix", "string", false, false, "or how their names begin"},
                      {"insufficient", "string", false, false, "ok or failed: too few data; default failed"}},
                     {{"alarms", "strings", true, false, "their names"}}));
  all.push_back(make("image", "check that an image of ECR is there, and name it by its digest", {an_image},
                     {pinned, digest, {"pushed_at", "string", true, false, "point in time, or empty"}}));
  all.push_back(make("retag", "give an image of ECR another tag",
                     {an_image, {"as", "string", true, false, "the tag"}}, {pinned, digest}));
  return all;
}

result<std::vector<action_spec>> actions_for(const json::object& target) {
  if (const auto where = aws::read_target("aws", target, {}); !where) return where.error();
  return action_specs();
}

answer carry_out(aws::desk& on, const request& q) {
  const auto* a =
      std::find_if(known.begin(), known.end(), [&](const known_action& k) { return k.name == q.action; });
  if (a == known.end())
    return answer::failed(make_error(errc::unsupported, "provider aws has no action " + q.action));
  auto where = aws::read_destination(q.target);
  if (!where) return answer::failed(where.error());
  visit v{on, q, std::move(*where)};
  if (q.stop.stop_requested() && q.what != verb::settle)
    return v.refuse(errc::cancelled, "the call was cancelled");
  if (q.what != verb::apply && q.what != verb::resolve) return answer::done();
  return a->carry_out(v);
}

}  // namespace aws_checks

inline namespace v1 {

std::shared_ptr<provider> make_aws_provider(aws_provider_options options) {
  return aws::serve({"aws", aws_checks::action_specs, aws_checks::actions_for, aws_checks::carry_out},
                    std::move(options.aws), options.threads);
}

}  // namespace v1
}  // namespace shipflow
