#include "store/sqlite/changes.hpp"

#include <algorithm>

namespace shipflow::sqlite {

result<held_lock> holder_of(connection& db, std::vector<std::string> resources, const std::string& run) {
  std::sort(resources.begin(), resources.end());
  for (const auto& resource : resources) {
    auto c = db.use("SELECT run.id FROM lock JOIN run ON run.n=lock.run WHERE resource=? AND run.id<>?");
    const auto row = c.bind(resource, run).next();
    if (!row) return row.error();
    if (*row) return held_lock{resource, c.text(0)};
  }
  return held_lock{};
}

result<void> take_locks(connection& db, std::vector<std::string> resources, std::int64_t run) {
  std::sort(resources.begin(), resources.end());
  for (const auto& resource : resources) {
    auto c = db.use("INSERT INTO lock(resource, run) VALUES (?, ?) ON CONFLICT DO NOTHING");
    if (const auto done = c.bind(resource, run).run(); !done) return done.error();
  }
  return {};
}

result<void> give_locks(connection& db, const std::vector<std::string>& resources, std::int64_t run) {
  for (const auto& resource : resources) {
    auto c = db.use("DELETE FROM lock WHERE resource=? AND run=?");
    if (const auto done = c.bind(resource, run).run(); !done) return done.error();
  }
  return {};
}

result<void> give_all_locks(connection& db, std::int64_t run) {
  auto c = db.use("DELETE FROM lock WHERE run=?");
  if (const auto done = c.bind(run).run(); !done) return done.error();
  return {};
}

}  // namespace shipflow::sqlite
