#include "provider/cloudformation/asset_bytes.hpp"

#include "base/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace shipflow::cloudformation {
namespace {

namespace fs = std::filesystem;
constexpr int deepest = 60;

error not_read(const std::string& path, int number) {
  return make_error(number == ENOENT ? errc::not_found : errc::io,
                    "asset " + path + " cannot be read: " + std::strerror(number));
}

result<void> pour_file(const std::string& path, const byte_sink& into) {
  const unique_fd f(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!f) return not_read(path, errno);
  struct stat s {};
  if (::fstat(f.get(), &s) != 0) return not_read(path, errno);
  if (!S_ISREG(s.st_mode)) return make_error(errc::invalid_argument, "asset " + path + " is no file");
  std::array<char, 65'536> piece{};
  for (;;) {
    const auto n = ::read(f.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return not_read(path, errno);
    if (n == 0) return {};
    if (auto ok = into({piece.data(), static_cast<std::size_t>(n)}); !ok) return ok;
  }
}

struct found {
  std::string name;  ///< below the folder
  zip_writer::kind is;
};

/// Where it really is must be below the folder.
bool inside(const fs::path& folder, const fs::path& what) {
  const auto [end, at] = std::mismatch(folder.begin(), folder.end(), what.begin(), what.end());
  static_cast<void>(at);
  return end == folder.end();
}

result<std::vector<found>> files_in(const std::string& folder) {
  std::error_code ec;
  const auto root = fs::canonical(folder, ec);
  if (ec) return not_read(folder, ec.value());
  if (!fs::is_directory(root, ec))
    return make_error(errc::invalid_argument, "asset " + folder + " is no folder");
  std::vector<found> out;
  fs::recursive_directory_iterator at(root, fs::directory_options::follow_directory_symlink, ec);
  for (const fs::recursive_directory_iterator end; !ec && at != end; at.increment(ec)) {
    const auto& path = at->path();
    if (at.depth() > deepest)
      return make_error(errc::invalid_argument,
                        "asset " + folder + " has folders in each other, or a link to itself");
    if (fs::is_symlink(at->symlink_status())) {
      std::error_code gone;
      const auto target = fs::canonical(path, gone);
      if (gone || !inside(root, target))
        return make_error(errc::invalid_argument, "asset " + folder + ": the link " +
                                                      path.lexically_relative(root).string() +
                                                      " leads nowhere, or out of the asset");
    }
    std::error_code unknown;
    const auto is = fs::status(path, unknown);
    if (fs::is_directory(is)) continue;
    if (!fs::is_regular_file(is))
      return make_error(errc::invalid_argument, "asset " + path.string() + " is neither file nor folder");
    const bool runs = (is.permissions() & fs::perms::owner_exec) != fs::perms::none;
    out.push_back({path.lexically_relative(root).generic_string(),
                   runs ? zip_writer::kind::executable : zip_writer::kind::plain});
  }
  if (ec) return not_read(folder, ec.value());
  std::sort(out.begin(), out.end(), [](const found& a, const found& b) { return a.name < b.name; });
  return out;
}

result<void> pour_archive(const std::string& folder, const byte_sink& into) {
  const auto all = files_in(folder);
  if (!all) return all.error();
  zip_writer archive(into);
  for (const auto& f : *all) {
    const auto one = [&](const byte_sink& to) { return pour_file(folder + "/" + f.name, to); };
    if (auto ok = archive.add(f.name, f.is, one); !ok) return ok;
  }
  return archive.end();
}

}  // namespace

result<void> pour(const asset& a, const byte_sink& into) {
  if (!a.content.empty()) return into(a.content);
  return a.packed == asset::packing::zip ? pour_archive(a.path, into) : pour_file(a.path, into);
}

std::string_view content_type_of(const asset& a) {
  if (a.packed == asset::packing::zip || a.key.ends_with(".zip")) return "application/zip";
  if (a.key.ends_with(".json")) return "application/json";
  if (a.key.ends_with(".txt") || a.key.ends_with(".template")) return "text/plain";
  return "application/octet-stream";
}

}  // namespace shipflow::cloudformation
