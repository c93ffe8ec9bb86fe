#include "provider/ecs/batch.hpp"

#include "base/members.hpp"

#include <array>
#include <string_view>

namespace shipflow::ecs {
namespace {

std::string last_part(const std::string& arn) { return arn.substr(arn.find_last_of('/') + 1); }

struct question {
  std::string_view operation;
  const char* list;   ///< where the names go
  const char* found;  ///< where the answers come from
  const char* name;   ///< their ARN
};
constexpr std::array questions{question{"DescribeServices", "services", "services", "serviceArn"},
                               question{"DescribeTasks", "tasks", "tasks", "taskArn"},
                               question{"DescribeServiceDeployments", "serviceDeploymentArns",
                                        "serviceDeployments", "serviceDeploymentArn"}};

const question* question_of(const std::string& operation) {
  for (const auto& known : questions)
    if (known.operation == operation) return &known;
  return nullptr;
}

std::string key_of(const std::string& operation, const std::string& name) { return operation + " " + name; }

}  // namespace

void batch::look_at(const request& q, const aws::destination& where, const std::string& operation,
                    const std::string& cluster, const std::set<std::string>& names) {
  const auto* about = question_of(operation);
  if (about == nullptr || names.empty()) return;
  json::array list;
  for (const auto& n : names) list.push_back(json::string(n));
  json::object in{{about->list, list}};
  if (!cluster.empty()) in["cluster"] = cluster;
  const auto seen = on_.ask(q, where, aws::ecs, operation, std::move(in), again::yes);
  for (const auto& n : names) {
    const auto key = key_of(operation, n);
    if (!seen) {
      known_.insert_or_assign(key, seen);
      continue;
    }
    json::array mine;
    for (const auto& one : members::list(*seen, about->found))
      if (last_part(members::text(members::as_object(one), about->name)) == last_part(n)) mine.push_back(one);
    known_.insert_or_assign(key, json::object{{about->found, std::move(mine)}});
  }
}

aws::outcome batch::ask(const request& q, const aws::destination& where, const aws::service& of,
                        const std::string& operation, json::object input, again may) {
  std::string key;
  if (const auto* about = question_of(operation)) {
    const auto names = members::texts(input, about->list);
    if (names.size() == 1) key = key_of(operation, names.front());
  }
  // Several rollouts may share a target group.
  const bool shared = operation == "DescribeTargetHealth";
  if (shared) key = key_of(operation, members::text(input, "TargetGroupArn"));
  if (const auto known = known_.find(key); !key.empty() && known != known_.end()) return known->second;
  auto said = on_.ask(q, where, of, operation, std::move(input), may);
  if (shared) known_.insert_or_assign(key, said);
  return said;
}

}  // namespace shipflow::ecs
