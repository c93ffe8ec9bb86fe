// Metrics of an environment: mapping to definition.
#include "health/quantity.hpp"
#include "health/used_names.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace shipflow {
namespace health {
namespace {

const std::array<std::pair<std::string_view, aggregate_kind>, 10> kinds{{
    {"value", aggregate_kind::value},
    {"ratio", aggregate_kind::ratio},
    {"mean", aggregate_kind::mean},
    {"per_min", aggregate_kind::per_min},
    {"rate", aggregate_kind::rate},
    {"sum", aggregate_kind::sum},
    {"min", aggregate_kind::min},
    {"max", aggregate_kind::max},
    {"quantile", aggregate_kind::quantile},
    {"slow", aggregate_kind::slow},
}};

/// Reads one mapping; the first finding is kept in `error_`.
class reader {
 public:
  reader(const std::string& name, const json::object& spec) : spec_(spec) {
    out_.name = name;
    out_.spec = spec;
  }

  result<metric_definition> run() {
    if (text("source", out_.source) && text("component", out_.component) && what() && cap() && window() &&
        arm() && unit() && min_count() && checked())
      return std::move(out_);
    return *error_;
  }

 private:
  bool fail(const std::string& why) {
    if (!error_) error_ = make_error(errc::invalid_document, "metric \"" + out_.name + "\": " + why);
    return false;
  }

  bool text(std::string_view key, std::string& field) {
    const auto* v = spec_.if_contains(key);
    if (v == nullptr) return true;
    if (!v->is_string()) return fail(std::string(key) + " must be a string");
    field = std::string(v->get_string());
    return true;
  }

  bool what() {
    const bool raw = spec_.contains("series");
    std::size_t found = raw ? 1 : 0;
    for (const auto& [key, kind] : kinds) {
      const auto* v = spec_.if_contains(key);
      if (v == nullptr) continue;
      if (++found == 1 && !aggregate_of(key, kind, *v)) return false;
    }
    if (found != 1)
      return fail(
          "exactly one of value, ratio, mean, per_min, rate, sum, min, max, quantile, slow and series is "
          "needed");
    return !raw || names("series", spec_.at("series"), out_.series, 1, 64);
  }

  bool aggregate_of(std::string_view key, aggregate_kind kind, const json::value& v) {
    auto& a = out_.what.emplace();
    a.kind = kind;
    if (kind == aggregate_kind::quantile) {
      const auto* list = v.if_array();
      if (list == nullptr || list->size() != 2 || !list->at(0).is_number() || !list->at(1).is_string())
        return fail("quantile must be [0.95, series]");
      a.p = list->at(0).to_number<double>();
      if (!(a.p > 0 && a.p < 1)) return fail("a quantile is above 0 and below 1");
      a.series = {std::string(list->at(1).get_string())};
    } else if (kind == aggregate_kind::slow) {
      const auto* list = v.if_array();
      if (list == nullptr || list->size() != 2 || !list->at(0).is_string() || !bound(list->at(1), a.limit))
        return fail("slow must be [series, 500ms]");
      a.series = {std::string(list->at(0).get_string())};
    } else if (!names(key, v, a.series, kind == aggregate_kind::ratio ? 2 : 1, most_of(kind))) {
      return false;
    }
    out_.series = a.series;
    if (a.series.size() == 2 && a.series[0] == a.series[1]) return fail("the two series must differ");
    return true;
  }

  static std::size_t most_of(aggregate_kind kind) {
    return kind == aggregate_kind::ratio || kind == aggregate_kind::mean ? 2 : 1;
  }

  bool names(std::string_view key, const json::value& v, std::vector<std::string>& out, std::size_t least,
             std::size_t most) {
    json::array one;
    if (v.is_string()) one.push_back(v);
    const auto& list = v.is_array() ? v.get_array() : one;
    if (list.size() < least || list.size() > most)
      return fail(
          std::string(key) + " needs " +
          (least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most)) +
          " names of series");
    for (const auto& item : list) {
      if (!item.is_string() || item.get_string().empty())
        return fail(std::string(key) + " must hold names of series");
      out.emplace_back(item.get_string());
    }
    return true;
  }

  static bool bound(const json::value& v, std::optional<quantity>& out) {
    if (v.is_number()) out = quantity{v.to_number<double>(), quantity_unit::none};
    if (v.is_string()) out = read_quantity(v.get_string());
    return out.has_value() && std::isfinite(out->number) && out->number > 0;
  }

  bool cap() {
    const auto* v = spec_.if_contains("cap");
    if (v == nullptr) return true;
    const bool one_mean =
        out_.what && out_.what->kind == aggregate_kind::mean && out_.what->series.size() == 1;
    if (!one_mean) return fail("cap belongs to the mean of one series");
    return bound(*v, out_.what->limit) || fail("cap must be the largest value that counts, such as 2s");
  }

  bool window() {
    std::string over;
    if (!text("over", over)) return false;
    if (over.empty()) return true;
    if (!out_.what) return fail("over has no meaning for `series`");
    auto& w = out_.what->over;
    if (over == "slot" || over == "start") {
      w.kind = over == "slot" ? window_kind::slot : window_kind::start;
      return true;
    }
    const auto length = parse_duration(over);
    if (!length) return fail("over: " + length.error().message);
    if (length->count() <= 0) return fail("over must be above zero");
    w = {window_kind::span, *length};
    return true;
  }

  bool arm() {
    std::string word;
    if (!text("arm", word)) return false;
    if (word.empty()) return true;
    if (!out_.what) return fail("arm has no meaning for `series`");
    for (const auto a : {metric_arm::fleet, metric_arm::canary, metric_arm::baseline})
      if (name_of(a) == word) out_.what->on = a;
    return out_.what->on != metric_arm::unset ||
           fail("arm is canary, baseline or fleet, not \"" + word + "\"");
  }

  bool unit() {
    std::string word;
    if (!text("unit", word)) return false;
    const std::array<std::pair<std::string_view, reading_unit>, 4> known{
        {{"", reading_unit::none},
         {"%", reading_unit::percent},
         {"s", reading_unit::seconds},
         {"ms", reading_unit::milliseconds}}};
    const auto* found =
        std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == word; });
    if (found == known.end()) return fail("unit is \"%\", s or ms, not \"" + word + "\"");
    out_.unit = found->second;
    return true;
  }

  bool min_count() {
    const auto* v = spec_.if_contains("min_count");
    if (v == nullptr) return true;
    if (!v->is_int64() || v->get_int64() < 1) return fail("min_count must be a whole number above zero");
    out_.min_count = v->get_int64();
    return true;
  }

  bool checked() {
    if (out_.source.empty()) return fail("source is needed");
    if (!out_.what) return true;
    const auto kind = out_.what->kind;
    const bool events = kind == aggregate_kind::ratio || kind == aggregate_kind::per_min ||
                        kind == aggregate_kind::rate || kind == aggregate_kind::sum;
    if (events && out_.unit != reading_unit::none)
      return fail("unit has no meaning for " + std::string(name_of(kind)) + ", which counts events");
    return true;
  }

  const json::object& spec_;
  metric_definition out_;
  std::optional<error> error_;
};

bool reads(const metric_definition& m, const std::string& series) {
  return std::find(m.series.begin(), m.series.end(), series) != m.series.end();
}

}  // namespace

const metric_definition* owner_of(const std::string& series, const metric_table& metrics) {
  for (const auto& [name, m] : metrics)
    if (reads(m, series)) return &m;
  const auto named = metrics.find(series);
  return named != metrics.end() && named->second.series.size() == 1 ? &named->second : nullptr;
}

}  // namespace health

inline namespace v1 {

result<metric_definition> read_metric(const std::string& name, const json::object& spec) {
  return health::reader(name, spec).run();
}

result<metric_table> read_metrics(const json::object& metrics) {
  metric_table out;
  for (const auto& member : metrics) {
    const std::string name(member.key());
    const auto* spec = member.value().if_object();
    if (spec == nullptr)
      return make_error(errc::invalid_document, "metric \"" + name + "\" must be a mapping");
    auto read = read_metric(name, *spec);
    if (!read) return read.error();
    out.emplace(name, std::move(*read));
  }
  return out;
}

}  // namespace v1
}  // namespace shipflow
