// record, decide, evidence: what guards saw and said, kept, evaluated again and looked at.
#include "commands.hpp"
#include "files.hpp"
#include "host.hpp"

#include <shipflow/decision.hpp>
#include <shipflow/evidence.hpp>

#include <cstdio>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

constexpr std::size_t most_bytes = std::size_t{256} << 20U;
constexpr std::size_t columns = 100;

result<shipflow::decision_record> record_of_run(const arguments& given, const std::string& run) {
  const auto store = open_to_read(given);
  if (!store) return store.error();
  return shipflow::record_decisions(**store, run);
}

result<shipflow::decision_record> record_in_file(const std::string& path) {
  const auto text = read_file(path, most_bytes);
  if (!text) return text.error();
  const auto parsed = shipflow::parse_json(*text);
  if (!parsed) return make_error(errc::invalid_document, path + ": " + parsed.error().message);
  auto record = shipflow::decisions_from_json(*parsed);
  if (!record) return make_error(errc::invalid_document, path + ": " + record.error().message);
  return record;
}

// Either a run of the store, or a record that was kept.
result<shipflow::decision_record> wanted(const arguments& given) {
  if (given.words.empty() == !given.has("--record"))
    return make_error(errc::invalid_argument, "name either a RUN or --record FILE");
  return given.has("--record") ? record_in_file(given.get("--record"))
                               : record_of_run(given, given.words.front());
}

}  // namespace

int record(const arguments& given) {
  const auto made = record_of_run(given, given.words.front());
  if (!made) return complain(made.error());
  return put_out(given, json::serialize(to_json(*made)) + "\n");
}

int decide(const arguments& given) {
  const auto record = wanted(given);
  if (!record) return complain(record.error());
  const auto checked = shipflow::decide_again(*record);
  if (!checked) return complain(make_error(errc::invalid_document, checked.error().text()));
  if (given.has("--json"))
    std::printf("%s\n", json::serialize(json::object{{"run", record->run},
                                                     {"guards", checked->guards},
                                                     {"slots", checked->slots},
                                                     {"decisions", checked->decisions},
                                                     {"difference", checked->difference}})
                            .c_str());
  else if (checked->difference.empty())
    std::printf("the same: %zu decisions of %zu guards over %zu slots\n", checked->decisions, checked->guards,
                checked->slots);
  else
    std::printf("different: %s\n", checked->difference.c_str());
  return checked->difference.empty() ? 0 : 1;
}

int evidence(const arguments& given) {
  const auto record = wanted(given);
  if (!record) return complain(record.error());
  const auto seen = shipflow::evidence_of(*record);
  if (!seen) return complain(make_error(errc::invalid_document, seen.error().text()));
  const auto format = given.get("--format", given.has("--json") ? "json" : "text");
  if (format == "text") return put_out(given, shipflow::evidence_text(*record, *seen, columns));
  if (format == "html") return put_out(given, shipflow::evidence_html(*record, *seen));
  if (format != "json")
    return complain(
        make_error(errc::invalid_argument, "--format takes text, html or json, not \"" + format + "\""));
  json::array guards;
  for (const auto& g : *seen) guards.push_back(to_json(g));
  return put_out(given,
                 json::serialize(json::object{{"run", record->run}, {"guards", std::move(guards)}}) + "\n");
}

}  // namespace program
