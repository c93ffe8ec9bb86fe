// A database: the generic model knows its schema, and this one what backups have to do with it.
#include <shipflow/world_models.hpp>

#include <algorithm>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

struct kept_backup {
  std::string id;
  time_point made{};
};

class database_model final : public world_model {
 public:
  database_model(std::shared_ptr<world> where, std::string name, database_model_options options)
      : world_(std::move(where)), name_(std::move(name)), options_(std::move(options)) {
    inner_ = make_generic_model(world_, name_, {backup_action(), verify_action(), migrate_action()});
  }

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return inner_->actions(); }
  [[nodiscard]] json::object snapshot() const override {
    auto all = inner_->snapshot();
    if (!all.contains(resource())) all[resource()] = options_.schema;
    return all;
  }
  [[nodiscard]] std::optional<time_point> next_change() const override { return inner_->next_change(); }
  bool disturb(disturbance what, const request& about) override { return inner_->disturb(what, about); }

  void call(request q, reply r) override {
    const bool restores = q.what == verb::undo && q.action == "migrate";
    const bool verifies = q.what == verb::apply && q.action == "verify_backup";
    const bool asked = q.what == verb::ready && q.action == "migrate";
    const auto wanted = q.inputs.if_contains("backup");
    const auto id = wanted != nullptr && wanted->is_string() ? std::string(wanted->get_string()) : "";
    if ((restores || verifies || asked) && !usable(verifies ? id : "")) return later(std::move(r), refusal());
    if (asked) {
      const json::object takes{{"takes_ms", options_.restore.count()}};
      return later(std::move(r), answer::done(takes));
    }
    if (q.action != "backup") return inner_->call(std::move(q), std::move(r));
    auto taken = std::make_shared<reply>(std::move(r));
    inner_->call(q, reply([this, taken, key = q.effect_key](answer a) {
                   const auto* made = a.kind == answer_kind::done ? a.value.if_object() : nullptr;
                   if (made != nullptr && made->contains("backup")) keep(key);
                   (*taken)(std::move(a));
                 }));
  }

 private:
  [[nodiscard]] std::string resource() const { return "schema:" + name_; }

  [[nodiscard]] modelled_action backup_action() const {
    modelled_action a;
    a.spec.name = "backup";
    a.spec.repeat = effect_class::creates;
    a.spec.undo = reversibility::forward_only;
    a.spec.help = "make a backup";
    a.spec.outputs = {{"backup", "string", true, false, "its id"}};
    a.outputs = [](const request& q) { return json::object{{"backup", id_of(q.effect_key)}}; };
    a.lasts = options_.backup;
    return a;
  }
  [[nodiscard]] static modelled_action verify_action() {
    modelled_action a;
    a.spec.name = "verify_backup";
    a.spec.undo = reversibility::forward_only;
    a.spec.help = "can the backup be restored?";
    a.spec.inputs = {{"backup", "string", false, false, "by default the newest"}};
    return a;
  }
  [[nodiscard]] modelled_action migrate_action() const {
    modelled_action a;
    a.spec.name = "migrate";
    a.spec.repeat = effect_class::token;
    a.spec.undo = reversibility::destructive;
    a.spec.rank = restore_rank::database;
    a.spec.help = "bring the schema to a version";
    a.spec.inputs = {{"to", "string", true, false, "version of the schema"}};
    a.spec.outputs = {{"schema", "string", true, false, "what it is now"}};
    a.spec.resources = {resource()};
    a.spec.tells_ready = true;
    a.outputs = [](const request& q) {
      const auto* to = q.inputs.if_contains("to");
      return json::object{{"schema", to == nullptr ? json::value(nullptr) : *to}};
    };
    a.lasts = options_.migration;
    a.undo_lasts = options_.restore;
    return a;
  }

  static std::string id_of(const std::string& effect_key) { return "backup-" + effect_key.substr(0, 8); }

  void keep(const std::string& effect_key) {
    const auto id = id_of(effect_key);
    const bool known =
        std::any_of(backups_.begin(), backups_.end(), [&](const kept_backup& b) { return b.id == id; });
    if (!known) backups_.push_back({id, world_->time().now()});
  }
  [[nodiscard]] bool usable(const std::string& id) const {
    const auto now = world_->time().now();
    return options_.backups_are_good &&
           std::any_of(backups_.begin(), backups_.end(), [&](const kept_backup& b) {
             const bool meant = id.empty() || b.id == id;
             return meant && (!options_.keeps_backups || now < b.made + *options_.keeps_backups);
           });
  }
  [[nodiscard]] answer refusal() const {
    const auto why = options_.backups_are_good ? "there is no such backup any more" : "the backup is damaged";
    return answer::failed(make_error(errc::not_found, name_ + ": " + why));
  }
  void later(reply r, answer a) {
    auto& time = world_->time();
    const auto wait = duration{static_cast<std::int64_t>(20 + time.random() % 80)};
    auto taken = std::make_shared<reply>(std::move(r));
    time.call_at(time.now() + wait, [taken, a = std::move(a)]() mutable { (*taken)(std::move(a)); });
  }

  std::shared_ptr<world> world_;
  std::string name_;
  database_model_options options_;
  std::shared_ptr<world_model> inner_;
  std::vector<kept_backup> backups_;
};

}  // namespace

std::shared_ptr<world_model> make_database_model(std::shared_ptr<world> where, std::string name,
                                                 database_model_options options) {
  return std::make_shared<database_model>(std::move(where), std::move(name), std::move(options));
}

}  // namespace v1
}  // namespace shipflow
