#include "wire.hpp"

#include <algorithm>
#include <vector>

namespace tests::wire {
namespace {

using namespace shipflow;

std::string plain(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string item_of(const item_names& items, const std::string& list) {
  const auto found = items.find(list);
  return found == items.end() ? "member" : found->second;
}

void put(json::value& to, const std::vector<std::string>& path, std::size_t from, const std::string& value,
         const item_names& items) {
  if (from == path.size()) {
    to = value;
    return;
  }
  if (from > 0 && path[from] == item_of(items, path[from - 1]) && from + 1 < path.size()) {
    if (!to.is_array()) to = json::array{};
    auto& list = to.get_array();
    const auto number = std::clamp<std::size_t>(std::stoul(path[from + 1]), 1, 1000);
    if (list.size() < number) list.resize(number);
    return put(list[number - 1], path, from + 2, value, items);
  }
  if (!to.is_object()) to = json::object{};
  put(to.get_object()[path[from]], path, from + 1, value, items);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

std::string xml_of(const json::value& v, const std::string& item, const item_names& items) {
  std::string out;
  if (v.is_object()) {
    for (const auto& m : v.get_object()) {
      const std::string name(m.key());
      out += "<" + name + ">" + xml_of(m.value(), item_of(items, name), items) + "</" + name + ">";
    }
    return out;
  }
  if (v.is_array()) {
    for (const auto& one : v.get_array())
      out += "<" + item + ">" + xml_of(one, "member", items) + "</" + item + ">";
    return out;
  }
  return escaped(v.is_string() ? std::string(v.get_string()) : json::serialize(v));
}

}  // namespace

json::object from_form(const std::string& body, const item_names& items) {
  json::value out = json::object{};
  for (std::size_t at = 0; at < body.size();) {
    const auto end = std::min(body.size(), body.find('&', at));
    const auto pair = body.substr(at, end - at);
    at = end + 1;
    const auto equals = pair.find('=');
    if (equals == std::string::npos) continue;
    std::vector<std::string> path;
    const auto name = plain(pair.substr(0, equals));
    for (std::size_t from = 0; from <= name.size();) {
      const auto dot = std::min(name.size(), name.find('.', from));
      path.push_back(name.substr(from, dot - from));
      from = dot + 1;
    }
    put(out, path, 0, plain(pair.substr(equals + 1)), items);
  }
  return out.get_object();
}

std::string xml_answer(const std::string& operation, const std::string& version, const json::object& result,
                       const item_names& items) {
  return "<" + operation + "Response xmlns=\"http://amazonaws.com/doc/" + version + "/\"><" + operation +
         "Result>" + xml_of(result, "member", items) + "</" + operation +
         "Result><ResponseMetadata><RequestId>double</RequestId></ResponseMetadata></" + operation +
         "Response>";
}

std::string xml_error(const std::string& code, const std::string& message) {
  return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + escaped(message) +
         "</Message></Error><RequestId>double</RequestId></ErrorResponse>";
}

std::string json_error(const std::string& code, const std::string& message) {
  return json::serialize(json::object{{"__type", code}, {"message", message}});
}

}  // namespace tests::wire
