#include "provider/http/template.hpp"

#include "http/url.hpp"

#include <optional>

namespace shipflow::http_provider {
namespace {

using encoding = std::string (*)(const std::string&);

std::string plain(const std::string& text) { return text; }

std::string encoded(const std::string& text) { return http::percent_encoded(text); }

class filler {
 public:
  explicit filler(const json::object& from) : from_(from) {}

  json::object object(const json::object& in, std::string_view encoded_key) {
    json::object out;
    for (const auto& member : in) {
      const bool is_url = std::string_view(member.key()) == encoded_key;
      out[member.key()] = value(member.value(), is_url ? &encoded : &plain);
    }
    return out;
  }

  std::optional<std::string> missing;

 private:
  json::value value(const json::value& in, encoding encode) {
    if (const auto* s = in.if_string()) return json::value(json::string(text(*s, encode)));
    if (const auto* o = in.if_object()) return object(*o, {});
    const auto* list = in.if_array();
    if (list == nullptr) return in;
    json::array out;
    for (const auto& item : *list) out.push_back(value(item, encode));
    return out;
  }

  std::string text(std::string_view in, encoding encode) {
    std::string out;
    while (true) {
      const auto open = in.find("${");
      const auto close = open == std::string_view::npos ? open : in.find('}', open);
      if (close == std::string_view::npos) return out.append(in);
      out.append(in.substr(0, open));
      out += encode(named(in.substr(open + 2, close - open - 2)));
      in.remove_prefix(close + 1);
    }
  }

  std::string named(std::string_view name) {
    const auto* found = from_.if_contains(json::string_view(name.data(), name.size()));
    if (found == nullptr && !missing) missing = std::string(name);
    if (found == nullptr) return {};
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
  }

  const json::object& from_;
};

}  // namespace

result<json::object> fill(const json::object& into, const json::object& from) {
  filler f(from);
  auto out = f.object(into, "url");
  if (f.missing)
    return make_error(errc::invalid_argument,
                      "`undo` needs ${" + *f.missing + "}, which the answer did not give");
  return out;
}

}  // namespace shipflow::http_provider
