#include "base/unique_fd.hpp"
#include "provider/site/tree.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace shipflow::site {
namespace {

constexpr std::size_t longest_key = 1024;
constexpr std::size_t deepest = 100;

error trouble(errc code, const std::string& key, const std::string& why) {
  return make_error(code, "file " + key + " " + why);
}
error trouble(const std::string& key, int number) {
  return trouble(number == ENOENT ? errc::not_found : errc::io, key,
                 number == ENOENT ? "vanished while the release was read"
                                  : std::string("cannot be read: ") + std::strerror(number));
}

stamp stamp_of(const struct stat& s) {
  return {static_cast<std::uint64_t>(s.st_size), s.st_mtim.tv_sec * 1'000'000'000 + s.st_mtim.tv_nsec,
          static_cast<std::uint64_t>(s.st_ino)};
}

class disk_content final : public content {
 public:
  disk_content(unique_fd fd, std::string key) : fd_(std::move(fd)), key_(std::move(key)) {}

  result<std::string> read(std::uint64_t from, std::uint64_t size) override {
    std::string out(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const auto n = ::pread(fd_.get(), out.data() + have, size - have, static_cast<off_t>(from + have));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return trouble(key_, errno);
      if (n == 0) return trouble(errc::conflict, key_, "became shorter while it was read");
      have += static_cast<std::size_t>(n);
    }
    return out;
  }
  result<stamp> now() override {
    struct stat s {};
    if (::fstat(fd_.get(), &s) != 0) return trouble(key_, errno);
    return stamp_of(s);
  }

 private:
  unique_fd fd_;
  std::string key_;
};

/// Well-formed UTF-8 without control characters: RFC 3629.
bool plain_name(std::string_view name) {
  for (std::size_t i = 0; i < name.size();) {
    const auto lead = static_cast<unsigned char>(name[i]);
    if (lead < 0x20 || lead == 0x7F) return false;
    const std::size_t more = lead < 0x80                   ? 0
                             : lead >= 0xC2 && lead < 0xE0 ? 1
                             : (lead & 0xF0U) == 0xE0      ? 2
                             : lead >= 0xF0 && lead < 0xF5 ? 3
                                                           : 9;
    if (more == 9 || i + more >= name.size()) return false;
    std::uint32_t point = more == 0 ? lead : lead & (0x3FU >> more);
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(name[i + k]);
      if ((next & 0xC0U) != 0x80) return false;
      point = (point << 6U) | (next & 0x3FU);
    }
    const bool long_form =
        (more == 2 && point < 0x800) || (more == 3 && (point < 0x10000 || point > 0x10FFFF));
    if (long_form || (point >= 0xD800 && point < 0xE000)) return false;
    i += more + 1;
  }
  return !name.empty();
}

/// For messages: what cannot be shown is '?'.
std::string shown(std::string_view name) {
  std::string out(name.substr(0, 200));
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
  return out;
}

struct name {
  std::string text;  ///< folders end with '/', which is how their files sort
  stamp is;
};

class disk_tree final : public tree {
 public:
  explicit disk_tree(std::string root) : root_(std::move(root)) {}

  result<void> begin() { return enter(""); }

  result<std::optional<file>> next() override {
    while (!open_.empty()) {
      auto& f = open_.back();
      if (f.at == f.names.size()) {
        open_.pop_back();
        continue;
      }
      auto& n = f.names[f.at++];
      const auto key = f.prefix + n.text;
      if (!n.text.ends_with('/')) return std::optional<file>({key, n.is});
      if (auto ok = enter(key); !ok) return ok.error();
    }
    return std::optional<file>{};
  }

  result<std::unique_ptr<content>> open(const std::string& key) const override {
    unique_fd fd(::open((root_ + "/" + key).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return trouble(shown(key), errno);
    return std::unique_ptr<content>(std::make_unique<disk_content>(std::move(fd), shown(key)));
  }

 private:
  struct folder {
    std::string prefix;
    std::vector<name> names;
    std::size_t at = 0;
    dev_t device = 0;
    ino_t number = 0;
  };

  result<void> enter(const std::string& prefix) {
    if (open_.size() > deepest)
      return trouble(errc::invalid_argument, shown(prefix), "is more than 100 folders deep");
    const auto path = root_ + "/" + prefix;
    struct stat own {};
    if (::stat(path.c_str(), &own) != 0) return trouble(shown(prefix), errno);
    const bool round = std::any_of(open_.begin(), open_.end(), [&](const folder& f) {
      return f.device == own.st_dev && f.number == own.st_ino;
    });
    if (round)
      return trouble(errc::invalid_argument, shown(prefix),
                     "is a symbolic link to a folder around it; remove it");
    auto* listed = ::opendir(path.c_str());
    if (listed == nullptr) return trouble(shown(prefix), errno);
    folder f{prefix, {}, 0, own.st_dev, own.st_ino};
    result<void> ok;
    while (ok) {
      errno = 0;
      const auto* e = ::readdir(listed);
      if (e == nullptr) {
        if (errno != 0) ok = trouble(shown(prefix), errno);
        break;
      }
      const std::string_view text(e->d_name);
      if (text != "." && text != "..") ok = take(f, std::string(text));
    }
    ::closedir(listed);
    if (!ok) return ok;
    std::sort(f.names.begin(), f.names.end(), [](const name& a, const name& b) { return a.text < b.text; });
    open_.push_back(std::move(f));
    return {};
  }

  result<void> take(folder& in, const std::string& text) {
    const auto key = in.prefix + text;
    if (!plain_name(text))
      return trouble(errc::invalid_argument, shown(key),
                     "has a name that is no UTF-8 text without control characters; rename it");
    if (key.size() > longest_key)
      return trouble(errc::invalid_argument, shown(key),
                     "has a path of more than 1024 bytes, the longest key of S3");
    struct stat s {};
    const auto path = root_ + "/" + key;
    if (::lstat(path.c_str(), &s) != 0) return trouble(shown(key), errno);
    if (S_ISLNK(s.st_mode)) {
      if (auto ok = inside(key, path); !ok) return ok;
      if (::stat(path.c_str(), &s) != 0) return trouble(shown(key), errno);
    }
    if (S_ISDIR(s.st_mode)) {
      in.names.push_back({text + "/", {}});
    } else if (S_ISREG(s.st_mode)) {
      in.names.push_back({text, stamp_of(s)});
    } else {
      return trouble(errc::invalid_argument, shown(key), "is neither a file nor a folder; remove it");
    }
    return {};
  }

  result<void> inside(const std::string& key, const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
    if (real == nullptr)
      return trouble(errc::invalid_argument, shown(key), "is a symbolic link to nothing; remove it");
    const std::string_view to(real.get());
    if (to == root_ || (to.starts_with(root_) && to.substr(root_.size()).starts_with('/'))) return {};
    return trouble(errc::denied, shown(key), "is a symbolic link out of the directory; copy what it names");
  }

  std::string root_;  ///< as the system names it, so that links can be compared with it
  std::vector<folder> open_;
};

}  // namespace

result<std::unique_ptr<tree>> open_directory(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
  if (real == nullptr)
    return make_error(errc::not_found, "directory " + path + " cannot be read: " + std::strerror(errno));
  auto t = std::make_unique<disk_tree>(real.get());
  if (auto ok = t->begin(); !ok) return ok.error();
  return std::unique_ptr<tree>(std::move(t));
}

}  // namespace shipflow::site
