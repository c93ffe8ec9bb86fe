#include "process/tail_file.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

namespace shipflow::process {
namespace {

constexpr int how_to_open = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;

std::size_t size_of(const unique_fd& file) {
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0) return 0;
  return static_cast<std::size_t>(found.st_size);
}

}  // namespace

tail_file::tail_file(std::string path, std::size_t limit)
    : path_(std::move(path)), limit_(limit), file_(::open(path_.c_str(), how_to_open, 0600)) {
  size_ = size_of(file_);
}

void tail_file::append(std::string_view bytes) {
  total_ += bytes.size();
  if (limit_ == 0 || bytes.empty()) return;
  if (size_ + bytes.size() > 2 * limit_) return compact(bytes);
  if (write_all(file_.get(), bytes, path_)) size_ += bytes.size();
}

void tail_file::compact(std::string_view bytes) {
  if (bytes.size() > limit_) bytes.remove_prefix(bytes.size() - limit_);
  auto old = read_tail(path_, limit_ - bytes.size());
  std::string kept = old ? *std::move(old) : std::string();
  kept += bytes;
  if (!replace_file(path_, kept, durability::cached)) return;
  file_.reset(::open(path_.c_str(), how_to_open, 0600));
  size_ = size_of(file_);
}

}  // namespace shipflow::process
