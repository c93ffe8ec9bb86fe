#include <shipflow/message.hpp>

#include <exception>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

class function_notifier final : public notifier {
 public:
  function_notifier(std::string kind, std::function<delivery_answer(const delivery&)> f)
      : kind_(std::move(kind)), send_(std::move(f)) {}

  [[nodiscard]] std::vector<std::string> kinds() const override { return {kind_}; }
  void send(delivery q, std::function<void(delivery_answer)> done) override { done(ask(q)); }

 private:
  [[nodiscard]] delivery_answer ask(const delivery& q) const {
    try {
      return send_(q);
    } catch (const std::exception& e) {
      return delivery_answer::again("notifier \"" + kind_ + "\": " + e.what());
    } catch (...) {
      return delivery_answer::again("notifier \"" + kind_ + "\" threw something that is no exception");
    }
  }

  std::string kind_;
  std::function<delivery_answer(const delivery&)> send_;
};

}  // namespace

const std::vector<moment_kind>& moments() {
  static const std::vector<moment_kind> all{
      {"scheduled",
       "${moment.plan} ${moment.version} to ${moment.environment} is scheduled for ${moment.due} by "
       "${moment.started_by}"},
      {"moved",
       "${moment.plan} ${moment.version} to ${moment.environment} is moved to ${moment.due} by "
       "${moment.who}"},
      {"held", "${moment.plan} ${moment.version} to ${moment.environment} waits: ${moment.why}"},
      {"reminder", "${moment.plan} ${moment.version} is released to ${moment.environment} in ${moment.lead}"},
      {"started",
       "${moment.plan} ${moment.version} to ${moment.environment}: started by ${moment.started_by}"},
      {"approval",
       "${moment.plan} ${moment.version} to ${moment.environment}: ${moment.title} waits for "
       "${moment.roles:-people}: ${moment.command}"},
      {"approved",
       "${moment.plan} ${moment.version} to ${moment.environment}: ${moment.title} approved by "
       "${moment.who}"},
      {"rejected",
       "${moment.plan} ${moment.version} to ${moment.environment}: ${moment.title} not approved: "
       "${moment.why}"},
      {"step_done", "${moment.plan} ${moment.version} to ${moment.environment}: ${moment.title} done"},
      {"step_failed",
       "${moment.plan} ${moment.version} to ${moment.environment}: ${moment.title} failed: ${moment.why}"},
      {"paused", "${moment.plan} ${moment.version} to ${moment.environment}: paused by ${moment.who}"},
      {"resumed", "${moment.plan} ${moment.version} to ${moment.environment}: resumed by ${moment.who}"},
      {"breach",
       "${moment.severity:-alert} ${moment.plan} ${moment.version} in ${moment.environment}: "
       "${moment.guard}: "
       "${moment.why}"},
      {"question",
       "${moment.plan} ${moment.version} in ${moment.environment}: roll back? ${moment.why}. "
       "${moment.roles:-Anyone} may answer until ${moment.due:-it is decided}: ${moment.command}"},
      {"rolling_back",
       "${moment.plan} ${moment.version} in ${moment.environment} is rolled back: ${moment.why}"},
      {"rolled_back",
       "${moment.plan} ${moment.version} in ${moment.environment} was rolled back, it is as before: "
       "${moment.why}"},
      {"released", "${moment.plan} ${moment.version} is released to ${moment.environment}"},
      {"watched", "${moment.plan} ${moment.version} in ${moment.environment}: the watch is over"},
      {"parked",
       "${moment.plan} ${moment.version} in ${moment.environment} needs a person: ${moment.why}. "
       "${moment.command}"},
      {"lapsed",
       "${moment.plan} ${moment.version} in ${moment.environment}: ${moment.title} cannot be put back any "
       "more: "
       "${moment.why}"},
      {"failed", "${moment.plan} ${moment.version} to ${moment.environment} failed: ${moment.why}"},
      {"cancelled", "${moment.plan} ${moment.version} to ${moment.environment} was cancelled: ${moment.why}"},
  };
  return all;
}

const std::vector<std::string_view>& moment_values() {
  static const std::vector<std::string_view> all{
      "moment", "at",    "run",      "plan", "environment", "url",   "version", "started_by", "step",
      "title",  "guard", "severity", "why",  "who",         "roles", "due",     "command",    "lead"};
  return all;
}

std::string plain_text(const message& m) {
  std::string out;
  for (const auto& piece : m.text) out += piece.text;
  return out;
}

json::object to_json(const message& m) {
  return {{"id", m.id},           {"moment", m.moment},      {"run", m.run},
          {"channel", m.channel}, {"at", format_time(m.at)}, {"text", plain_text(m)},
          {"values", m.values}};
}

notifier::~notifier() = default;

result<void> notifier::check(const std::string& /*kind*/, const json::object& /*spec*/) const { return {}; }

std::shared_ptr<notifier> make_notifier(std::string kind,
                                        std::function<delivery_answer(const delivery&)> send) {
  return std::make_shared<function_notifier>(std::move(kind), std::move(send));
}

}  // namespace v1
}  // namespace shipflow
