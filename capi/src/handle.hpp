// What every handle begins with: a mark that tells its type from garbage, and the process it belongs to.
#pragma once

#include "failure.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <unistd.h>

namespace shipflow_c {

/// Marks are arbitrary; 0 is what a freed handle shows as long as its memory does.
enum class mark : std::uint32_t {
  freed = 0,
  buf = 0x5f0c0001,
  error = 0x5f0c0002,
  document = 0x5f0c0003,
  store = 0x5f0c0004,
  engine = 0x5f0c0005,
  plan = 0x5f0c0006,
  event = 0x5f0c0007,
  call = 0x5f0c0008,
};

struct handle {
  explicit handle(mark m) noexcept : what(m), process(::getpid()) {}
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() { what = mark::freed; }

  std::atomic<mark> what;
  ::pid_t process;
};

/// Throws `failure` for NULL, for another type and after a fork.
template <class T>
T& checked(T* given, const char* name) {
  if (given == nullptr) throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + " is NULL");
  if (given->what != T::kind)
    throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + " is no handle of this kind, or was freed");
  if (given->process != ::getpid())
    throw failure(SHIPFLOW_FORKED, std::string(name) + " belongs to process " +
                                       std::to_string(given->process) + "; open it again after a fork");
  return *given;
}

/// For functions without a status: null when the handle cannot be used.
template <class T>
T* usable(T* given) noexcept {
  return given != nullptr && given->what == T::kind && given->process == ::getpid() ? given : nullptr;
}

}  // namespace shipflow_c
