// CloudFront's bodies are XML both ways; the table of its operations is the client's, and botocore checks it.
#include "world/aws/cloudfront.hpp"

#include "aws/operations.hpp"
#include "aws_double/service.hpp"
#include "base/members.hpp"

#include <cctype>

namespace tests {
namespace {

using namespace shipflow;

std::string named(const call& c) {
  json::object labels;
  const auto* o = aws::match_operation(aws::cloudfront, c.method, c.path, labels);
  return o == nullptr ? std::string("UnknownOperation") : std::string(o->name);
}

answered refusal(const cloud::refusal& why) {
  const bool taken = why.code.ends_with("AlreadyExists") || why.code.ends_with("InUse");
  const int status = why.code == "PreconditionFailed" ? 412
                     : why.code.starts_with("NoSuch") ? 404
                     : taken                          ? 409
                                                      : 400;
  return {status,
          aws::xml_text(
              "ErrorResponse",
              json::object{{"Error", {{"Type", "Sender"}, {"Code", why.code}, {"Message", why.message}}},
                           {"RequestId", "double"}},
              aws::cloudfront_xmlns),
          {{"Content-Type", "text/xml"}}};
}

std::string in_small(std::string_view text) {
  std::string out(text);
  for (auto& one : out) one = static_cast<char>(std::tolower(static_cast<unsigned char>(one)));
  return out;
}

/// Ids and markers hold nothing that is encoded.
std::string in_query(const std::string& query, std::string_view name) {
  const auto wanted = std::string(name) + "=";
  for (std::size_t at = 0; at < query.size(); at = query.find('&', at) + 1) {
    if (query.compare(at, wanted.size(), wanted) == 0)
      return query.substr(at + wanted.size(), query.find('&', at) - at - wanted.size());
    if (query.find('&', at) == std::string::npos) break;
  }
  return {};
}

answered rest(const call& c) {
  json::object input;
  const auto* o = aws::match_operation(aws::cloudfront, c.method, c.path, input);
  if (o == nullptr) return refusal(cloud::refused("UnknownOperation", c.path));
  if (o->if_match) input["IfMatch"] = c.header("if-match");
  if (!o->header.empty()) input[o->header] = c.header(in_small(o->header));
  if (!o->query.empty()) input[o->query] = in_query(c.query, o->query);
  if (!o->payload.empty()) {
    const auto body = aws::xml_to_json(c.body);
    if (!body || !body->contains(o->payload)) return refusal(cloud::refused("MissingBody", "no body"));
    input[o->payload] = body->at(o->payload);
  }
  auto said = c.models.of<cloud::cloudfront>().ask(std::string(o->name), input, c.now);
  if (!said) return refusal(said.error());
  answered out{o->method == "POST" ? 201 : 200,
               aws::xml_text(o->result, said->at(o->result), aws::cloudfront_xmlns),
               {{"Content-Type", "text/xml"}}};
  if (const auto etag = members::text(*said, "ETag"); !etag.empty()) out.headers.emplace_back("ETag", etag);
  return out;
}

const registered cloudfront({.signing = "cloudfront", .speaks = speech::rest, .names = named, .rest = rest});

}  // namespace
}  // namespace tests
