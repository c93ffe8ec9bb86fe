#include <shipflow/changes.hpp>

#include <charconv>

namespace shipflow {
inline namespace v1 {
namespace {

// NUL-separated tokens, one after the other.
class tokens {
 public:
  explicit tokens(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::string_view peek() const { return rest_.substr(0, rest_.find('\0')); }
  std::string_view next() {
    const auto token = peek();
    // Every token ends with a NUL; output that was cut off does not.
    broken_ = broken_ || token.size() == rest_.size();
    rest_.remove_prefix(std::min(rest_.size(), token.size() + 1));
    return token;
  }

  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::string_view rest_;
  bool broken_ = false;
};

bool is_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

template <class Take>
void each(std::string_view text, std::string_view separator, Take take) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + separator.size()));
  }
}

bool read_commit(tokens& in, commit_info& to) {
  to.id = in.next();
  each(in.next(), " ", [&](std::string_view parent) { to.parents.emplace_back(parent); });
  to.author = in.next();
  const auto seconds = in.next();
  std::int64_t at = 0;
  const auto [end, bad] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), at);
  if (!is_id(to.id) || bad != std::errc{} || end != seconds.data() + seconds.size()) return false;
  // Clocks of machines that commit are at times wrong by centuries.
  constexpr std::int64_t far = 253'402'300'799;
  to.at = from_ms(std::clamp<std::int64_t>(at, 0, far) * 1000);
  each(in.next(), ", ", [&](std::string_view name) {
    if (name.starts_with("tag: ")) to.tags.emplace_back(name.substr(5));
  });
  to.message = in.next();
  // A token without text ends the fields; paths, which always have some, come behind it.
  if (!in.next().empty()) return false;
  while (!in.at_end() && !in.peek().empty()) {
    auto path = in.next();
    if (to.paths.empty() && path.starts_with('\n')) path.remove_prefix(1);
    to.paths.emplace_back(path);
  }
  return !in.broken();
}

}  // namespace

result<std::vector<commit_info>> read_log(std::string_view printed) {
  std::vector<commit_info> out;
  tokens in(printed);
  while (!in.at_end()) {
    commit_info c;
    if (!in.next().empty() || !read_commit(in, c))
      return make_error(errc::invalid_document, "commit " + std::to_string(out.size() + 1) +
                                                    " is not as `git log` with this format prints it");
    out.push_back(std::move(c));
  }
  return out;
}

}  // namespace v1
}  // namespace shipflow
