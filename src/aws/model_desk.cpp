#include "aws/model_desk.hpp"

#include "aws/lists.hpp"
#include "aws/retry.hpp"
#include "base/members.hpp"

namespace shipflow::aws {

json::value as_texts(const json::value& v) {
  if (v.is_object()) {
    json::object out;
    for (const auto& m : v.get_object()) out[m.key()] = as_texts(m.value());
    return out;
  }
  if (v.is_array()) {
    json::array out;
    for (const auto& item : v.get_array()) out.push_back(as_texts(item));
    return out;
  }
  return v.is_string() ? v : json::value(json::serialize(v));
}

effect_class class_of(const std::vector<action_spec>& all, const std::string& action) {
  for (const auto& a : all)
    if (a.name == action) return a.repeat;
  return effect_class::set_value;
}

failure refused(const service& of, const std::string& operation, const std::string& code,
                const std::string& message) {
  failure f;
  f.code = code_of(400, code);
  f.message = std::string(of.host) + " " + operation + ": " + code + ": " + message;
  f.aws_code = code;
  f.sent = true;
  return f;
}

namespace {

/// An undo, or the settling of one: its handle says `back`.
bool goes_back(const request& q) {
  return q.what == verb::undo ||
         (q.what == verb::settle && members::truth(members::as_object(q.handle), "back"));
}

}  // namespace

outcome model_desk::ask(const request& q, const destination& /*where*/, const service& of,
                        const std::string& operation, json::object input, again /*may*/) {
  advance();
  const auto before = changes();
  const bool query = of.speaks == protocol::query;
  auto said = carry_out(of, operation, query ? without_numbers(input).get_object() : input);
  if (before != changes()) {
    changed_ = true;
    where_->about_to(q);
    auto effect = q;
    effect.effect_key += part_of(q, input);
    where_->carried_out(effect, class_of(specs_, q.action), goes_back(q));
  }
  if (said && query) return std::move(as_texts(*said).get_object());
  return said;
}

}  // namespace shipflow::aws
