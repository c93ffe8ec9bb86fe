// What is to be done so that the bucket holds a release: three sorted lists are walked side by side, what is wanted,
// what is listed, and what the manifest knows about it. Memory goes with the changes, not with the objects.
#pragma once

#include "provider/site/session.hpp"
#include "provider/site/spool.hpp"
#include "provider/site/tree.hpp"

namespace shipflow::site {

enum class deed {
  put,         ///< bytes are sent
  attributes,  ///< the bytes stay, what is said about them changes
  bring_back,  ///< former bytes and attributes are copied from where they are kept
};

struct change {
  std::string key;
  deed what = deed::put;
  place at = place::other;
  stamp is;
  s3::attributes with;
  std::string kept;                 ///< bring_back: name of the copy
  std::optional<s3::listed> there;  ///< what it replaces
  std::optional<entry> known;       ///< what the manifest knows about that
  std::string etag;                 ///< afterwards
};

struct comparison {
  std::vector<change> changes;    ///< by key
  std::vector<std::string> goes;  ///< keys to be deleted at once, pages last here and first when it is done
  spool lines;                    ///< of the coming manifest; those of changes are to be completed
  std::uint64_t files = 0, bytes = 0, same = 0, left = 0;
};

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

/// For publishing: `from` against what is there.
[[nodiscard]] result<comparison> compare_with(session& s, tree& from, entries* known, const pending& cut_off);

enum class leftovers {
  stay,  ///< pages that the release does not have go, what they named stays for a while
  go,    ///< everything that shipflow put there goes
};
/// For going back: a former manifest's entries against what is there.
[[nodiscard]] result<comparison> compare_with(session& s, entries& past, entries* known,
                                              const pending& cut_off, leftovers rest);

/// What is listed differs from what the manifest says, in words, at most `most` of them.
[[nodiscard]] result<std::vector<std::string>> differences(session& s, entries& known, std::size_t most);

/// Whether an entry says what an object's bytes are, not only what S3 calls them.
[[nodiscard]] bool knows_content(const entry& e);
[[nodiscard]] entry found(const s3::listed& o);

}  // namespace shipflow::site
