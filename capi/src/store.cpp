#include "store.hpp"

#include "guard.hpp"
#include "run_json.hpp"
#include "text.hpp"

#include <shipflow/engine.hpp>

using namespace shipflow_c;

namespace {

shipflow::run_filter filter_of(shipflow_str text) {
  const auto given = object_of(text, "filter");
  members m(given, "filter");
  shipflow::run_filter out;
  out.environment = m.text("environment");
  out.plan = m.text("plan");
  if (given.contains("terminal")) out.terminal = m.yes("terminal");
  out.limit = static_cast<std::size_t>(m.integer("limit", 100, 1, 100'000));
  m.done();
  return out;
}

shipflow::retention_policy policy_of(shipflow_str text) {
  constexpr std::int64_t longest = 1'000LL * 366 * 86'400'000;
  const auto given = object_of(text, "policy");
  members m(given, "policy");
  shipflow::retention_policy out;
  out.facts = shipflow::duration{m.integer("facts_ms", out.facts.count(), 0, longest)};
  out.rows = shipflow::duration{m.integer("rows_ms", out.rows.count(), 0, longest)};
  m.done();
  return out;
}

shipflow::json::object to_json(const shipflow::run_row& r) {
  shipflow::json::object out{{"id", r.id},
                             {"external_id", r.external_id},
                             {"plan", r.plan},
                             {"plan_digest", r.plan_digest},
                             {"environment", r.environment},
                             {"version", r.version},
                             {"principal", r.principal},
                             {"status", std::string(name_of(r.status))},
                             {"created_ms", r.created_ms},
                             {"updated_ms", r.updated_ms},
                             {"finished_ms", r.finished_ms},
                             {"due_ms", nullptr},
                             {"reason", r.reason}};
  if (r.due_ms) out["due_ms"] = *r.due_ms;
  return out;
}

}  // namespace

extern "C" {

shipflow_status shipflow_store_memory(shipflow_store** out, shipflow_error** err) noexcept {
  return guard(out, err, [] { return new shipflow_store(shipflow::make_memory_store()); });
}

shipflow_status shipflow_store_open(shipflow_str path, uint32_t flags, shipflow_store** out,
                                    shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    if ((flags & ~SHIPFLOW_STORE_READ_ONLY) != 0)
      throw failure(SHIPFLOW_UNSUPPORTED, "flags of a store that this library does not know");
    shipflow::sqlite_options options;
    options.path = needed_text(path, "path");
    options.read_only = (flags & SHIPFLOW_STORE_READ_ONLY) != 0;
    return new shipflow_store(value_of(shipflow::open_sqlite_store(options)));
  });
}

shipflow_status shipflow_store_runs(shipflow_store* store, shipflow_str filter, shipflow_buf** out,
                                    shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    shipflow::json::array rows;
    for (const auto& row : value_of(checked(store, "store").keep->list_runs(filter_of(filter))))
      rows.push_back(to_json(row));
    return to_buf(std::move(rows));
  });
}

shipflow_status shipflow_store_facts(shipflow_store* store, shipflow_str run, int64_t after_rev,
                                     shipflow_buf** out, shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    // Bodies are canonical JSON already, so they are joined as they are.
    std::string text = "[";
    for (const auto& f :
         value_of(checked(store, "store").keep->read_facts(needed_text(run, "run"), after_rev)))
      text.append(text.size() > 1 ? "," : "").append(f.body);
    return to_buf(text + "]");
  });
}

shipflow_status shipflow_store_look(shipflow_store* store, shipflow_str run, shipflow_buf** out,
                                    shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    return to_buf(
        run_json(value_of(shipflow::load_run(*checked(store, "store").keep, needed_text(run, "run")))));
  });
}

shipflow_status shipflow_store_verify(shipflow_store* store, shipflow_str run, shipflow_buf** out,
                                      shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    const auto seen =
        value_of(shipflow::verify_audit(*checked(store, "store").keep, needed_text(run, "run")));
    return to_buf(shipflow::json::object{{"facts", seen.facts}, {"head", seen.head}});
  });
}

shipflow_status shipflow_store_purge(shipflow_store* store, shipflow_str policy, int64_t now_ms,
                                     int64_t* runs, shipflow_error** err) noexcept {
  if (runs != nullptr) *runs = 0;
  return guard(err, [&] {
    auto& keep = *checked(store, "store").keep;
    const auto purged = value_of(shipflow::purge_old(keep, policy_of(policy), shipflow::from_ms(now_ms)));
    if (runs != nullptr) *runs = static_cast<int64_t>(purged);
  });
}

void shipflow_store_free(shipflow_store* store) noexcept {
  if (store != nullptr && store->what == shipflow_store::kind) delete store;
}

}  // extern "C"
