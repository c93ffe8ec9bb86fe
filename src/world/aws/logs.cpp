#include "world/aws/logs.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

constexpr std::int64_t most_events = 10'000;

/// "ecs/api/0123": prefix, container and task.
struct stream {
  std::string prefix, container, task;
};
stream stream_from(const std::string& name) {
  stream s;
  const auto last = name.rfind('/');
  if (last == std::string::npos || last == 0) return s;
  const auto before = name.rfind('/', last - 1);
  if (before == std::string::npos) return s;
  return {name.substr(0, before), name.substr(before + 1, last - before - 1), name.substr(last + 1)};
}

/// The definition of the container, when it writes to that stream of that group.
const json::object* writer(const json::object& definition, const std::string& group, const stream& s) {
  for (const auto& c : members::list(definition, "containerDefinitions")) {
    const auto& container = members::as_object(c);
    const auto& log = members::object(container, "logConfiguration");
    const auto& options = members::object(log, "options");
    if (members::text(container, "name") == s.container && members::text(log, "logDriver") == "awslogs" &&
        members::text(options, "awslogs-group") == group &&
        members::text(options, "awslogs-stream-prefix") == s.prefix)
      return &container;
  }
  return nullptr;
}

}  // namespace

reply logs::ask(const std::string& operation, const json::object& input) const {
  if (denied)
    return refused("AccessDeniedException",
                   "User is not authorized to perform: logs:" + operation + " with an explicit deny");
  if (operation == "GetLogEvents") return get_log_events(input);
  return refused("UnknownOperationException", operation + " is not modelled");
}

reply logs::get_log_events(const json::object& in) const {
  const auto limit = members::whole(in, "limit", most_events);
  if (limit < 1 || limit > most_events)
    return refused("InvalidParameterException", "limit must be 1 to 10000");
  const auto name = stream_from(members::text(in, "logStreamName"));
  const auto& tasks = ecs_.tasks();
  const auto t =
      std::find_if(tasks.begin(), tasks.end(), [&](const task& one) { return one.id == name.task; });
  const auto* definition = t == tasks.end() ? nullptr : ecs_.definition_of(t->definition);
  const auto* container =
      definition == nullptr ? nullptr : writer(*definition, members::text(in, "logGroupName"), name);
  if (container == nullptr || t->at == task::stage::pending)
    return refused("ResourceNotFoundException", "The specified log stream does not exist.");
  const auto lines = ecs_.says(members::text(*container, "image"));
  const auto shown = std::min<std::size_t>(lines.size(), static_cast<std::size_t>(limit));
  const auto from = members::truth(in, "startFromHead") ? 0 : lines.size() - shown;
  json::array events;
  for (std::size_t i = from; i < from + shown; ++i) {
    const auto at = to_ms(t->runs) + static_cast<std::int64_t>(i);
    events.push_back(json::object{{"timestamp", at}, {"ingestionTime", at}, {"message", lines[i]}});
  }
  return json::object{{"events", std::move(events)},
                      {"nextForwardToken", "f/" + std::to_string(lines.size())},
                      {"nextBackwardToken", "b/0"}};
}

}  // namespace shipflow::cloud
