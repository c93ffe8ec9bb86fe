#include "provider/site/spool.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace shipflow::site {
namespace {

constexpr std::size_t in_memory = std::size_t{256} << 10U;

error trouble() {
  return make_error(errc::io,
                    std::string("a temporary file cannot be written or read: ") + std::strerror(errno));
}

}  // namespace

class spool_content final : public content {
 public:
  spool_content(spool& of, std::string first) : of_(of), first_(std::move(first)) {}
  result<std::string> read(std::uint64_t from, std::uint64_t size) override {
    std::string out;
    if (from < first_.size()) out = first_.substr(from, size);
    if (out.size() == size) return out;
    const auto behind = from + out.size() - first_.size();
    auto rest = of_.read(behind, size - out.size());
    if (!rest) return rest.error();
    if (out.empty()) return rest;
    return out + *rest;
  }
  result<stamp> now() override { return stamp{first_.size() + of_.size(), 0, 0}; }

 private:
  spool& of_;
  std::string first_;
};

result<std::string> spool::read(std::uint64_t from, std::uint64_t size) const {
  std::string out(size, '\0');
  std::size_t have = 0;
  while (have < size && from + have < written_) {
    const auto n = ::pread(::fileno(file_.get()), out.data() + have,
                           std::min<std::uint64_t>(size - have, written_ - from - have),
                           static_cast<off_t>(from + have));
    if (n <= 0) return trouble();
    have += static_cast<std::size_t>(n);
  }
  if (have < size) memory_.copy(out.data() + have, size - have, from + have - written_);
  return out;
}

result<void> spool::add(std::string_view line) {
  memory_ += line;
  return memory_.size() > in_memory ? flush() : result<void>{};
}

result<void> spool::flush() {
  if (!file_) file_.reset(std::tmpfile());
  if (!file_) return trouble();
  std::size_t done = 0;
  while (done < memory_.size()) {
    const auto n = ::pwrite(::fileno(file_.get()), memory_.data() + done, memory_.size() - done,
                            static_cast<off_t>(written_ + done));
    if (n <= 0) return trouble();
    done += static_cast<std::size_t>(n);
  }
  written_ += memory_.size();
  memory_.clear();
  return {};
}

std::unique_ptr<content> spool::bytes(std::string first) {
  return std::make_unique<spool_content>(*this, std::move(first));
}

line_reader spool::lines() {
  return line_reader([this, at = std::uint64_t{0}]() mutable -> result<std::string> {
    const auto n = std::min<std::uint64_t>(in_memory, size() - at);
    auto got = read(at, n);
    at += n;
    return got;
  });
}

}  // namespace shipflow::site
