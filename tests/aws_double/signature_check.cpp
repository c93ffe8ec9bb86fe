#include "signature_check.hpp"

#include "aws/signature.hpp"

#include <shipflow/time.hpp>

#include <algorithm>
#include <chrono>

namespace tests {
namespace {

using namespace shipflow;

constexpr duration most_skew = std::chrono::minutes(5);

/// "a=1, b=2" -> value of b.
std::string part(const std::string& authorization, const std::string& name) {
  const auto at = authorization.find(name + "=");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 1;
  return authorization.substr(from, authorization.find(',', from) - from);
}

/// Key, day, region, service, "aws4_request".
std::vector<std::string> scope_of(const message& m) {
  const auto scope = part(m.header("authorization"), "Credential");
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= scope.size();) {
    const auto slash = std::min(scope.size(), scope.find('/', from));
    words.push_back(scope.substr(from, slash - from));
    from = slash + 1;
  }
  return words;
}

std::string signature_of(const message& m, const std::string& signed_names, const aws::signing& how) {
  http::request again;
  again.method = m.method;
  again.url = "http://" + m.header("host") + m.target;
  again.body = m.body;
  for (const auto& [name, value] : m.headers) {
    const bool its_own = name == "host" || name == "x-amz-date";
    if (!its_own && signed_names.find(";" + name + ";") != std::string::npos)
      again.headers.push_back({name, value});
  }
  const aws::credentials who{known_key, known_secret, "", std::nullopt};
  if (!aws::sign(again, who, how)) return {};
  const auto* made = http::find(again.headers, "Authorization");
  return made == nullptr ? std::string{} : part(*made, "Signature");
}

}  // namespace

std::string signing_name(const message& m) {
  const auto scope = scope_of(m);
  return scope.size() == 5 ? scope[3] : std::string{};
}

std::optional<time_point> date_of(const message& m) {
  const auto text = m.header("x-amz-date");
  if (text.size() != 16) return std::nullopt;
  auto t = parse_time(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + "T" +
                      text.substr(9, 2) + ":" + text.substr(11, 2) + ":" + text.substr(13, 2) + "Z");
  if (!t) return std::nullopt;
  return *t;
}

std::string check_signature(const message& m, bool by_clock) {
  const auto authorization = m.header("authorization");
  if (authorization.empty()) return "MissingAuthenticationTokenException";
  const auto scope = scope_of(m);
  if (scope.front() != known_key) return "UnrecognizedClientException";
  const auto at = date_of(m);
  if (!at) return "IncompleteSignatureException";
  const auto wall = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  if (by_clock && std::chrono::abs(wall - *at) > most_skew) return "RequestExpired";
  if (scope.size() != 5 || scope[4] != "aws4_request") return "IncompleteSignatureException";
  const auto signed_names = ";" + part(authorization, "SignedHeaders") + ";";
  if (signed_names.find(";host;") == std::string::npos) return "SignatureDoesNotMatch";
  const auto expected = signature_of(m, signed_names, {scope[2], scope[3], *at});
  const bool good = !expected.empty() && expected == part(authorization, "Signature");
  return good ? std::string{} : "SignatureDoesNotMatch";
}

}  // namespace tests
