#include "aws/signature.hpp"

#include "base/digest.hpp"
#include "http/url.hpp"

#include <shipflow/json.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace shipflow::aws {
namespace {

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &length);
  return {reinterpret_cast<const char*>(out.data()), length};
}

/// 20150830T123600Z
std::string stamp(time_point t) {
  std::string out;
  for (const char c : format_time(t).substr(0, 19))
    if (c != '-' && c != ':') out += c;
  return out + "Z";
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string collapsed(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

// What is sent is encoded already; it is encoded once more, as every service but S3 does.
std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (auto rest = path; !rest.empty();) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto piece = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (piece == ".." && !kept.empty()) kept.pop_back();
    if (!piece.empty() && piece != "." && piece != "..") kept.push_back(piece);
  }
  std::string out;
  for (const auto piece : kept) {
    out += '/';
    for (const char c : piece) {
      if (unreserved(c)) {
        out += c;
      } else {
        auto code = hex_of(std::string_view(&c, 1));
        for (auto& d : code)
          if (d >= 'a') d = static_cast<char>(d - 'a' + 'A');
        out += "%" + code;
      }
    }
  }
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> all;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto piece = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(piece.find('='), piece.size());
    all.emplace_back(piece.substr(0, equals), equals == piece.size() ? "" : piece.substr(equals + 1));
  }
  std::sort(all.begin(), all.end());
  std::string out;
  for (const auto& [name, value] : all) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

bool changed_on_the_way(const std::string& name) {
  static constexpr std::array<std::string_view, 6> hops{"expect",     "user-agent",    "x-amzn-trace-id",
                                                        "connection", "authorization", "transfer-encoding"};
  return std::find(hops.begin(), hops.end(), name) != hops.end();
}

std::string scope_of(const signing& how) {
  return stamp(how.at).substr(0, 8) + "/" + how.region + "/" + how.service + "/aws4_request";
}

std::string hash_of(const http::request& q, const signing& how) {
  return how.payload_hash.empty() ? sha256_hex(q.body) : how.payload_hash;
}

std::string path_to_sign(std::string_view path, const signing& how) {
  return how.rules == signing_rules::s3 ? std::string(path) : canonical_path(path);
}

}  // namespace

result<signature_parts> parts_of(const http::request& q, const signing& how) {
  const auto to = http::parse_target(q.url);
  if (!to) return to.error();
  std::map<std::string, std::string> headers{{"host", to->host_header}};
  for (const auto& h : q.headers) {
    const auto name = lower(h.name);
    if (changed_on_the_way(name) || name == "host") continue;
    auto [at, fresh] = headers.try_emplace(name, collapsed(h.value));
    if (!fresh) at->second += "," + collapsed(h.value);
  }
  const auto mark = std::min(to->path.find('?'), to->path.size());
  signature_parts out;
  out.canonical_request =
      q.method + "\n" + path_to_sign(std::string_view(to->path).substr(0, mark), how) + "\n" +
      canonical_query(std::string_view(to->path).substr(std::min(mark + 1, to->path.size()))) + "\n";
  for (const auto& [name, value] : headers) {
    out.canonical_request += name + ":" + value + "\n";
    out.signed_headers += (out.signed_headers.empty() ? "" : ";") + name;
  }
  out.canonical_request += "\n" + out.signed_headers + "\n" + hash_of(q, how);
  out.string_to_sign =
      "AWS4-HMAC-SHA256\n" + stamp(how.at) + "\n" + scope_of(how) + "\n" + sha256_hex(out.canonical_request);
  return out;
}

std::string signing_key(const std::string& secret, const signing& how) {
  auto key = hmac("AWS4" + secret, stamp(how.at).substr(0, 8));
  for (const auto& part : {how.region, how.service, std::string("aws4_request")}) key = hmac(key, part);
  return key;
}

std::string signing_keys::of(const credentials& who, const signing& how) {
  // A day has passed, or somebody uses very many roles: begin anew.
  constexpr std::size_t most = 64;
  if (known_.size() >= most) known_.clear();
  auto [at, fresh] = known_.try_emplace(who.id + "\n" + who.secret + "\n" + scope_of(how));
  if (fresh) at->second = signing_key(who.secret, how);
  return at->second;
}

result<void> sign(http::request& q, const credentials& who, const signing& how) {
  signing with = how;
  with.payload_hash = hash_of(q, how);
  q.headers.push_back({"X-Amz-Date", stamp(how.at)});
  if (!who.token.empty()) q.headers.push_back({"X-Amz-Security-Token", who.token});
  if (how.rules == signing_rules::s3) q.headers.push_back({"X-Amz-Content-Sha256", with.payload_hash});
  const auto parts = parts_of(q, with);
  if (!parts) return parts.error();
  const auto key = how.key.empty() ? signing_key(who.secret, how) : how.key;
  q.headers.push_back({"Authorization", "AWS4-HMAC-SHA256 Credential=" + who.id + "/" + scope_of(how) +
                                            ", SignedHeaders=" + parts->signed_headers +
                                            ", Signature=" + hex_of(hmac(key, parts->string_to_sign))});
  return {};
}

result<std::string> presigned(const http::request& q, const credentials& who, const signing& how,
                              std::chrono::seconds valid) {
  constexpr std::chrono::seconds longest = std::chrono::hours(24 * 7);
  if (valid < std::chrono::seconds(1) || valid > longest)
    return make_error(errc::invalid_argument, "a signed URL is valid for 1 second to 7 days");
  signing with = how;
  if (how.rules == signing_rules::s3) with.payload_hash = unsigned_payload;
  const auto unsigned_parts = parts_of(q, with);
  if (!unsigned_parts) return unsigned_parts.error();
  query_list more{{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
                  {"X-Amz-Credential", who.id + "/" + scope_of(how)},
                  {"X-Amz-Date", stamp(how.at)},
                  {"X-Amz-Expires", std::to_string(valid.count())},
                  {"X-Amz-SignedHeaders", unsigned_parts->signed_headers}};
  if (!who.token.empty()) more.emplace_back("X-Amz-Security-Token", who.token);
  auto whole = q;
  auto text = query_text(more);
  if (q.url.find('?') != std::string::npos) text.front() = '&';
  whole.url += text;
  const auto parts = parts_of(whole, with);
  if (!parts) return parts.error();
  const auto key = how.key.empty() ? signing_key(who.secret, how) : how.key;
  return whole.url + "&X-Amz-Signature=" + hex_of(hmac(key, parts->string_to_sign));
}

}  // namespace shipflow::aws
