// What is to be done so that the bucket holds a release: sorted lists are walked side by side, what is wanted, what is
// listed, and what the manifest knows about it. Memory goes with neither the objects nor the changes.
#pragma once

#include "provider/site/change.hpp"
#include "provider/site/pending.hpp"
#include "provider/site/session.hpp"

namespace shipflow::site {

/// What a cache in front should forget: everything, when that would be more than 1000 paths.
class forgettable {
 public:
  explicit forgettable(std::string entry) : entry_(std::move(entry)) {}
  void add(const change& c);
  void add_gone(const std::string& key);
  /// At least the entry, so that a step which takes it need not ask.
  [[nodiscard]] json::array paths() const;

 private:
  void add_path(const std::string& path);
  std::string entry_;
  json::array paths_;
  bool all_ = false;
};

struct comparison {
  explicit comparison(const rules& serve) : forget(serve.entry) {}

  by_place<spool> changes;  ///< by key
  by_place<spool> goes;     ///< what is to be deleted at once
  spool touches;            ///< of the first, what may be there only because of this: lines of pending
  /// Of the coming manifest, by key; where something is changed it has the number of its place, and the line that
  /// belongs there comes when it is carried out.
  spool lines;
  by_place<spool> carried;
  std::uint64_t files = 0, bytes = 0, left = 0;
  std::uint64_t changed = 0, gone = 0, sent = 0, sent_bytes = 0;
  forgettable forget;
};
[[nodiscard]] std::string mark_of(place p);

[[nodiscard]] result<void> note_gone(comparison& out, const change& c);

/// One key in all lists.
struct item {
  std::string key;
  std::optional<file> local;  ///< wanted, from a directory; or
  std::optional<entry> past;  ///< wanted, as a former release had it
  std::optional<s3::listed> there;
  std::optional<entry> known;  ///< the manifest's entry, if it is about what is there
  bool ours = false;           ///< the manifest has the key, whatever stands there now
  bool adds = false;           ///< an operation that was cut off may have put it there
  bool touched = false;        ///< or changed what is said about it
};
/// The manifest's entry is about the object that is there.
[[nodiscard]] bool about_it(const item& i);

/// What was compared beforehand and cut off: nothing, when nothing was.
using cut_off = std::optional<pending>;

/// For publishing: `from` against what is there.
[[nodiscard]] result<comparison> compare_with(session& s, tree& from, entries* known, cut_off& before);

enum class leftovers {
  stay,  ///< pages that the release does not have go, what they named stays for a while
  go,    ///< everything that shipflow put there goes
};
/// For going back: a former manifest's entries against what is there. When nothing was cut off the two manifests say what
/// differs, and only that is asked for.
[[nodiscard]] result<comparison> compare_with(session& s, entries& past, entries* known, cut_off& before,
                                              leftovers rest);

/// The same for the releases of two manifests, when the last one says what is there.
/// Files and bytes of the release are not counted: its heading says them.
[[nodiscard]] result<comparison> compare_manifests(session& s, entries& past, entries& now);

/// What is listed differs from what the manifest says, in words, at most `most` of them.
[[nodiscard]] result<std::vector<std::string>> differences(session& s, entries& known, std::size_t most);

/// Whether an entry says what an object's bytes are, not only what S3 calls them.
[[nodiscard]] bool knows_content(const entry& e);
[[nodiscard]] entry found(const s3::listed& o);

}  // namespace shipflow::site
