// The physical limit of durable writes: how often the disk can flush.
#pragma once

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <string>
#include <unistd.h>

namespace benchmark {

/// 4 KiB appended and flushed, again and again for 120 ms: flushes per second.
inline double flush_rate(const std::string& path) {
  using clock = std::chrono::steady_clock;
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string page(4096, 'p');
  const auto start = clock::now();
  int n = 0;
  while (clock::now() - start < std::chrono::milliseconds(120)) {
    if (::write(fd, page.data(), page.size()) < 0 || ::fdatasync(fd) != 0) {
      std::cerr << "cannot flush " << path << '\n';
      std::exit(1);
    }
    ++n;
  }
  const std::chrono::duration<double> took = clock::now() - start;
  ::close(fd);
  return n / took.count();
}

}  // namespace benchmark
