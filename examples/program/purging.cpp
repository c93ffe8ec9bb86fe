// purge: through the owner of the store if it lives, else by opening it.
#include "commands.hpp"
#include "host.hpp"

#include <cstdio>

namespace program {
namespace {

using shipflow::errc;
using shipflow::result;

result<void> read_time(const arguments& given, const char* option, shipflow::duration& into) {
  if (!given.has(option)) return {};
  const auto read = shipflow::parse_duration(given.get(option));
  if (!read)
    return shipflow::make_error(errc::invalid_argument, std::string(option) + ": " + read.error().message);
  into = *read;
  return {};
}

result<std::int64_t> purge_store(const arguments& given, const shipflow::retention_policy& policy) {
  const auto at = places_of(given);
  const auto answered = shipflow::control_call(
      at.socket, {{"op", "purge"}, {"facts_ms", policy.facts.count()}, {"rows_ms", policy.rows.count()}},
      std::chrono::minutes(10));
  if (answered) return answered->at("runs").as_int64();
  if (answered.error().code != errc::unavailable) return answered.error();
  const auto store = shipflow::open_sqlite_store({.path = at.store, .vfs = "", .read_only = false});
  if (!store) return store.error();
  shipflow::loop clock;
  const auto done = shipflow::purge_old(**store, policy, clock.now());
  if (!done) return done.error();
  return static_cast<std::int64_t>(*done);
}

}  // namespace

int purge(const arguments& given) {
  shipflow::retention_policy policy;
  if (auto read = read_time(given, "--facts", policy.facts); !read) return complain(read.error());
  if (auto read = read_time(given, "--rows", policy.rows); !read) return complain(read.error());
  const auto done = purge_store(given, policy);
  if (!done) return complain(done.error());
  std::printf("purged %lld runs\n", static_cast<long long>(*done));
  return 0;
}

}  // namespace program
