// Recorded metrics as the bodies of Prometheus range queries.
#include "backtest/collect.hpp"

namespace shipflow {
inline namespace v1 {
namespace {

using namespace backtest_room;

error bad(std::string why, const std::string& place = {}) {
  return make_error(errc::invalid_document, std::move(why), place);
}

const json::value* member(const json::value& v, const char* key) {
  const auto* o = v.if_object();
  return o == nullptr ? nullptr : o->if_contains(key);
}

std::string label(const json::value& labels, const char* key) {
  const auto* v = member(labels, key);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

result<void> take_series(const json::value& v, collector& to, std::size_t index) {
  const auto* labels = member(v, "metric");
  const auto* values = member(v, "values");
  const auto place = "result " + std::to_string(index);
  if (labels == nullptr || values == nullptr || !values->is_array())
    return bad("needs `metric` and `values`", place);
  auto name = label(*labels, "series");
  if (name.empty()) name = label(*labels, "__name__");
  if (name.empty()) return bad("has neither a label `series` nor `__name__`", place);
  const auto arm = arm_of(label(*labels, "arm"));
  if (!arm) return bad(arm.error().message, name);
  for (const auto& item : values->get_array()) {
    const auto* pair = item.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_number() || !pair->at(1).is_string())
      return bad("a value must be [seconds, \"number\"]", name);
    const auto at = time_of_seconds(pair->at(0).to_number<double>());
    if (!at) return bad(at.error().message, name);
    const auto& text = pair->at(1).get_string();
    const auto number = number_of({text.data(), text.size()});
    if (!number) return bad(number.error().message, name);
    if (auto added = to.add(name, *arm, recorded_kind::unknown, {*at, *number}); !added)
      return bad(added.error().message, name);
  }
  return {};
}

result<void> take_body(const json::value& v, past_release& release, collector& to) {
  if (const auto* status = member(v, "status"); status == nullptr || *status != json::value("success"))
    return bad("this is no answer of a successful range query");
  const auto* data = member(v, "data");
  const auto* type = data == nullptr ? nullptr : member(*data, "resultType");
  const auto* found = data == nullptr ? nullptr : member(*data, "result");
  if (type == nullptr || *type != json::value("matrix") || found == nullptr || !found->is_array())
    return bad("`resultType` must be matrix: ask /api/v1/query_range");
  std::size_t index = 0;
  for (const auto& item : found->get_array())
    if (auto taken = take_series(item, to, index++); !taken) return taken.error();
  const auto* labels = member(v, "release");
  for (const auto* key : {"truth", "begins", "bad_since"}) {
    const auto text = labels == nullptr ? std::string{} : label(*labels, key);
    if (text.empty()) continue;
    if (auto taken = take_label(release, key, text); !taken) return taken.error();
  }
  return {};
}

}  // namespace

result<past_release> release_from_prometheus(const std::string& name, const json::value& v) {
  past_release release;
  release.name = name;
  collector collected;
  if (const auto* list = v.if_array()) {
    for (const auto& body : *list)
      if (auto taken = take_body(body, release, collected); !taken) return taken.error();
  } else if (auto taken = take_body(v, release, collected); !taken) {
    return taken.error();
  }
  return collected.finish(std::move(release));
}

}  // namespace v1
}  // namespace shipflow
