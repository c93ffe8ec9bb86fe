#include "run/body.hpp"

#include <shipflow/approval_link.hpp>
#include <shipflow/signature.hpp>

#include <array>
#include <optional>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::size_t least_key = 32;
constexpr std::size_t longest_token = 8'192;
constexpr std::size_t mac_digits = 64;
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 4648 5, without padding.
std::string to_base64url(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6)
      out += alphabet[(bits >> static_cast<unsigned>(count - 6)) & 0x3fU];
  }
  if (count > 0) out += alphabet[(bits << static_cast<unsigned>(6 - count)) & 0x3fU];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xffU);
  }
  return out;
}

error not_ours() {
  return make_error(errc::denied, "the link is none of ours, or was changed; ask for a new one");
}

result<void> check_key(std::string_view key) {
  if (key.size() >= least_key) return {};
  return make_error(errc::invalid_argument, "a key for links has at least 32 bytes");
}

}  // namespace

result<std::string> make_approval_token(std::string_view key, const approval_link& asked) {
  if (auto good = check_key(key); !good) return good.error();
  if (asked.run.empty() || asked.step.empty() || asked.principal.empty() || asked.plan_digest.empty() ||
      asked.expires == time_point{})
    return make_error(errc::invalid_argument,
                      "a link names a run, a step, a person, a plan and when it expires");
  const auto text = to_base64url(canonical(json::object{{"run", asked.run},
                                                        {"step", asked.step},
                                                        {"principal", asked.principal},
                                                        {"plan_digest", asked.plan_digest},
                                                        {"expires", to_ms(asked.expires)}}));
  auto token = text + "." + hmac_sha256_hex(key, text);
  if (token.size() > longest_token) return make_error(errc::invalid_argument, "the link would be too long");
  return token;
}

result<approval_link> read_approval_token(std::string_view key, std::string_view token, time_point now) {
  if (auto good = check_key(key); !good) return good.error();
  const auto dot = token.find('.');
  if (token.size() > longest_token || dot == std::string_view::npos || token.size() - dot - 1 != mac_digits)
    return not_ours();
  const auto text = token.substr(0, dot);
  // Nothing of it is read before it is known to be ours.
  if (!same_secret(hmac_sha256_hex(key, text), token.substr(dot + 1))) return not_ours();
  const auto bytes = from_base64url(text);
  const auto parsed = bytes ? parse_json(*bytes) : result<json::value>(not_ours());
  if (!parsed || !parsed->is_object()) return not_ours();
  const auto& o = parsed->get_object();
  const auto* expires = o.if_contains("expires");
  if (expires == nullptr || !expires->is_int64()) return not_ours();
  approval_link out{run::text(o, "run"), run::text(o, "step"), run::text(o, "principal"),
                    run::text(o, "plan_digest"), from_ms(expires->get_int64())};
  if (out.expires <= now)
    return make_error(errc::denied,
                      "the link expired at " + format_time(out.expires) + "; ask for a new one");
  return out;
}

said answer_of(const approval_link& asked, std::string_view token, const std::string& word,
               const std::string& reason) {
  json::object body{{"step", asked.step}, {"plan_digest", asked.plan_digest}, {"by_link", true}};
  if (!reason.empty()) body["reason"] = reason;
  return {"link-" + sha256_hex(token).substr(0, 32), word, asked.principal, {}, std::move(body)};
}

}  // namespace v1
}  // namespace shipflow
