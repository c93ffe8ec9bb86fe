#include "message/pieces.hpp"

#include "message/teller.hpp"

namespace shipflow::messages {
namespace {

constexpr std::size_t longest_value = 2000;

// U+202A..U+202E and U+2066..U+2069 turn the direction of what follows.
bool turns_direction(std::string_view at) {
  if (at.size() < 3 || at[0] != '\xE2') return false;
  if (at[1] == '\x80') return at[2] >= '\xAA' && at[2] <= '\xAE';
  return at[1] == '\x81' && at[2] >= '\xA6' && at[2] <= '\xA9';
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string value_of(const text_piece& p, const json::object& values) {
  if (p.what == text_piece::kind::value) return p.text;
  const auto* found = values.if_contains(p.text);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : p.otherwise;
}

}  // namespace

std::string harmless(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (turns_direction(value.substr(i)))
      i += 2;
    else
      out += c < 0x20 || c == 0x7F ? ' ' : value[i];
  }
  if (out.size() <= longest_value) return out;
  auto end = longest_value;
  while (end > 0 && continues_character(out[end])) --end;
  return out.substr(0, end) + "...";
}

std::string body_of(const std::vector<text_piece>& text, const json::object& values) {
  json::object clean;
  for (const auto& v : values)
    if (v.value().is_string()) clean[v.key()] = harmless(v.value().get_string());
  json::array pieces;
  for (const auto& p : text) {
    if (p.what == text_piece::kind::words)
      pieces.push_back(json::array{"words", p.text});
    else
      pieces.push_back(json::array{"value", harmless(value_of(p, values))});
  }
  return json::serialize(json::object{{"text", std::move(pieces)}, {"values", std::move(clean)}});
}

message read_stored(const stored_message& stored) {
  message m;
  m.id = stored.id;
  m.moment = stored.moment;
  m.run = stored.run;
  m.channel = stored.channel;
  m.at = from_ms(stored.at_ms);
  const auto body = parse_json(stored.body);
  if (!body || !body->is_object()) return m;
  const auto& o = body->get_object();
  if (const auto* values = o.if_contains("values"); values != nullptr && values->is_object())
    m.values = values->get_object();
  const auto* pieces = o.if_contains("text");
  if (pieces == nullptr || !pieces->is_array()) return m;
  for (const auto& p : pieces->get_array()) {
    const auto* pair = p.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_string() || !pair->at(1).is_string())
      continue;
    const auto kind = pair->at(0).get_string() == "words" ? text_piece::kind::words : text_piece::kind::value;
    m.text.push_back({kind, std::string(pair->at(1).get_string())});
  }
  return m;
}

}  // namespace shipflow::messages
