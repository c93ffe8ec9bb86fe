// A record outside its store.
#include "run/body.hpp"

#include <shipflow/audit.hpp>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::int64_t audit_format = 1;

error bad_line(std::size_t number, const std::string& why) {
  return make_error(errc::corrupt, "line " + std::to_string(number) + ": " + why);
}

// Lines one after the other, each a JSON object.
class line_reader {
 public:
  explicit line_reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

  result<json::object> next() {
    ++number_;
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return bad_line(number_, "it does not end; the file was cut off");
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    auto parsed = parse_json(line, 128);
    if (!parsed) return bad_line(number_, parsed.error().message);
    if (!parsed->is_object()) return bad_line(number_, "is no JSON object");
    return std::move(parsed->get_object());
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

struct header {
  std::string run, head;
  std::int64_t facts = 0;
};

result<header> read_header(line_reader& lines) {
  const auto o = lines.next();
  if (!o) return o.error();
  const auto* format = o->if_contains("shipflow_audit");
  const auto* facts = o->if_contains("facts");
  if (format == nullptr || !format->is_int64() || facts == nullptr || !facts->is_int64())
    return bad_line(1, "this is no export of a record");
  if (format->get_int64() > audit_format)
    return make_error(errc::newer_version, "the export has format " + std::to_string(format->get_int64()) +
                                               "; this version reads " + std::to_string(audit_format));
  return header{run::text(*o, "run"), run::text(*o, "head"), facts->get_int64()};
}

result<std::string> read_plan_digest(line_reader& lines) {
  const auto o = lines.next();
  if (!o) return o.error();
  const auto* body = o->if_contains("plan");
  if (body == nullptr) return bad_line(lines.number(), "holds no plan");
  return digest_of(*body);
}

result<fact> read_link(line_reader& lines, std::string& head, std::int64_t expected) {
  const auto o = lines.next();
  if (!o) return o.error();
  const auto* body = o->if_contains("fact");
  if (body == nullptr) return bad_line(lines.number(), "holds no fact");
  auto f = fact_from_json(*body);
  if (!f) return bad_line(lines.number(), f.error().message);
  if (f->rev != expected)
    return bad_line(lines.number(), "fact " + std::to_string(f->rev) + " stands where " +
                                        std::to_string(expected) + " belongs");
  head = chain(head, *f);
  if (run::text(*o, "hash") != head)
    return bad_line(lines.number(), "its hash does not match the chain; it was changed");
  // What is not in the chain would not be vouched for.
  if (canonical(*body) != canonical(to_json(*f))) return bad_line(lines.number(), "holds more than a fact");
  return f;
}

}  // namespace

result<std::string> export_audit(store& keep, const std::string& run) {
  const auto whole = verify_audit(keep, run);
  if (!whole) return whole.error();
  const auto row = keep.get_run(run);
  if (!row) return row.error();
  const auto body = keep.get_plan(row->plan_digest);
  if (!body) return body.error();
  const auto facts = keep.read_facts(run);
  if (!facts) return facts.error();
  if (facts->size() < whole->facts)
    return make_error(errc::corrupt, "the record of run " + run + " became shorter");
  // A run that goes on may have more facts by now than were checked.
  auto out =
      json::serialize(json::object{
          {"shipflow_audit", audit_format}, {"run", run}, {"facts", whole->facts}, {"head", whole->head}}) +
      "\n{\"plan\":" + *body + "}\n";
  for (std::size_t i = 0; i < whole->facts; ++i)
    out += "{\"fact\":" + (*facts)[i].body + ",\"hash\":\"" + (*facts)[i].hash + "\"}\n";
  return out;
}

result<exported_audit> verify_export(std::string_view text) {
  line_reader lines(text);
  const auto head = read_header(lines);
  if (!head) return head.error();
  const auto digest = read_plan_digest(lines);
  if (!digest) return digest.error();
  exported_audit out;
  out.run = head->run;
  out.found.head = chain_start(head->run);
  while (!lines.done()) {
    const auto f = read_link(lines, out.found.head, static_cast<std::int64_t>(out.found.facts) + 1);
    if (!f) return f.error();
    if (++out.found.facts == 1 && run::text(f->body, "plan_digest") != *digest)
      return bad_line(2, "the plan is not the one that the run carried out");
  }
  if (static_cast<std::int64_t>(out.found.facts) != head->facts || out.found.head != head->head)
    return bad_line(1, "names " + std::to_string(head->facts) + " facts up to " + head->head +
                           ", and there are " + std::to_string(out.found.facts) + " up to " + out.found.head);
  return out;
}

}  // namespace v1
}  // namespace shipflow
