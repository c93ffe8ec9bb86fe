// Which paths are named: tables, and properties over random sites.
#include "provider/cloudfront/paths.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace shipflow::cloudfront;

namespace {

using list = std::vector<std::string>;

std::size_t patterns(const list& paths) {
  return static_cast<std::size_t>(std::count_if(paths.begin(), paths.end(), is_pattern));
}

bool covered(const list& by, const std::string& path) {
  return std::any_of(by.begin(), by.end(), [&](const std::string& p) { return covers(p, path); });
}

std::string random_path(std::mt19937& dice, bool with_patterns) {
  std::string out;
  const auto depth = dice() % 5;
  for (std::size_t i = 0; i < depth; ++i) out += "/d" + std::to_string(dice() % (3 + i * 10));
  out += "/f" + std::to_string(dice() % 5'000) + ".js";
  if (with_patterns && dice() % 20 == 0) out += "*";
  if (dice() % 500 == 0) out += std::string(5'000, 'x');
  return out;
}

}  // namespace

TEST_CASE("provider/cloudfront: paths are written as viewers ask for them") {
  CHECK(viewer_path("a/b.html") == "/a/b.html");
  CHECK(viewer_path("/a b.html") == "/a%20b.html");
  CHECK(viewer_path("/f\xc3\xbc.html") == "/f%C3%BC.html");
  CHECK(viewer_path("/a%20b") == "/a%2520b");
  CHECK(viewer_path("/q?x#y") == "/q%3Fx%23y");
  CHECK(viewer_path("/a/(1)~!'+,;=:@&$-_.*") == "/a/(1)~!'+,;=:@&$-_.*");
  CHECK(with_variants("/a/index.html") == list{"/a/index.html", "/a/", "/a"});
  CHECK(with_variants("/index.html") == list{"/index.html", "/"});
  CHECK(with_variants("/a/other.html") == list{"/a/other.html"});
}

TEST_CASE("provider/cloudfront: few paths stay as they are, each once and none that a pattern covers") {
  CHECK(collapsed({"/b", "/a", "/b"}) == list{"/a", "/b"});
  CHECK(collapsed({"/a/*", "/a/b", "/a/c/*", "/a"}) == list{"/a", "/a/*"});
  CHECK(collapsed({"/*", "/x"}) == list{"/*"});
  CHECK(collapsed({}).empty());
}

TEST_CASE(
    "provider/cloudfront: too many paths go by the deepest directories that bring them within the limits") {
  list many;
  for (int i = 0; i < 1'200; ++i) many.push_back("/assets/js/" + std::to_string(i) + ".js");
  many.push_back("/assets/logo.svg");
  many.push_back("/index.html");
  CHECK(collapsed(many) == list{"/assets/js/*", "/assets/logo.svg", "/index.html"});
  list flat;
  for (int i = 0; i < 1'200; ++i) flat.push_back("/" + std::to_string(i) + ".html");
  CHECK(collapsed(flat) == list{"/*"});
  list wide;
  for (int i = 0; i < 40; ++i) wide.push_back("/p" + std::to_string(i) + "/*");
  CHECK(collapsed(wide) == list{"/*"});
  list two;
  for (int i = 0; i < 40; ++i) two.push_back((i % 2 == 0 ? "/a/p" : "/b/p") + std::to_string(i) + "/*");
  CHECK(collapsed(two) == list{"/a/*", "/b/*"});
}

TEST_CASE("provider/cloudfront: a path that is too long goes as a prefix, not cut within a character") {
  const auto path = viewer_path("/" + std::string(3'998, 'a') + "\xc3\xbc" + "z");
  const auto out = collapsed({path});
  REQUIRE(out.size() == 1);
  CHECK(out[0].size() <= longest_path);
  CHECK(out[0] == "/" + std::string(3'998, 'a') + "*");
  CHECK(covers(out[0], path));
}

TEST_CASE("provider/cloudfront: whatever changed is covered, within the limits, and the same each time") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    list changed(dice() % 4'000 + 1);
    for (auto& p : changed) p = random_path(dice, seed % 2 == 0);
    const path_limits limits{dice() % 1'500 + 1, dice() % 15 + 1};
    const auto out = collapsed(changed, limits);
    CHECK(out.size() <= limits.paths);
    CHECK(patterns(out) <= limits.wildcards);
    CHECK(std::is_sorted(out.begin(), out.end()));
    CHECK(std::all_of(out.begin(), out.end(), [](const auto& p) { return p.size() <= longest_path; }));
    for (std::size_t i = 0; i < changed.size(); i += 7) CHECK_MESSAGE(covered(out, changed[i]), changed[i]);
    std::shuffle(changed.begin(), changed.end(), dice);
    CHECK(collapsed(changed, limits) == out);
    CHECK(collapsed(out, limits) == out);
  }
}
