#include "aws/service.hpp"

#include "http/text.hpp"
#include "http/url.hpp"

#include <utility>

namespace shipflow::aws {
namespace {

void put(std::string& out, const std::string& name, std::string_view value) {
  out += "&" + http::percent_encoded(name) + "=" + http::percent_encoded(value);
}

void put(std::string& out, const std::string& name, const json::value& v) {
  if (const auto* o = v.if_object()) {
    for (const auto& m : *o) put(out, name + "." + std::string(m.key()), m.value());
  } else if (const auto* list = v.if_array()) {
    if (list->empty()) put(out, name, std::string_view{});
    for (std::size_t i = 0; i < list->size(); ++i)
      put(out, name + ".member." + std::to_string(i + 1), list->at(i));
  } else if (const auto* text = v.if_string()) {
    put(out, name, std::string_view(text->data(), text->size()));
  } else {
    put(out, name, std::string_view(json::serialize(v)));
  }
}

std::string text_of(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

// "com.amazonaws.ecs#ClientException" and "ValidationException:http://..." are both the word in between.
std::string bare(std::string code) {
  if (const auto hash = code.rfind('#'); hash != std::string::npos) code.erase(0, hash + 1);
  if (const auto colon = code.find(':'); colon != std::string::npos) code.resize(colon);
  return http::one_line(code, 80);
}

refusal of_json(const http::response& got) {
  refusal out;
  const auto body = parse_json(got.body);
  const auto* o = body ? body->if_object() : nullptr;
  if (const auto* type = http::find(got.headers, "x-amzn-ErrorType")) out.code = bare(*type);
  if (o == nullptr) return out;
  if (out.code.empty()) out.code = bare(text_of(*o, "__type"));
  auto said = text_of(*o, "message");
  if (said.empty()) said = text_of(*o, "Message");
  out.message = http::one_line(said, 300);
  return out;
}

refusal of_xml(const http::response& got) {
  refusal out;
  const auto body = xml_to_json(got.body);
  if (!body) return out;
  const json::object* found = &*body;
  for (const auto* name : {"ErrorResponse", "Errors", "Error"})
    if (const auto* inner = found->if_contains(name); inner != nullptr && inner->is_object())
      found = &inner->get_object();
  out.code = bare(text_of(*found, "Code"));
  out.message = http::one_line(text_of(*found, "Message"), 300);
  out.region = http::one_line(text_of(*found, "Region"), 40);
  return out;
}

bool says_xml(const service& s) { return s.speaks == protocol::query || s.speaks == protocol::rest_xml; }

}  // namespace

std::string form_of(const service& s, const std::string& operation, const json::object& input) {
  auto out = "Action=" + http::percent_encoded(operation) + "&Version=" + std::string(s.version);
  for (const auto& m : input) put(out, std::string(m.key()), m.value());
  return out;
}

wire_request encode(const service& s, std::string operation, const json::object& input) {
  wire_request q;
  q.method = "POST";
  if (s.speaks == protocol::query) {
    q.headers.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
    q.body = form_of(s, operation, input);
  } else {
    const auto* version = s.speaks == protocol::json_1_0 ? "1.0" : "1.1";
    q.headers.push_back({"Content-Type", std::string("application/x-amz-json-") + version});
    q.headers.push_back({"X-Amz-Target", std::string(s.version) + "." + operation});
    q.body = json::serialize(input);
  }
  q.operation = std::move(operation);
  return q;
}

result<json::object> decode(const service& s, const std::string& operation, std::string_view body) {
  if (s.speaks != protocol::query) {
    if (body.empty()) return json::object{};
    auto v = parse_json(body);
    if (!v) return v.error();
    if (!v->is_object()) return make_error(errc::failed, "the answer is no JSON object");
    return std::move(v->get_object());
  }
  auto whole = xml_to_json(body);
  if (!whole) return whole;
  const auto* reply = whole->if_contains(operation + "Response");
  if (reply == nullptr || !reply->is_object())
    return make_error(errc::failed, "the answer is not one to " + operation);
  const auto* found = reply->get_object().if_contains(operation + "Result");
  return found != nullptr && found->is_object() ? found->get_object() : json::object{};
}

refusal refusal_of(const service& s, const http::response& got) {
  auto out = says_xml(s) ? of_xml(got) : of_json(got);
  if (const auto* there = http::find(got.headers, "x-amz-bucket-region"))
    out.region = http::one_line(*there, 40);
  const auto* compatible = http::find(got.headers, "x-amzn-query-error");
  if (compatible != nullptr && out.code.empty())
    out.code = bare(compatible->substr(0, compatible->find(';')));
  return out;
}

}  // namespace shipflow::aws
