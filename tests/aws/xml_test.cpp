#include "aws/xml.hpp"

#include <doctest/doctest.h>

using namespace shipflow;

TEST_CASE("aws/xml: an element that occurs again is a list, and is read like one that does not") {
  const auto read = aws::xml_to_json(
      "<L><Contents><Key>a</Key></Contents><Name>n</Name><Contents><Key>b</Key></Contents><Contents/></L>");
  REQUIRE(read.has_value());
  CHECK(json::serialize(*read) == R"({"L":{"Contents":[{"Key":"a"},{"Key":"b"},""],"Name":"n"}})");
  const auto& l = read->at("L").as_object();
  CHECK(aws::items(l, "Contents").size() == 3);
  CHECK(aws::items(l, "Name").size() == 1);
  CHECK(aws::items(l, "None").empty());
  CHECK(aws::text_at(*read, "L/Name") == "n");
  CHECK(aws::text_at(*read, "L/Name/x").empty());
  CHECK(aws::text_at(*read, "L/Contents").empty());
}

TEST_CASE("aws/xml: what is written can be read again") {
  const json::object batch{{"Paths", {{"Quantity", 2}, {"Items", {{"Path", {"/a&b", "/<\"ü\r\n"}}}}}},
                           {"Quiet", true},
                           {"None", nullptr}};
  const auto text = aws::xml_text("InvalidationBatch", batch, "http://x/?a&b");
  CHECK(
      text ==
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><InvalidationBatch xmlns=\"http://x/?a&amp;b\"><Paths>"
      "<Quantity>2</Quantity><Items><Path>/a&amp;b</Path><Path>/&lt;&quot;ü&#xD;&#xA;</Path></Items></Paths>"
      "<Quiet>true</Quiet><None></None></InvalidationBatch>");
  const auto again = aws::xml_to_json(text);
  REQUIRE(again.has_value());
  CHECK(aws::xml_text("InvalidationBatch", again->at("InvalidationBatch"), "http://x/?a&b") == text);
}

TEST_CASE("aws/xml: entities do not grow, and neither depth nor repetition is without end") {
  const auto bomb = aws::xml_to_json(
      "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>"
      "<x><y>&b;</y><z>&c;</z></x>");
  REQUIRE(bomb.has_value());
  CHECK(json::serialize(*bomb) == R"({"x":{"y":"&b;","z":"&c;"}})");
  std::string deep;
  for (int i = 0; i < 500'000; ++i) deep += "<a>";
  for (int i = 0; i < 500'000; ++i) deep += "</a>";
  CHECK(aws::xml_to_json(deep).error().message == "the answer's XML is nested too deep");
  std::string wide = "<a>";
  for (int i = 0; i < 50'000; ++i) {
    const auto name = "n" + std::to_string(i);
    wide += "<" + name + "/><" + name + "/>";
  }
  CHECK(aws::xml_to_json(wide + "</a>").has_value());
}

TEST_CASE("aws/xml: a refusal inside a good status is found") {
  const auto inside = [](std::string body) {
    http::response r;
    r.status = 200;
    r.body = std::move(body);
    return aws::error_inside(r);
  };
  CHECK(inside("<?xml version=\"1.0\"?>\n \n<Error><Code>InternalError</Code></Error>"));
  CHECK(inside("   "));
  CHECK(inside("<CompleteMultipartUploadResult><Key>a</Key>"));
  CHECK(!inside("<CompleteMultipartUploadResult><Error>x</Error></CompleteMultipartUploadResult>"));
}
