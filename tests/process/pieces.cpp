#include "process/files.hpp"
#include "process/lock.hpp"
#include "process/support.hpp"
#include "process/tail_file.hpp"
#include "process/text.hpp"
#include "process/wire.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace shipflow;
using namespace shipflow::process;

TEST_CASE("process/text: bytes that are not UTF-8 are replaced, the others stay") {
  CHECK(valid_utf8("gr\xC3\xBC\xC3\x9F") == "gr\xC3\xBC\xC3\x9F");
  CHECK(valid_utf8("a\xFF"
                   "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(valid_utf8("\xC3") == "\xEF\xBF\xBD");                                  // cut
  CHECK(valid_utf8("\xC0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  CHECK(valid_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // surrogate
  CHECK(valid_utf8("\xF0\x9F\x9A\x80") == "\xF0\x9F\x9A\x80");
}

TEST_CASE("process/text: control characters and escape sequences go away") {
  CHECK(printable("\x1B[1;31mred\x1B[0m\n") == "red\n");
  CHECK(printable("10%\r20%\r\ndone\x07") == "10%\n20%\ndone");
  CHECK(printable(std::string_view("a\0b", 3)) == "ab");
  CHECK(printable("cut \x1B[3") == "cut ");
}

TEST_CASE("process/text: the last line is the last with something on it, cut between characters") {
  CHECK(last_line("one\ntwo\n\n  \n") == "two");
  CHECK(last_line("") == "");
  CHECK(last_line("\xC3\xBC\xC3\xBC", 3) == "\xC3\xBC...");
}

TEST_CASE("process/wire: a spec comes out as it went in, and no cut of it is taken for one") {
  keeper_spec spec;
  spec.argv = {"printf", "%s", std::string(70'000, 'x')};
  spec.directory = "/srv";
  spec.environment = {{"A", ""}, {"B", "b=b"}};
  spec.input = std::string("in\0put", 6);
  spec.home = "/h";
  spec.time_limit = duration{7};
  spec.grace = duration{8};
  spec.output_limit = 9;
  spec.stdout_limit = 10;
  spec.restart = {11, duration{12}};
  spec.redact = {"s1", "s2"};
  const auto bytes = wire::encode(spec);
  const auto size = wire::body_size(std::string_view(bytes).substr(0, wire::header_size));
  REQUIRE(size == bytes.size() - wire::header_size);
  const auto body = bytes.substr(wire::header_size);
  const auto back = wire::decode(body);
  REQUIRE(back.has_value());
  CHECK(wire::encode(*back) == bytes);
  for (std::size_t n = 0; n < body.size(); n += 1 + n / 9)
    CHECK_FALSE(wire::decode(body.substr(0, n)).has_value());
  CHECK_FALSE(wire::decode(body + "x").has_value());
  CHECK_FALSE(wire::body_size("SFKEEP00" + std::string(8, '\0')).has_value());
  CHECK_FALSE(wire::body_size("SFKEEP01" + std::string(8, '\xFF')).has_value());
}

TEST_CASE("process/wire: changed bytes never do more than fail") {
  const unsigned seed = 99;
  CAPTURE(seed);
  std::mt19937 random(seed);
  keeper_spec spec;
  spec.argv = {"a", "b"};
  spec.environment = {{"A", "1"}};
  const auto body = wire::encode(spec).substr(wire::header_size);
  for (int i = 0; i < 5'000; ++i) {
    auto changed = body;
    changed[random() % changed.size()] = static_cast<char>(random());
    (void)wire::decode(changed);
  }
}

TEST_CASE("process/wire: an answer is a start, an error with its code, or unknown") {
  CHECK(wire::decode_answer(wire::encode_answer({})).has_value());
  const auto refused = wire::decode_answer(wire::encode_answer(make_error(errc::denied, "no")));
  CHECK(refused.error() == make_error(errc::denied, "no"));
  for (const auto* text : {"", "7", "x\ny", "99999\nz", "-1\nz", "starte"})
    CHECK(wire::decode_answer(text).error().code == errc::unknown_outcome);
}

TEST_CASE("process/tail: a file stays under twice its limit and ends with the last bytes") {
  const test::temporary_directory directory;
  const auto path = directory.path("tail");
  tail_file tail(path, 100);
  std::string all;
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::string piece(random() % 150, static_cast<char>('a' + i % 26));
    all += piece;
    tail.append(piece);
    const auto kept = test::file(path);
    REQUIRE(kept.size() <= 200);
    REQUIRE(kept.size() >= std::min<std::size_t>(all.size(), 100));
    REQUIRE(all.ends_with(kept));
  }
  CHECK(tail.total() == all.size());
}

TEST_CASE("process/lock: asking does not take, and closing gives back") {
  const test::temporary_directory directory;
  const auto path = directory.path("lock");
  CHECK(*is_locked(path) == false);
  {
    const auto held = take_lock(path, duration{0});
    REQUIRE(held.has_value());
    CHECK(*is_locked(path));
    CHECK(*is_locked(path));
    CHECK(take_lock(path, duration{0}).error().code == errc::conflict);
  }
  CHECK(*is_locked(path) == false);
  CHECK(take_lock(path, duration{0}).has_value());
}

TEST_CASE("process/files: a JSON string of any bytes is one") {
  CHECK(quoted("a\"\\\n\x01\xFF") == "\"a\\\"\\\\\\u000a\\u0001\xEF\xBF\xBD\"");
}
