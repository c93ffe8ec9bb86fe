// Two manifests against each other. Lines that are the same in both are not even read as JSON: what this takes goes with
// what differs, but for passing over the text.
#include "provider/site/note.hpp"

namespace shipflow::site {
namespace {

constexpr std::size_t lines_at_once = 4096;

/// A list of entries with its first line in view, which is read when somebody wants to know more.
class side {
 public:
  explicit side(entries& from) : from_(from) {}

  [[nodiscard]] result<void> fill() {
    if (line_ || over_) return {};
    auto got = from_.next_line();
    if (!got) return got.error();
    over_ = !*got;
    line_ = std::move(*got);
    return {};
  }
  [[nodiscard]] const std::optional<std::string>& line() const { return line_; }
  [[nodiscard]] std::string take_line() {
    entry_.reset();
    return *std::exchange(line_, std::nullopt);
  }
  [[nodiscard]] result<void> read() {
    if (!line_ || entry_) return {};
    auto e = read_entry(*line_);
    if (!e) return e.error();
    entry_ = std::move(*e);
    return {};
  }
  [[nodiscard]] const std::string* key() const { return entry_ ? &entry_->key : nullptr; }
  [[nodiscard]] std::optional<entry> take(const std::string& key) {
    if (!entry_ || entry_->key != key) return std::nullopt;
    line_.reset();
    return std::exchange(entry_, std::nullopt);
  }

 private:
  entries& from_;
  std::optional<std::string> line_;
  std::optional<entry> entry_;
  bool over_ = false;
};

/// Asks what is there before it decides.
struct looking {
  session& s;
  going_back then;

  [[nodiscard]] result<decision> decide(item i) const {
    const auto is = s.on.head(s.full(i.key));
    if (!is && is.error().code != errc::not_found) return is.error();
    if (is) i.there = s3::listed{i.key, is->size, is->etag};
    if (!about_it(i)) i.known.reset();
    return then.decide(i);
  }
};

/// The next step of both lists; empty at the end. What had left the former release is not wanted back.
result<std::optional<step>> next_step(side& past, side& now) {
  if (auto ok = past.fill(); !ok) return ok.error();
  if (auto ok = now.fill(); !ok) return ok.error();
  if (!past.line() && !now.line()) return std::optional<step>{};
  if (past.line() == now.line()) {
    (void)past.take_line();
    return std::optional<step>(now.take_line() + "\n");
  }
  if (auto ok = past.read(); !ok) return ok.error();
  if (auto ok = now.read(); !ok) return ok.error();
  item i;
  i.key =
      now.key() == nullptr || (past.key() != nullptr && *past.key() < *now.key()) ? *past.key() : *now.key();
  i.past = past.take(i.key);
  i.known = now.take(i.key);
  i.ours = i.known.has_value();
  if (i.past && i.past->left) i.past.reset();
  if (!i.past && i.known && i.known->left) return std::optional<step>(line_of(*i.known));
  return std::optional<step>(std::move(i));
}

}  // namespace

result<comparison> compare_manifests(session& s, entries& past, entries& now) {
  comparison out(s.bound.serve);
  side then(past);
  side here(now);
  const looking by{s, going_back{s, leftovers::stay}};
  bool more = true;
  while (more) {
    std::vector<step> steps;
    std::size_t items = 0;
    while (items < batch && steps.size() < lines_at_once) {
      auto one = next_step(then, here);
      if (!one) return one.error();
      more = one->has_value();
      if (!more) break;
      const bool asks = std::holds_alternative<item>(**one);
      if (asks && !std::get<item>(**one).past && !std::get<item>(**one).known) continue;
      items += asks ? 1U : 0U;
      steps.push_back(std::move(**one));
    }
    if (auto ok = note_all(s, out, steps, by); !ok) return ok.error();
  }
  return out;
}

}  // namespace shipflow::site
