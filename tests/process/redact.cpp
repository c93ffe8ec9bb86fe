#include "process/redact.hpp"

#include <doctest/doctest.h>

#include <random>

using shipflow::process::redactor;

namespace {

/// The definition, slowly: at each place the longest secret that starts there.
std::string oracle(std::string_view text, const std::vector<std::string>& secrets) {
  std::string out;
  while (!text.empty()) {
    std::size_t longest = 0;
    for (const auto& secret : secrets)
      if (text.starts_with(secret)) longest = std::max(longest, secret.size());
    out += longest > 0 ? "***" : std::string(text.substr(0, 1));
    text.remove_prefix(std::max<std::size_t>(longest, 1));
  }
  return out;
}

std::string random_text(std::mt19937& random, std::size_t most) {
  std::string text(random() % (most + 1), 'a');
  for (auto& c : text) c = static_cast<char>('a' + random() % 3);
  return text;
}

}  // namespace

TEST_CASE("process/redact: any cutting of a text gives what the whole text gives") {
  const unsigned seed = 20240611;
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 4'000; ++round) {
    std::vector<std::string> secrets;
    for (unsigned i = random() % 4; i > 0; --i) secrets.push_back(random_text(random, 6));
    const auto text = random_text(random, 60);
    redactor cut(secrets);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const auto n = 1 + random() % 5;
      out += cut.feed(std::string_view(text).substr(at, n));
      at += n;
    }
    out += cut.finish();
    CAPTURE(round);
    REQUIRE(out == oracle(text, secrets));
  }
}

TEST_CASE("process/redact: only what may be the start of a secret is held back") {
  redactor filter({"hunter2"});
  CHECK(filter.feed("password: hun") == "password: ");
  CHECK(filter.feed("ger\n") == "hunger\n");
  CHECK(filter.feed("hunter") == "");
  CHECK(filter.feed("2!") == "***!");
  CHECK(filter.finish() == "");
}

TEST_CASE("process/redact: the longer of two secrets with one beginning wins") {
  CHECK(redactor::apply("abcdef abc", {"abc", "abcdef"}) == "*** ***");
}

TEST_CASE("process/redact: a secret of several lines is found line by line") {
  const std::string key = "-----BEGIN KEY-----\nc2VjcmV0c2VjcmV0\nab\n-----END KEY-----\n";
  CHECK(redactor::apply("got c2VjcmV0c2VjcmV0 and ab", {key}) == "got *** and ab");
  CHECK(redactor::apply(key, {key}) == "***");
}

TEST_CASE("process/redact: empty secrets change nothing") {
  CHECK(redactor::apply("text", {"", ""}) == "text");
}
