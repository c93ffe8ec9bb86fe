// One owner of a descriptor, and when it closes.
#include "base/unique_fd.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

using shipflow::unique_fd;

namespace {

int opened() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

}  // namespace

TEST_CASE("base/unique_fd: none is no descriptor, and an owner closes its own at its end") {
  const unique_fd none;
  CHECK(!none);
  CHECK(none.get() == -1);
  const int fd = opened();
  {
    const unique_fd owner(fd);
    CHECK(owner);
    CHECK(owner.get() == fd);
    CHECK(is_open(fd));
  }
  CHECK(!is_open(fd));
}

TEST_CASE("base/unique_fd: a move takes the descriptor along and closes what the taker had") {
  const int first = opened();
  const int second = opened();
  unique_fd a(first);
  unique_fd b(second);
  b = std::move(a);
  CHECK(b.get() == first);
  CHECK(!is_open(second));
  unique_fd c(std::move(b));
  CHECK(c.get() == first);
  auto& itself = c;
  c = std::move(itself);
  CHECK(c.get() == first);
  CHECK(is_open(first));
}

TEST_CASE("base/unique_fd: reset closes, release does not") {
  unique_fd owner(opened());
  const int let_go = owner.release();
  CHECK(!owner);
  CHECK(is_open(let_go));
  owner.reset(let_go);
  owner.reset();
  CHECK(!owner);
  CHECK(!is_open(let_go));
}
