#include "probe/waiting.hpp"

#include "http/fields.hpp"

namespace shipflow::probing {
namespace {

result<awaited> read_one(const std::string& name, const json::value& value) {
  const auto* mapping = value.if_object();
  if (mapping == nullptr)
    return make_error(errc::invalid_argument, "`probes." + name + "` must be a mapping");
  http::fields in(*mapping, "probes." + name);
  awaited a;
  a.name = name;
  a.kind = in.text("kind");
  if (a.kind.empty()) in.wrong("kind", "is missing");
  a.component = in.text("component");
  if (const auto* spec = in.object("spec")) a.spec = *spec;
  if (const auto* target = in.object("target")) a.target = *target;
  a.every = in.time("every", a.every);
  a.timeout = in.time("timeout", a.timeout);
  a.rise = static_cast<int>(in.whole("rise", a.rise, 1, 1000));
  in.leave({"fall"});
  if (auto ok = in.finish(); !ok) return ok.error();
  return a;
}

}  // namespace

void awaited::take(const probe_answer& a) {
  seen = a.text;
  if (a.outcome == look::pass) ++row;
  if (a.outcome == look::fail) row = 0;
}

result<wait_inputs> read_wait(const json::object& inputs) {
  wait_inputs to;
  http::fields in(inputs);
  const auto* probes = in.object("probes");
  if (probes == nullptr || probes->empty()) in.wrong("probes", "is missing, the probes to wait for");
  for (const auto& p : probes == nullptr ? json::object{} : *probes) {
    auto one = read_one(std::string(p.key()), p.value());
    if (one)
      to.probes.push_back(std::move(*one));
    else
      in.wrong(one.error());
  }
  if (in.has("within")) to.within = in.time("within", duration{0});
  if (auto ok = in.finish(); !ok) return ok.error();
  return to;
}

std::string describe(const std::vector<awaited>& probes) {
  std::string out;
  for (const auto& p : probes) {
    out += out.empty() ? "" : ", ";
    out += p.name;
    if (p.up())
      out += " up";
    else
      out += " " + std::to_string(p.row) + " of " + std::to_string(p.rise) + " passes (" + p.seen + ")";
  }
  return out;
}

}  // namespace shipflow::probing
