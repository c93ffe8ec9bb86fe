// What a name says: type, encoding, caching, and when a file is put in its place.
#include "provider/site/rules.hpp"

#include "provider/site/content_type.hpp"

#include <doctest/doctest.h>

using namespace shipflow::site;

TEST_CASE("provider/site: content types go by the ending, whatever the case, and not by the machine") {
  const std::map<std::string, std::string> own{{".foo", "application/x-foo"}, {".html", "text/html"}};
  CHECK(content_type("a/b.HTML", {}) == "text/html; charset=utf-8");
  CHECK(content_type("a/b.html", own) == "text/html");
  CHECK(content_type("x.foo", own) == "application/x-foo");
  CHECK(content_type("x.mjs", {}) == "text/javascript; charset=utf-8");
  CHECK(content_type("x.wasm", {}) == "application/wasm");
  CHECK(content_type("site.webmanifest", {}) == "application/manifest+json");
  CHECK(content_type("font.woff2", {}) == "font/woff2");
  CHECK(content_type("noending", {}) == "application/octet-stream");
  CHECK(content_type(".hidden", {}) == "application/octet-stream");
  CHECK(content_type("dir.js/file", {}) == "application/octet-stream");
}

TEST_CASE("provider/site: what is packed before keeps its type and says how it is packed") {
  CHECK(content_encoding("app.js.br") == "br");
  CHECK(content_encoding("app.css.gz") == "gzip");
  CHECK(content_type("app.js.br", {}) == "text/javascript; charset=utf-8");
  CHECK(content_encoding("backup.tar.gz").empty());
  CHECK(content_type("backup.tar.gz", {}) == "application/gzip");
  CHECK(content_encoding("data.gz").empty());
  CHECK(content_encoding("app.js").empty());
}

TEST_CASE("provider/site: patterns") {
  struct row {
    const char* pattern;
    const char* key;
    bool fits;
  };
  for (const auto& r : std::initializer_list<row>{
           {"*.html", "a/b/c.html", true},
           {"*.html", "c.htm", false},
           {"assets/*", "assets/a.js", true},
           {"assets/*", "assets/b/a.js", false},
           {"assets/**", "assets/b/a.js", true},
           {"**/a.js", "a.js", true},
           {"**/a.js", "x/y/a.js", true},
           {"**/a.js", "ba.js", false},
           {"a/**/b", "a/b", true},
           {"a/**/b", "a/x/y/b", true},
           {"?.js", "a.js", true},
           {"?.js", "ab.js", false},
           {"**", "anything/at/all", true},
           {"a*b*c", "aXbYc", true},
           {"a*b*c", "aXbY", false},
           {"x/*.js", "x/.js", true},
       }) {
    CAPTURE(r.pattern);
    CAPTURE(r.key);
    CHECK(matches(r.pattern, r.key) == r.fits);
  }
}

TEST_CASE("provider/site: names that end with a hash are told from words, versions and dates") {
  for (const auto* key :
       {"main.3f2a91bc.js", "assets/index-BNk3xD2q.css", "main.3f2a91bc.js.map",
        "_next/static/chunks/main-0123abcd4567ef89.js", "logo.9f86d081884c7d65.svg", "app.3f2a91bc.js.br"}) {
    CAPTURE(key);
    CHECK(has_hash(key));
  }
  for (const auto* key : {"index.html", "jquery-3.7.1.js", "report-20260301.pdf", "feedbacked.js",
                          "about.JavaScript.html", "decade.css", "README", "a.js", "my-component.js"}) {
    CAPTURE(key);
    CHECK_FALSE(has_hash(key));
  }
}

TEST_CASE("provider/site: places and caching follow from names, and rules go first") {
  rules r;
  CHECK(place_of("index.html", r) == place::entry);
  CHECK(place_of("index.html.br", r) == place::entry);
  CHECK(place_of("about/index.html", r) == place::page);
  CHECK(place_of("sw.js", r) == place::page);
  CHECK(place_of("app.3f2a91bc.js", r) == place::asset);
  CHECK(place_of("logo.svg", r) == place::other);
  CHECK(attributes_of("index.html", r).cache == "no-cache");
  CHECK(attributes_of("logo.svg", r).cache == "no-cache");
  CHECK(attributes_of("app.3f2a91bc.js", r).cache == "public, max-age=31536000, immutable");
  r.cache = {{"*.svg", "max-age=60"}, {"**", "max-age=5"}};
  r.assets = {"static/**"};
  r.pages = {"*.webmanifest"};
  CHECK(attributes_of("logo.svg", r).cache == "max-age=60");
  CHECK(attributes_of("app.3f2a91bc.js", r).cache == "max-age=5");
  CHECK(place_of("static/a.js", r) == place::asset);
  CHECK(place_of("site.webmanifest", r) == place::page);
}
