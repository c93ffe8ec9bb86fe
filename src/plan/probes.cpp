#include "plan/probes.hpp"

#include "plan/hint.hpp"

#include <utility>

namespace shipflow::planning {
namespace {

// The kind is the key that some probe source answers to, for example `http` in `{ http: url }`.
// Two kinds may be named by what they look at.
std::string kind_behind(const std::string& key) {
  if (key == "url") return "http";
  return key == "address" ? "tcp" : key;
}

std::optional<std::string> kind_of(const surroundings& all, const node& written, const json::object& spec) {
  for (const auto& [key, field] : written.fields) {
    auto kind = kind_behind(key);
    const auto checked = all.offers.check_probe(kind, spec);
    if (checked) return kind;
    if (checked.error().code == errc::not_found) continue;
    all.out.error(written.place, written.pointer, checked.error().message);
    return std::nullopt;
  }
  all.out.error(written.place, written.pointer, "names no kind of probe that is built in this version");
  return std::nullopt;
}

void read_settings(const renderer& read, const node& written, probe_settings& to) {
  if (const auto* n = written.find("component")) to.component = read.text(*n).value_or("");
  if (const auto* n = written.find("severity")) to.severity = read.text(*n).value_or(to.severity);
  if (const auto* n = written.find("every")) to.every = read.time(*n).value_or(to.every);
  if (const auto* n = written.find("timeout")) to.timeout = read.time(*n).value_or(to.timeout);
  if (const auto* n = written.find("rise")) to.rise = read.whole(*n, 1, 1000).value_or(to.rise);
  if (const auto* n = written.find("fall")) to.fall = read.whole(*n, 1, 1000).value_or(to.fall);
  if (const auto* n = written.find("every"); n != nullptr && to.every <= duration{0})
    read.error(*n, "`every` must be above zero");
}

}  // namespace

std::optional<probe_settings> read_probe(const surroundings& all, const std::string& name, const node& at) {
  const auto* written = all.where.probes.find(name);
  if (written == nullptr) {
    all.out.error(at.place, at.pointer,
                  "environment `" + all.where.name + "` has no probe `" + name + "`" +
                      hint(all.out, name, all.where.probes.fields));
    return std::nullopt;
  }
  probe_settings p;
  p.name = name;
  if (all.bound.has_component(name)) p.component = name;
  const renderer read(all.words, nullptr, all.out);
  auto spec = read.value(*written);
  if (auto* object = spec.if_object()) p.spec = std::move(*object);
  read_settings(read, *written, p);
  if (!p.component.empty()) p.target = all.bound.target_of(p.component);
  auto kind = kind_of(all, *written, p.spec);
  if (!kind) return std::nullopt;
  p.kind = std::move(*kind);
  return p;
}

json::object to_json(const probe_settings& p) {
  return {{"kind", p.kind},
          {"spec", p.spec},
          {"component", p.component},
          {"target", p.target},
          {"every", format_duration(p.every)},
          {"timeout", format_duration(p.timeout)},
          {"rise", p.rise},
          {"fall", p.fall}};
}

}  // namespace shipflow::planning
