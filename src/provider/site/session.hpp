// One call of the engine at work: what it is about, the bucket, and those who carry.
#pragma once

#include "provider/site/binding.hpp"
#include "provider/site/crew.hpp"
#include "provider/site/manifest.hpp"

#include <shipflow/provider.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::site {

/// For those who look on from other threads.
struct progress {
  std::atomic<std::uint64_t> files{0}, all_files{0}, bytes{0}, all_bytes{0};
  std::atomic<const char*> doing{"looking at what is there"};
};

struct session {
  s3::bucket& on;
  crew& hands;
  const request& q;
  binding bound;
  progress& seen;
  std::function<time_point()> now;
  std::uint64_t largest_copy = s3::largest_copy;          ///< in one request
  std::uint64_t copied_part = std::uint64_t{512} << 20U;  ///< of copies that are larger

  [[nodiscard]] std::string full(const std::string& key) const { return bound.prefix + key; }
  [[nodiscard]] error refuse(errc code, const std::string& why) const {
    return make_error(code, (q.component.empty() ? "" : q.component + ": ") + why);
  }
};

/// Objects that are shipflow's own begin with this; files of a release may not.
inline constexpr std::string_view own_prefix = ".shipflow/";
inline constexpr const char* manifest_name = ".shipflow/manifest.json";
inline constexpr const char* pending_name = ".shipflow/pending.json";
inline constexpr const char* live_name = ".shipflow/live.json";
inline constexpr const char* lock_name = ".shipflow/lock.json";
[[nodiscard]] std::string release_name(const std::string& id);
/// The release that an effect makes.
[[nodiscard]] std::string release_of(const std::string& effect_key);
/// Where the former content of a key is kept: by what is known about it.
[[nodiscard]] std::string kept_name(const entry& of);

/// An object that is read line by line, and refused when it is replaced meanwhile.
struct text_object {
  std::string etag;
  line_reader lines;
};
enum class extent : std::uint64_t {
  beginning = std::uint64_t{16} << 10U,  ///< its first line is what is asked for
  all = std::uint64_t{4} << 20U,
};
/// Empty when there is none. `much` is how much is asked for at first.
[[nodiscard]] result<std::optional<text_object>> open_text(session& s, const std::string& name, extent much);

/// A manifest in the bucket.
struct manifest {
  heading head;
  std::string etag;
  std::unique_ptr<entries> rest;
};
/// Empty when there is none.
[[nodiscard]] result<std::optional<manifest>> open_manifest(session& s, const std::string& name,
                                                            extent much = extent::all);

/// Puts a small object of shipflow's own.
[[nodiscard]] result<std::string> put_own(session& s, const std::string& name, std::string text,
                                          const s3::condition& only = {});
/// One that need not be there.
[[nodiscard]] result<void> remove_own(session& s, const std::vector<std::string>& names);
/// Everything of shipflow's own but these names.
[[nodiscard]] result<void> remove_all_own(session& s, const std::vector<std::string>& but);

/// What is listed in the bucket, without shipflow's own; keys without the prefix of the site.
class listed_objects {
 public:
  explicit listed_objects(session& s) : s_(s) {}
  result<std::optional<s3::listed>> next();

 private:
  session& s_;
  s3::listing page_;
  std::size_t at_ = 0;
  bool begun_ = false;
};

}  // namespace shipflow::site
