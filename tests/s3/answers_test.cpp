// What S3 says, and what it says when something is wrong.
#include "s3/answers.hpp"

#include "aws/place.hpp"
#include "aws/service_double.hpp"
#include "s3/remote_bucket.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using tests::header;
using tests::place;
using tests::response;
using tests::service_double;

namespace {

struct talk {
  explicit talk(std::function<std::string(int)> answer, int attempts = 3)
      : s(std::move(answer)),
        c([&] {
          auto o = place::with_keys(s.server.url("")).options();
          o.attempts = attempts;
          return o;
        }()),
        b(s3::make_bucket(c, {.bucket = "site", .owner = "123456789012"})) {}
  service_double s;
  aws::client c;
  std::unique_ptr<s3::bucket> b;
};

std::string refusal(const std::string& code) {
  return "<Error><Code>" + code + "</Code><Message>so it is</Message></Error>";
}

}  // namespace

TEST_CASE("s3: names in a listing are decoded only where it says that they are encoded") {
  const std::string body =
      "<Contents><Key>a%20b+c%2Bd</Key><Size>5</Size><ETag>&quot;e1&quot;</ETag></Contents>";
  const auto encoded = s3::read_listing("<ListBucketResult><EncodingType>url</EncodingType>" + body +
                                        "<IsTruncated>false</IsTruncated></ListBucketResult>");
  REQUIRE(encoded.has_value());
  CHECK(encoded->objects.at(0).key == "a b c+d");
  CHECK(encoded->objects.at(0).etag == "e1");
  CHECK(encoded->objects.at(0).size == 5);
  const auto plain = s3::read_listing("<ListBucketResult>" + body + "</ListBucketResult>");
  CHECK(plain->objects.at(0).key == "a%20b+c%2Bd");
  const auto cut = s3::read_listing("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>");
  CHECK(cut.error().message.find("does not say how it goes on") != std::string::npos);
  CHECK_FALSE(s3::read_listing("<html/>").has_value());
  CHECK_FALSE(s3::read_listing("not xml").has_value());
}

TEST_CASE("s3: a copy that failed half way with status 200 is tried again, and then an error") {
  talk t([](int) { return response("200 OK", refusal("InternalError")); }, 2);
  const auto copied = t.b->copy("a", "e", "b", nullptr);
  REQUIRE_FALSE(copied.has_value());
  CHECK(copied.error().message.find("InternalError") != std::string::npos);
  CHECK(t.s.requests == 2);
  talk well([](int n) {
    return response("200 OK", n == 1 ? refusal("InternalError")
                                     : "<CopyObjectResult><ETag>\"x\"</ETag></CopyObjectResult>");
  });
  CHECK(*well.b->copy("a", "e", "b", nullptr) == "x");
}

TEST_CASE("s3: parts that could not be put together, or copied, with status 200 are an error too") {
  talk t([](int) { return response("200 OK", refusal("InternalError")); }, 2);
  const auto whole = t.b->complete({"k", "id"}, {{1, 5, "e"}}, {});
  REQUIRE_FALSE(whole.has_value());
  CHECK(whole.error().message.find("InternalError") != std::string::npos);
  const auto copied = t.b->copy_part({"k", "id"}, 1, "from", "e", {0, 5});
  REQUIRE_FALSE(copied.has_value());
  CHECK(copied.error().message.find("InternalError") != std::string::npos);
  CHECK(t.s.requests == 4);
}

TEST_CASE("s3: a part is copied from the bytes, the state and the owner that are meant") {
  talk t([](int) { return response("200 OK", "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>"); });
  CHECK(*t.b->copy_part({"to", "id"}, 3, "a b", "e1", {1'024, 512}) == "p");
  const auto said = t.s.request(0);
  CHECK(said.starts_with("PUT /site/to?partNumber=3&uploadId=id"));
  CHECK(header(said, "x-amz-copy-source") == "/site/a%20b");
  CHECK(header(said, "x-amz-copy-source-range") == "bytes=1024-1535");
  CHECK(header(said, "x-amz-copy-source-if-match") == "\"e1\"");
  CHECK(header(said, "x-amz-source-expected-bucket-owner") == "123456789012");
  CHECK(header(said, "x-amz-expected-bucket-owner") == "123456789012");
}

TEST_CASE("s3: folders are read page by page, and names in them are decoded where it says so") {
  const auto page = s3::read_folders(
      "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>t</NextContinuationToken><CommonPrefixes><Prefix>a%20b/</Prefix>"
      "</CommonPrefixes><CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes></ListBucketResult>");
  REQUIRE(page.has_value());
  CHECK(page->prefixes == std::vector<std::string>{"a b/", "c/"});
  CHECK(page->next == "t");
  CHECK_FALSE(
      s3::read_folders("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>").has_value());
  CHECK_FALSE(s3::read_folders("<html/>").has_value());
}

TEST_CASE("s3: parts put together without an ETag in the answer are looked at") {
  talk t([](int n) {
    if (n == 1)
      return response("200 OK",
                      "<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>");
    return std::string("HTTP/1.1 200 OK\r\nETag: \"whole-2\"\r\nContent-Length: 7\r\n\r\n");
  });
  const auto done = t.b->complete({"k", "id"}, {{1, 5, "e"}}, {});
  REQUIRE_MESSAGE(done.has_value(), done.error().message);
  CHECK(*done == "whole-2");
}

TEST_CASE("s3: where the ETag of a condition is taken without quotes only, it is sent so, and kept") {
  talk t([](int n) {
    const auto refused = response("412 Precondition Failed", refusal("PreconditionFailed"));
    if (n == 2) return std::string("HTTP/1.1 200 OK\r\nETag: \"old\"\r\nContent-Length: 7\r\n\r\n");
    return n == 1 ? refused : response("200 OK", "", "ETag: \"new\"\r\n");
  });
  CHECK(*t.b->put("k", "x", sha256_hex("x"), {}, {.absent = false, .etag = "old"}) == "new");
  CHECK(header(t.s.request(0), "If-Match") == "\"old\"");
  CHECK(header(t.s.request(2), "If-Match") == "old");
  CHECK(t.b->put("k", "x", sha256_hex("x"), {}, {.absent = false, .etag = "new"}).has_value());
  CHECK(header(t.s.request(3), "If-Match") == "new");
  talk other([](int n) {
    const auto refused = response("412 Precondition Failed", refusal("PreconditionFailed"));
    return n == 2 ? std::string("HTTP/1.1 200 OK\r\nETag: \"theirs\"\r\nContent-Length: 7\r\n\r\n") : refused;
  });
  const auto lost = other.b->put("k", "x", sha256_hex("x"), {}, {.absent = false, .etag = "old"});
  CHECK(lost.error().code == errc::conflict);
  CHECK(other.s.requests == 2);
  talk never([](int n) {
    const auto refused = response("412 Precondition Failed", refusal("PreconditionFailed"));
    return n % 2 == 0 ? std::string("HTTP/1.1 200 OK\r\nETag: \"old\"\r\nContent-Length: 7\r\n\r\n")
                      : refused;
  });
  const auto unkept = never.b->put("k", "x", sha256_hex("x"), {}, {.absent = false, .etag = "old"});
  CHECK(unkept.error().code == errc::unsupported);
}

TEST_CASE("s3: keys that could not be deleted are named") {
  talk t([](int) {
    return response("200 OK",
                    "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></"
                    "Error></DeleteResult>");
  });
  const auto gone = t.b->remove({"a", "b & <c>"});
  REQUIRE(gone.has_value());
  CHECK(gone->at(0).first == "a");
  CHECK(gone->at(0).second == "AccessDenied: no");
  CHECK(t.s.request(0).find("<Key>b &amp; &lt;c&gt;</Key>") != std::string::npos);
  CHECK(!header(t.s.request(0), "Content-MD5").empty());
}

TEST_CASE("s3: a bucket in another region is gone to, a bucket of another owner is refused") {
  talk moved([](int n) {
    if (n == 1)
      return response("301 Moved", "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>",
                      "x-amz-bucket-region: us-west-2\r\n");
    return response("200 OK", "<ListBucketResult></ListBucketResult>");
  });
  CHECK(moved.b->list("", "").has_value());
  CHECK(moved.s.request(1).find("/us-west-2/s3/aws4_request") != std::string::npos);
  talk foreign([](int) { return response("403 Forbidden", refusal("AccessDenied")); });
  const auto refused = foreign.b->put("k", "", sha256_hex(""), {}, {});
  CHECK(refused.error().code == errc::denied);
  CHECK(header(foreign.s.request(0), "x-amz-expected-bucket-owner") == "123456789012");
  CHECK(foreign.s.requests == 1);
}

TEST_CASE("s3: being asked to slow down is waited for, and told when it does not end") {
  talk t([](int n) {
    return n == 1 ? response("503 Slow Down", refusal("SlowDown"))
                  : response("200 OK", "", "ETag: \"e\"\r\n");
  });
  CHECK(*t.b->put("k", "", sha256_hex(""), {}, {}) == "e");
  talk never([](int) { return response("503 Slow Down", refusal("SlowDown")); }, 1);
  CHECK(never.b->put("k", "", sha256_hex(""), {}, {}).error().code == errc::throttled);
}

TEST_CASE("s3: encryption by a key of KMS is asked for with every write") {
  service_double s([](int) { return response("200 OK", "", "ETag: \"e\"\r\n"); });
  aws::client c(place::with_keys(s.server.url("")).options());
  const auto b = s3::make_bucket(c, {.bucket = "site", .encryption = "aws:kms", .kms_key = "alias/site"});
  CHECK(b->put("k", "", sha256_hex(""), {"text/css", "no-cache", "gzip", "d"}, {}).has_value());
  const auto said = s.request(0);
  CHECK(header(said, "x-amz-server-side-encryption") == "aws:kms");
  CHECK(header(said, "x-amz-server-side-encryption-aws-kms-key-id") == "alias/site");
  CHECK(header(said, "Content-Type") == "text/css");
  CHECK(header(said, "Cache-Control") == "no-cache");
  CHECK(header(said, "Content-Encoding") == "gzip");
  CHECK(header(said, "x-amz-meta-shipflow-digest") == "d");
  (void)b->copy("k", "", "l", nullptr);
  (void)b->begin_upload("k", {});
  for (const int n : {1, 2}) CHECK(header(s.request(n), "x-amz-server-side-encryption") == "aws:kms");
}
