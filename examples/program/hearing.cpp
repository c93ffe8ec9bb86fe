#include "hearing.hpp"

#include "text.hpp"

namespace program {
namespace {

using shipflow::result;

constexpr shipflow::duration pace{50};
constexpr shipflow::duration patience{5'000};

result<std::unique_ptr<shipflow::store>> open_to_read(const places& at) {
  return shipflow::open_sqlite_store({.path = at.store, .vfs = "", .read_only = true});
}

result<std::optional<heard>> look_for(shipflow::store& keep, const std::string& run, const std::string& id,
                                      std::int64_t& after) {
  const auto fresh = keep.read_facts(run, after);
  if (!fresh) return fresh.error();
  for (const auto& stored : *fresh) {
    after = stored.rev;
    if (stored.kind != shipflow::fact_kind::signal) continue;
    const auto body = shipflow::parse_json(stored.body);
    if (!body) return body.error();
    const auto f = shipflow::fact_from_json(*body);
    if (!f) return f.error();
    if (auto answer = heard_in(*f, id)) return answer;
  }
  return std::optional<heard>{};
}

}  // namespace

std::string new_signal_id() {
  shipflow::loop chance;
  return "said-" + std::to_string(chance.random()) + "-" + std::to_string(chance.random());
}

std::optional<heard> heard_in(const shipflow::fact& f, const std::string& id) {
  if (f.kind != shipflow::fact_kind::signal || id.empty() || field(f.body, "id") != id) return std::nullopt;
  return heard{field(f.body, "meaning") == "refused", field(f.body, "why"), field(f.body, "name")};
}

shipflow::error refusal(const std::string& word, const heard& answer) {
  return shipflow::make_error(shipflow::errc::denied, word + " was refused: " + answer.why);
}

result<std::int64_t> revision_of(const places& at, const std::string& run) {
  const auto keep = open_to_read(at);
  if (!keep) return keep.error();
  const auto row = (*keep)->get_run(run);
  if (!row) return row.error();
  return row->rev;
}

result<std::optional<heard>> hear(const places& at, const std::string& run, const std::string& id,
                                  std::int64_t after) {
  const auto keep = open_to_read(at);
  if (!keep) return keep.error();
  shipflow::loop clock;
  bool over = false;
  clock.call_after(patience, [&] { over = true; });
  for (;;) {
    auto answer = look_for(**keep, run, id, after);
    if (!answer || *answer || over) return answer;
    bool passed = false;
    clock.call_after(pace, [&] { passed = true; });
    clock.run_until([&] { return passed; });
  }
}

}  // namespace program
