// What a bucket has to do on any S3 server, whoever wrote it.
#pragma once

#include "s3/s3_place.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace tests {

namespace s3 = shipflow::s3;
namespace aws = shipflow::aws;
using shipflow::errc;
using shipflow::sha256_hex;

inline shipflow::result<std::string> put(s3::bucket& b, const std::string& key, const std::string& body,
                                         const s3::attributes& with = {}, const s3::condition& only = {}) {
  return b.put(key, body, sha256_hex(body), with, only);
}

inline void keys_come_back(const s3_place& server) {
  aws::client c(server.keys.options());
  const auto b = s3::make_bucket(c, server.at());
  const std::set<std::string> keys{"a b/\xC3\xBC+.html",
                                   "(x)!*'",
                                   "100%",
                                   "a=b&c",
                                   "plus+plus",
                                   "q?x=1#f",
                                   "\xE6\x97\xA5\xE6\x9C\xAC/\xF0\x9F\x9A\xA2.txt",
                                   "<tag>&amp;\"",
                                   "back\\slash",
                                   "semi;colon,@:$",
                                   "~tilde_-.",
                                   "%2F",
                                   "%20",
                                   "[brackets]{}|^`"};
  for (const auto& k : keys) {
    CAPTURE(k);
    const auto etag = put(*b, k, "body of " + k);
    REQUIRE_MESSAGE(etag.has_value(), etag.error().message);
  }
  const auto listed = b->list("", "");
  REQUIRE(listed.has_value());
  std::set<std::string> seen;
  for (const auto& o : listed->objects) seen.insert(o.key);
  CHECK(seen == keys);
  for (const auto& k : keys) {
    CAPTURE(k);
    const auto got = b->get(k, 0, 1000);
    REQUIRE(got.has_value());
    CHECK(got->body == "body of " + k);
    const auto copied = b->copy(k, got->etag, "copies/" + k, nullptr);
    REQUIRE_MESSAGE(copied.has_value(), copied.error().message);
    CHECK(b->head("copies/" + k)->size == got->body.size());
  }
  const auto gone = b->remove({keys.begin(), keys.end()});
  REQUIRE(gone.has_value());
  CHECK(gone->empty());
  for (const auto& k : keys) CHECK(b->head(k).error().code == errc::not_found);
}

/// Names that no folder of a disk can hold, as others may have put them there; a listing and a signature leave them be.
inline void odd_keys_come_back(const s3_place& server) {
  aws::client c(server.keys.options());
  const auto b = s3::make_bucket(c, server.at());
  const std::set<std::string> keys{"a//b",  "folder/", "./x", "a/../b",   "..",
                                   "a/./b", "/first",  " ",   "new\nline"};
  for (const auto& k : keys) {
    CAPTURE(k);
    const auto etag = put(*b, k, "body of " + k);
    REQUIRE_MESSAGE(etag.has_value(), etag.error().message);
    CHECK(b->get(k, 0, 1000)->body == "body of " + k);
  }
  std::set<std::string> seen;
  const auto listed = b->list("", "");
  REQUIRE(listed.has_value());
  for (const auto& o : listed->objects) seen.insert(o.key);
  CHECK(seen == keys);
}

inline void conditions_are_kept(const s3_place& server) {
  aws::client c(server.keys.options());
  const auto b = s3::make_bucket(c, server.at());
  const s3::attributes with{"text/html; charset=utf-8", "no-cache", "br", std::string(64, 'a')};
  const auto first = put(*b, "lock", "one", with, {.absent = true});
  REQUIRE_MESSAGE(first.has_value(), first.error().message);
  CHECK(put(*b, "lock", "two", {}, {.absent = true}).error().code == errc::conflict);
  CHECK(put(*b, "lock", "two", {}, {.absent = false, .etag = "0123"}).error().code == errc::conflict);
  CHECK(b->get("lock", 0, 10)->body == "one");
  CHECK(b->head("lock")->with == with);
  // This server keeps an encoding that is not given anew; ours goes by the name and never changes.
  const s3::attributes other{"text/plain", "max-age=5", "br", std::string(64, 'b')};
  REQUIRE(b->copy("lock", *first, "lock", &other).has_value());
  CHECK(b->head("lock")->with == other);
  const auto other_source = b->copy("lock", "0123", "x", nullptr);
  CHECK(other_source.has_value() == !server.source_is_checked);
  if (!other_source) CHECK(other_source.error().code == errc::conflict);
  CHECK(b->copy("nothing", "", "x", nullptr).error().code == errc::not_found);
  CHECK(put(*b, "lock", "three", {}, {.absent = false, .etag = b->head("lock")->etag}).has_value());
  CHECK(b->get("lock", 1, 3)->body == "hre");
  CHECK(b->get("lock", 1, 3)->size == 5);
  REQUIRE(put(*b, "empty", "").has_value());
  const auto empty = b->get("empty", 0, 100);
  REQUIRE_MESSAGE(empty.has_value(), empty.error().message);
  CHECK(empty->body.empty());
  CHECK(empty->size == 0);
}

inline void parts_are_put_together(const s3_place& server) {
  aws::client c(server.keys.options());
  const auto b = s3::make_bucket(c, server.at());
  const std::string key = "large/a b+.bin";
  const auto id = b->begin_upload(key, {"video/mp4", "max-age=9", "", ""});
  REQUIRE_MESSAGE(id.has_value(), id.error().message);
  const s3::upload up{key, *id};
  const std::string one(std::size_t{5} << 20U, '1');
  const auto etag = b->put_part(up, 1, one, sha256_hex(one));
  REQUIRE_MESSAGE(etag.has_value(), etag.error().message);
  const auto open = b->uploads("large/");
  REQUIRE_MESSAGE(open.has_value(), open.error().message);
  REQUIRE(open->size() == 1);
  CHECK(open->front().key == key);
  const auto parts = b->parts_of(open->front());
  REQUIRE(parts.has_value());
  REQUIRE(parts->size() == 1);
  CHECK(parts->front().etag == *etag);
  CHECK(parts->front().size == one.size());
  const auto last = b->put_part(up, 2, "end", sha256_hex("end"));
  REQUIRE(last.has_value());
  const auto whole = b->complete(up, {{1, one.size(), *etag}, {2, 3, *last}}, {});
  REQUIRE_MESSAGE(whole.has_value(), whole.error().message);
  const auto is = b->head(key);
  CHECK(is->size == one.size() + 3);
  CHECK(is->etag == *whole);
  CHECK(is->with.type == "video/mp4");
  CHECK(is->with.cache == "max-age=9");
  const auto other = b->begin_upload(key, {});
  REQUIRE(other.has_value());
  CHECK(b->abort({key, *other}).has_value());
  CHECK(b->abort({key, *other}).has_value());
  CHECK(b->uploads("")->empty());
}

inline void refusals_are_told(const s3_place& server) {
  auto keys = server.keys;
  keys.variables["AWS_SECRET_ACCESS_KEY"] = "wrong";
  aws::client wrong(keys.options());
  const auto refused = s3::make_bucket(wrong, server.at())->list("", "");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == errc::denied);
  CHECK(refused.error().message.starts_with("bucket " + server.bucket + ": "));
  aws::client c(server.keys.options());
  auto nowhere = server.at();
  nowhere.bucket = "no-such-bucket";
  CHECK(s3::make_bucket(c, nowhere)->list("", "").error().code == errc::not_found);
  const auto tampered = s3::make_bucket(c, server.at())->put("k", "body", sha256_hex("other"), {}, {});
  CHECK_FALSE(tampered.has_value());
}

}  // namespace tests
