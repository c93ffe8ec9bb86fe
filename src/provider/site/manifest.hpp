// The list of what is in the bucket and why, an object of its own beside the site.
//
// Format 1: lines of JSON. The first one is about the whole:
//   {"shipflow_site": 1, "release": id, "version": "1.5.0", "at": time, "digest": "sha256:...", "files": n, "bytes": n,
//    "before": [{"release", "version", "at"}, newest first]}
// then one per object, by key, bytewise:
//   {"key", "size", "etag", "digest", "type", ["cache"], ["encoding"], ["left": time]}
// `digest` is the SHA-256 of the bytes; of more than 16 MiB it is that of the digests of its 16 MiB parts, written
// "digest-parts"; of an object that was there before shipflow "etag:...". `left`: it is no part of the release any
// more, since then.
#pragma once

#include "s3/bucket.hpp"

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::site {

struct entry {
  std::string key;  ///< without the prefix of the site
  std::uint64_t size = 0;
  std::string etag;
  s3::attributes with;
  std::optional<time_point> left;
};

struct past_release {
  std::string release, version;
  time_point at;
};

struct heading {
  std::string release;  ///< empty: there is none
  std::string version;
  time_point at;
  std::string digest;  ///< of keys, contents and attributes of what belongs to the release
  std::uint64_t files = 0, bytes = 0;
  std::vector<past_release> before;
};

[[nodiscard]] std::string line_of(const heading& h);
[[nodiscard]] std::string line_of(const entry& e);
[[nodiscard]] json::object object_of(const entry& e);
/// Errors: corrupt; newer_version by its number.
[[nodiscard]] result<heading> read_heading(std::string_view line);
[[nodiscard]] result<entry> read_entry(std::string_view line);
[[nodiscard]] result<entry> entry_in(const json::object& o);

/// Lines out of pieces: `more` gives the next piece, an empty one at the end.
class line_reader {
 public:
  using source = std::function<result<std::string>()>;
  explicit line_reader(source more) : more_(std::move(more)) {}
  /// Empty at the end. Errors: of the source; corrupt, when a line has no end or is over 64 KiB.
  [[nodiscard]] result<std::optional<std::string>> next();

 private:
  source more_;
  std::string piece_;
  std::size_t at_ = 0;
  bool over_ = false;
};

/// Those of a manifest one after the other, behind its heading; empty at the end. They must be in order: `corrupt`
/// otherwise.
class entries {
 public:
  explicit entries(line_reader from) : from_(std::move(from)) {}
  [[nodiscard]] result<std::optional<entry>> next();
  /// The next one as it is written.
  [[nodiscard]] result<std::optional<std::string>> next_line() { return from_.next(); }

 private:
  line_reader from_;
  std::string last_;
};

/// Folds the digest of a release, entry by entry in order.
class release_digest {
 public:
  release_digest();
  ~release_digest();
  release_digest(const release_digest&) = delete;
  release_digest& operator=(const release_digest&) = delete;
  void add(const entry& e);
  [[nodiscard]] std::string text() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace shipflow::site
