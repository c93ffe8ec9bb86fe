// Models of what releases meet beside a provider's own system: a database with backups and migrations,
// and a source of metrics that is late, has gaps or is away. For `rehearsal_options::make_world`, and as
// counterparts in tests (see world.hpp).
//
//   options.make_world = [](const std::shared_ptr<world>& where) {
//     database_model_options shop;
//     shop.keeps_backups = std::chrono::hours(12);
//     rehearsal_world out;
//     out.models.push_back(make_database_model(where, "database", shop));
//     out.metrics.push_back(make_metric_model(where, {.name = "cloudwatch", .lag = std::chrono::minutes(2)}));
//     return out;
//   };
#pragma once

#include <shipflow/world.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

struct database_model_options {
  std::string schema = "0001";                    ///< before the release
  duration backup = std::chrono::minutes(4);      ///< how long a backup takes
  duration migration = std::chrono::seconds(40);  ///< how long a migration takes
  duration restore = std::chrono::minutes(9);     ///< how long putting a backup back takes
  std::optional<duration> keeps_backups{};        ///< a backup is deleted after that; empty: never
  bool backups_are_good = true;  ///< false: `verify_backup` finds them damaged, nothing restores them
};

/// A provider with the actions
///   backup         {}               -> {backup}: makes another one each time (`creates`); nothing to undo
///   verify_backup  {[backup]}       -> {}: fails when that one, by default the newest, is gone or damaged
///   migrate        {to}             -> {schema}: sets the resource "schema:NAME", recognises its key. Failing half-way
///                                   it leaves neither the old schema nor the new. Its undo restores the newest
///                                   backup, takes `restore`, and is refused when there is none that is good.
///                                   Destructive: what was written since the backup is lost. Tells `ready`.
/// `foreign_change` is somebody else's migration. Snapshot: {"schema:NAME": ...}.
[[nodiscard]] std::shared_ptr<world_model> make_database_model(std::shared_ptr<world> where, std::string name,
                                                               database_model_options options = {});

/// From the making of the model: [from, until).
struct time_span {
  duration from{0};
  duration until{0};
};
struct metric_model_options {
  std::string name;                       ///< of the source
  duration lag{0};                        ///< readings are as old as that; `metric_source::lag` says so
  std::vector<time_span> gaps{};          ///< times of which there are no numbers: `missing`
  std::vector<time_span> outages{};       ///< times at which it answers only that it is away
  std::map<std::string, double> rates{};  ///< events a second by series; other series do not exist
};

/// Counters that grow evenly. Tells `steady_until` up to the next gap or outage, but never within one.
[[nodiscard]] std::shared_ptr<metric_source> make_metric_model(std::shared_ptr<world> where,
                                                               metric_model_options options);

}  // namespace v1
}  // namespace shipflow
