#include "parsing.hpp"

#include <filesystem>
#include <fstream>
#include <random>

using namespace shipflow;
using namespace shipflow::test;

namespace {

std::string repeated(std::string_view part, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += part;
  return out;
}

std::string alias_bomb() {
  std::string out = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    out += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) out += (k == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    out += "]\n";
  }
  return out;
}

/// Each anchor is deeper by what it holds of the one before.
std::string alias_tower() {
  std::string out = "a0: &a0 [x]\n";
  for (int i = 1; i < 3000; ++i)
    out += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [[*a" + std::to_string(i - 1) + "]]\n";
  return out;
}

}  // namespace

TEST_CASE("document/limits: size, depth and number of nodes are bounded in both languages") {
  CHECK(finding_of("a: 12345", {.bytes = 7}) == "d.yaml: the document is larger than 7 bytes");
  CHECK(finding_of("a: 1234", {.bytes = 7}).empty());
  const auto too_deep = [](const std::string& text) {
    const auto finding = finding_of(text);
    CHECK_MESSAGE(finding.find("nested deeper than 64 levels") != std::string::npos, text, finding);
  };
  too_deep(repeated("[", 65));
  too_deep("--- " + repeated("[", 65) + repeated("]", 65));
  too_deep("--- " + repeated("{a: ", 65));
  too_deep(repeated("{\"a\": ", 65));
  too_deep(repeated("- ", 100));
  CHECK(finding_of(repeated("[", 64) + repeated("]", 64)).empty());
  CHECK(finding_of("--- " + repeated("[", 64) + repeated("]", 64)).empty());
  CHECK(finding_of("[1, 2, 3]", {.nodes = 4}).empty());
  CHECK(finding_of("[1, 2, 3]", {.nodes = 3}) == "d.yaml:1:8 /2: more than 3 nodes, aliases expanded");
  CHECK(finding_of("--- [1, 2, 3]", {.nodes = 3}).find("more than 3 nodes") != std::string::npos);
}

TEST_CASE("document/limits: a depth limit beyond what the reader can take does no harm") {
  const document_limits deep{.depth = 1'000'000};
  CHECK(parse(repeated("[", 100'000), deep).findings.has_errors());
  CHECK(parse("--- " + repeated("[", 100'000), deep).findings.has_errors());
  CHECK(parse("--- " + repeated("{a: ", 100'000), deep).findings.has_errors());
  CHECK(parse(repeated("- ", 100'000), deep).findings.has_errors());
}

TEST_CASE("document/limits: aliases cannot be used to grow without end") {
  CHECK(finding_of(alias_bomb()).find("more than 200000 nodes") != std::string::npos);
  CHECK(finding_of(alias_tower()).find("nested deeper than 64 levels") != std::string::npos);
  const auto big = "a: &a " + std::string(1U << 20U, 'x') + "\nb: [" + repeated("*a, ", 200) + "]\n";
  CHECK(finding_of(big).find("expand beyond the size limit") != std::string::npos);
  const auto long_names = "? " + std::string(2000, 'k') + "\n: 1\n";
  CHECK(finding_of(long_names).find("a key is longer than 1024 bytes") != std::string::npos);
}

TEST_CASE("document/limits: bytes that are not text are refused with their place") {
  const auto check = [](std::string_view text, std::string_view expected) {
    CHECK(finding_of(text) == expected);
  };
  check("a: \xff", "d.yaml:1:4: byte 0xff is not valid UTF-8");
  check("é: \xc0\x80", "d.yaml:1:4: byte 0xc0 is not valid UTF-8");
  check("a: \xed\xa0\x80", "d.yaml:1:4: byte 0xed is not valid UTF-8");
  check("a: \xf4\x90\x80\x80", "d.yaml:1:4: byte 0xf4 is not valid UTF-8");
  check("a: \xe2\x82", "d.yaml:1:4: byte 0xe2 is not valid UTF-8");
  check("a: 1\nb: \x07", "d.yaml:2:4: control character U+0007 is not allowed");
  check(std::string_view("[\"\0\"]", 5), "d.yaml:1:3: control character U+0000 is not allowed");
  check("a: \xc2\x80", "d.yaml:1:4: control character U+0080 is not allowed");
  check("a: 1\rb: 2", "d.yaml:1:5: a carriage return without a line feed is not allowed");
  check(std::string_view("\xff\xfe"
                         "a\0",
                         4),
        "d.yaml:1:1: byte 0xff is not valid UTF-8");
}

TEST_CASE("document/load: a file is read, and what cannot be read is a finding") {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("shipflow-document-" + std::to_string(std::random_device{}()));
  std::filesystem::create_directories(folder);
  const auto path = (folder / "plan.yaml").string();
  std::ofstream(path) << "a: [1]\n";
  diagnostics out;
  CHECK(load_document(path, out).root.to_json() == json::value{{"a", json::array{1}}});
  CHECK(load_document(path, out).root.place.file == path);
  CHECK(out.items().empty());
  static_cast<void>(load_document(path, out, {.bytes = 3}));
  static_cast<void>(load_document(path + ".missing", out));
  static_cast<void>(load_document(folder.string(), out));
  CHECK(out.items().size() == 3);
  CHECK(out.items()[0].text() == path + ": the document is larger than 3 bytes");
  CHECK(out.items()[1].text() == path + ".missing: cannot read the file: No such file or directory");
  CHECK(out.items()[2].text() == folder.string() + ": cannot read the file: Is a directory");
  std::filesystem::remove_all(folder);
}
