#include "document/readers.hpp"

#include <shipflow/document.hpp>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// True when the first character that is neither white space nor in a comment opens JSON.
bool is_json(std::string_view text) {
  while (true) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return false;
    if (text[first] != '#') return text[first] == '{' || text[first] == '[';
    const auto end = text.find('\n', first);
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end);
  }
}

std::string too_large(const document_limits& limits) {
  return "the document is larger than " + std::to_string(limits.bytes) + " bytes";
}

/// The bytes of a file, one more than the limit at most, or the reason why not.
result<std::string> read_file(const std::string& path, std::size_t limit) {
  const auto problem = [](int code) {
    return make_error(code == ENOENT ? errc::not_found : errc::io,
                      "cannot read the file: " + std::generic_category().message(code));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) return problem(errno);
  std::string out;
  std::string block(std::size_t{64} << 10U, '\0');
  while (out.size() <= limit) {
    const auto n = std::fread(block.data(), 1, block.size(), file.get());
    out.append(block, 0, n);
    if (n < block.size()) break;
  }
  if (std::ferror(file.get()) != 0) return problem(errno);
  return out;
}

}  // namespace

document parse_document(std::string_view text, std::string file, diagnostics& out,
                        const document_limits& limits) {
  document parsed{std::move(file), {}};
  if (text.size() > limits.bytes) {
    out.error({parsed.file, 0, 0}, {}, too_large(limits));
    return parsed;
  }
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (const auto bad = doc::find_bad_text(text)) {
    out.error({parsed.file, bad->at.line, bad->at.column}, {}, bad->message);
    return parsed;
  }
  doc::tree_builder tree(parsed.file, out, limits);
  try {
    is_json(text) ? doc::read_json(text, tree) : doc::read_yaml(text, tree);
  } catch (const doc::stop&) {
    return parsed;
  }
  parsed.root = tree.take_root();
  const bool nothing = parsed.root.is(node_kind::null) && parsed.root.text.empty();
  if (nothing) out.error({parsed.file, 0, 0}, {}, "the document is empty");
  return parsed;
}

document load_document(const std::string& path, diagnostics& out, const document_limits& limits) {
  const auto text = read_file(path, limits.bytes);
  if (text) return parse_document(*text, path, out, limits);
  out.error({path, 0, 0}, {}, text.error().message);
  return {path, {}};
}

}  // namespace v1
}  // namespace shipflow
