#include "s3/answers.hpp"

#include "aws/xml.hpp"

#include <charconv>

namespace shipflow::s3 {
namespace {

using aws::items;
using aws::text_at;

std::string unquoted(std::string etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return etag;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Of a listing with <EncodingType>url</EncodingType>; there a plus is a blank.
std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool code =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    if (code) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::uint64_t number(const std::string& text) {
  std::uint64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

result<json::object> root_of(std::string_view xml, const char* name) {
  auto whole = aws::xml_to_json(xml);
  if (!whole) return whole.error();
  const auto* root = whole->if_contains(name);
  // An element without anything in it is read as a text.
  if (root != nullptr && root->is_string()) return json::object{};
  if (root == nullptr || !root->is_object())
    return make_error(errc::failed, std::string("the answer is no ") + name);
  return root->get_object();
}

const json::object& object_in(const json::value* v) {
  static const json::object nothing;
  return v->is_object() ? v->get_object() : nothing;
}

bool more(const json::object& root) { return text_at(root, "IsTruncated") == "true"; }

result<std::string> next_of(const json::object& root) {
  if (!more(root)) return std::string{};
  auto next = text_at(root, "NextContinuationToken");
  if (next.empty()) return make_error(errc::failed, "a listing ends early and does not say how it goes on");
  return next;
}

constexpr std::string_view name_space = "http://s3.amazonaws.com/doc/2006-03-01/";

std::string header(const http::response& got, std::string_view name) {
  const auto* v = http::find(got.headers, name);
  return v == nullptr ? std::string{} : *v;
}

}  // namespace

result<folder_page> read_folders(std::string_view xml) {
  const auto root = root_of(xml, "ListBucketResult");
  if (!root) return root.error();
  const bool encoded = text_at(*root, "EncodingType") == "url";
  folder_page out;
  for (const auto* v : items(*root, "CommonPrefixes")) {
    const auto prefix = text_at(object_in(v), "Prefix");
    out.prefixes.push_back(encoded ? decoded(prefix) : prefix);
  }
  auto next = next_of(*root);
  if (!next) return next.error();
  out.next = std::move(*next);
  return out;
}

result<listing> read_listing(std::string_view xml) {
  const auto root = root_of(xml, "ListBucketResult");
  if (!root) return root.error();
  const bool encoded = text_at(*root, "EncodingType") == "url";
  listing out;
  for (const auto* v : items(*root, "Contents")) {
    const auto& o = object_in(v);
    auto key = text_at(o, "Key");
    if (encoded) key = decoded(key);
    out.objects.push_back({std::move(key), number(text_at(o, "Size")), unquoted(text_at(o, "ETag"))});
  }
  auto next = next_of(*root);
  if (!next) return next.error();
  out.next = std::move(*next);
  return out;
}

result<std::vector<refused_key>> read_removal(std::string_view xml) {
  const auto root = root_of(xml, "DeleteResult");
  if (!root) return root.error();
  std::vector<refused_key> out;
  for (const auto* v : items(*root, "Error")) {
    const auto& o = object_in(v);
    out.emplace_back(text_at(o, "Key"), text_at(o, "Code") + ": " + text_at(o, "Message"));
  }
  return out;
}

result<std::string> read_upload_id(std::string_view xml) {
  const auto root = root_of(xml, "InitiateMultipartUploadResult");
  if (!root) return root.error();
  auto id = text_at(*root, "UploadId");
  if (id.empty()) return make_error(errc::failed, "the answer has no UploadId");
  return id;
}

result<std::string> read_new_etag(std::string_view xml) {
  const auto whole = aws::xml_to_json(xml);
  if (!whole) return whole.error();
  for (const auto* name : {"CopyObjectResult", "CopyPartResult", "CompleteMultipartUploadResult"})
    if (whole->contains(name)) return unquoted(text_at(*whole, std::string(name) + "/ETag"));
  return make_error(errc::failed, "the answer has no result");
}

result<upload_page> read_uploads(std::string_view xml) {
  const auto root = root_of(xml, "ListMultipartUploadsResult");
  if (!root) return root.error();
  upload_page out;
  const bool encoded = text_at(*root, "EncodingType") == "url";
  for (const auto* v : items(*root, "Upload")) {
    const auto& o = object_in(v);
    const auto key = text_at(o, "Key");
    out.uploads.push_back({encoded ? decoded(key) : key, text_at(o, "UploadId")});
  }
  if (!more(*root)) return out;
  out.next_key = text_at(*root, "NextKeyMarker");
  if (encoded) out.next_key = decoded(out.next_key);
  out.next_id = text_at(*root, "NextUploadIdMarker");
  return out;
}

result<part_page> read_parts(std::string_view xml) {
  const auto root = root_of(xml, "ListPartsResult");
  if (!root) return root.error();
  part_page out;
  for (const auto* v : items(*root, "Part")) {
    const auto& o = object_in(v);
    out.parts.push_back({static_cast<int>(number(text_at(o, "PartNumber"))), number(text_at(o, "Size")),
                         unquoted(text_at(o, "ETag"))});
  }
  if (more(*root)) out.next = text_at(*root, "NextPartNumberMarker");
  return out;
}

std::string etag_of(const http::response& got) { return unquoted(header(got, "ETag")); }

object read_object(const http::response& got) {
  object out;
  out.etag = etag_of(got);
  out.with = {header(got, "Content-Type"), header(got, "Cache-Control"), header(got, "Content-Encoding"),
              header(got, "x-amz-meta-shipflow-digest")};
  // "bytes 0-99/1234"
  const auto range = header(got, "Content-Range");
  const auto slash = range.rfind('/');
  out.size =
      slash == std::string::npos ? number(header(got, "Content-Length")) : number(range.substr(slash + 1));
  if (slash == std::string::npos && !got.body.empty()) out.size = got.body.size();
  return out;
}

std::string removal_text(const std::vector<std::string>& keys) {
  json::array objects;
  for (const auto& k : keys) objects.push_back(json::object{{"Key", k}});
  return aws::xml_text("Delete", json::object{{"Object", std::move(objects)}, {"Quiet", "true"}}, name_space);
}

std::string completion_text(const std::vector<part>& parts) {
  json::array all;
  for (const auto& p : parts)
    all.push_back(json::object{{"PartNumber", p.number}, {"ETag", "\"" + p.etag + "\""}});
  return aws::xml_text("CompleteMultipartUpload", json::object{{"Part", std::move(all)}}, name_space);
}

}  // namespace shipflow::s3
