#include "process/wire.hpp"

#include <charconv>

namespace shipflow::process::wire {
namespace {

constexpr std::string_view fine = "started";

void put_number(std::string& out, std::uint64_t n, std::size_t bytes = 8) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>((n >> (8U * i)) & 0xFFU);
}

void put(std::string& out, std::string_view text) {
  put_number(out, text.size(), 4);
  out += text;
}

void put(std::string& out, duration d) { put_number(out, static_cast<std::uint64_t>(d.count())); }

/// Takes fields off the front; once something is missing, all that follows is empty.
class reader {
 public:
  explicit reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number(std::size_t bytes = 8) {
    const auto text = take(bytes);
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
      n |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8U * i);
    return n;
  }
  std::string text() { return std::string(take(number(4))); }
  duration span() { return duration(static_cast<std::int64_t>(number())); }
  /// A count of things of at least four bytes each, so that it cannot ask for more than is there.
  std::size_t count() {
    const auto n = number();
    if (n > rest_.size() / 4) whole_ = false;
    return whole_ ? n : 0;
  }
  [[nodiscard]] bool at_end() const { return whole_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t n) {
    if (n > rest_.size()) whole_ = false;
    if (!whole_) return {};
    const auto taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }

  std::string_view rest_;
  bool whole_ = true;
};

void put(std::string& out, const std::vector<std::string>& texts) {
  put_number(out, texts.size());
  for (const auto& text : texts) put(out, text);
}

std::vector<std::string> texts(reader& in) {
  std::vector<std::string> out(in.count());
  for (auto& text : out) text = in.text();
  return out;
}

}  // namespace

std::string encode(const keeper_spec& spec) {
  std::string body;
  put(body, spec.argv);
  put(body, spec.directory);
  put_number(body, spec.environment.size());
  for (const auto& [name, value] : spec.environment) {
    put(body, name);
    put(body, value);
  }
  put(body, spec.input);
  put(body, spec.home);
  put(body, spec.time_limit);
  put(body, spec.grace);
  put_number(body, spec.output_limit);
  put_number(body, spec.stdout_limit);
  put_number(body, static_cast<std::uint64_t>(spec.restart.limit));
  put(body, spec.restart.backoff);
  put(body, spec.redact);
  std::string out(magic);
  put_number(out, body.size());
  return out + body;
}

std::optional<std::size_t> body_size(std::string_view header) {
  if (header.size() != header_size || !header.starts_with(magic)) return std::nullopt;
  reader in(header.substr(magic.size()));
  const auto size = in.number();
  if (size > largest) return std::nullopt;
  return size;
}

std::optional<keeper_spec> decode(std::string_view body) {
  reader in(body);
  keeper_spec spec;
  spec.argv = texts(in);
  spec.directory = in.text();
  spec.environment.resize(in.count());
  for (auto& [name, value] : spec.environment) {
    name = in.text();
    value = in.text();
  }
  spec.input = in.text();
  spec.home = in.text();
  spec.time_limit = in.span();
  spec.grace = in.span();
  spec.output_limit = in.number();
  spec.stdout_limit = in.number();
  spec.restart.limit = static_cast<int>(in.number());
  spec.restart.backoff = in.span();
  spec.redact = texts(in);
  if (!in.at_end()) return std::nullopt;
  return spec;
}

std::string encode_answer(const result<void>& answer) {
  if (answer) return std::string(fine);
  return std::to_string(static_cast<int>(answer.error().code)) + "\n" + answer.error().message;
}

result<void> decode_answer(std::string_view bytes) {
  if (bytes == fine) return {};
  int code = -1;
  const auto line = bytes.substr(0, bytes.find('\n'));
  const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), code);
  const bool is_code = failure == std::errc{} && end == line.data() + line.size() &&
                       line.size() < bytes.size() && code >= 0 && code <= static_cast<int>(errc::internal);
  if (!is_code)
    return make_error(errc::unknown_outcome,
                      "the keeper ended without an answer; its home tells what happened");
  return make_error(static_cast<errc>(code), std::string(bytes.substr(line.size() + 1)));
}

}  // namespace shipflow::process::wire
