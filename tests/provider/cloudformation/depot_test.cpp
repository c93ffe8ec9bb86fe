// Assets on their way into S3, against a server that others wrote.
#include "provider/cloudformation/depot.hpp"

#include "s3/versitygw.hpp"

#include <shipflow/json.hpp>

#include <doctest/doctest.h>

#include <climits>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace tests;
using namespace shipflow;
using cloudformation::asset;
using cloudformation::brought;

namespace {

namespace fs = std::filesystem;

struct harbour {
  versitygw server;
  temporary_directory home;
  std::unique_ptr<cloudformation::depot> depot = cloudformation::make_depot(server.keys.options());
  aws::client client{server.keys.options()};
  std::unique_ptr<s3::bucket> bucket = s3::make_bucket(client, server.at());

  asset file(const std::string& key, const std::string& bytes) {
    std::ofstream(home.path / key, std::ios::binary) << bytes;
    asset a;
    a.name = key;
    a.path = (home.path / key).string();
    a.bucket = "site";
    a.key = key;
    a.region = "eu-central-1";
    return a;
  }
  /// Asks until it is over.
  brought bring(const asset& a) const {
    for (;;) {
      auto now = depot->bring(a, {});
      if (now.is != brought::state::under_way) return now;
      std::this_thread::yield();
    }
  }
};

}  // namespace

TEST_CASE(
    "provider/cloudformation/depot: a small file, a folder and one of several parts arrive byte for byte") {
  if (versitygw_program().empty()) return;
  harbour h;
  const auto small = h.file("small.json", "{}");
  CHECK(h.bring(small).is == brought::state::there);
  CHECK(h.bucket->get("small.json", 0, 100)->body == "{}");
  CHECK(h.bucket->head("small.json")->with.type == "application/json");
  std::string bytes(40U << 20U, '\0');
  for (std::size_t i = 0; i < bytes.size(); i += 1024) bytes[i] = static_cast<char>(i >> 10U);
  CHECK(h.bring(h.file("large.bin", bytes)).is == brought::state::there);
  const auto large = h.bucket->head("large.bin");
  REQUIRE(large.has_value());
  CHECK(large->size == bytes.size());
  CHECK(large->etag.ends_with("-3"));
  CHECK(sha256_hex(h.bucket->get("large.bin", 0, bytes.size())->body) == sha256_hex(bytes));
  CHECK(h.bucket->uploads("")->empty());
  fs::create_directory(h.home.path / "code");
  std::ofstream(h.home.path / "code" / "index.js") << "x";
  auto folder = h.file("code.zip", "");
  folder.path = (h.home.path / "code").string();
  folder.packed = asset::packing::zip;
  CHECK(h.bring(folder).is == brought::state::there);
  CHECK(h.bucket->get("code.zip", 0, 4)->body == std::string("PK\x03\x04"));
}

TEST_CASE(
    "provider/cloudformation/depot: what is there already stays as it is, for this depot and for the next") {
  if (versitygw_program().empty()) return;
  harbour h;
  const auto a = h.file("a.txt", "first");
  CHECK(h.bring(a).is == brought::state::there);
  const auto changed = h.file("a.txt", "second");
  CHECK(h.bring(changed).is == brought::state::there);
  // As after a crash.
  h.depot = cloudformation::make_depot(h.server.keys.options());
  CHECK(h.bring(changed).is == brought::state::there);
  CHECK(h.bucket->get("a.txt", 0, 100)->body == "first");
}

TEST_CASE(
    "provider/cloudformation/depot: what cannot be brought is named, leaves nothing, and may be tried "
    "again") {
  if (versitygw_program().empty()) return;
  harbour h;
  auto gone = h.file("gone.txt", "x");
  fs::remove(gone.path);
  const auto first = h.bring(gone);
  CHECK(first.is == brought::state::failed);
  CHECK(first.problem.code == errc::not_found);
  CHECK(first.problem.message.find("asset gone.txt") != std::string::npos);
  std::ofstream(gone.path) << "here";
  CHECK(h.bring(gone).is == brought::state::there);
  auto nowhere = h.file("b.txt", "x");
  nowhere.bucket = "never-bootstrapped";
  const auto refused = h.bring(nowhere);
  CHECK(refused.is == brought::state::failed);
  CHECK_MESSAGE(refused.problem.message.find("cdk bootstrap") != std::string::npos, refused.problem.message);
  // An archive that cannot be finished after its first part went: the path of its second file is too long to be opened.
  fs::create_directory(h.home.path / "half");
  std::string noise(34U << 20U, '\0');
  unsigned state = 1;
  for (auto& c : noise) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  std::ofstream(h.home.path / "half" / "a", std::ios::binary) << noise;
  std::ofstream(h.home.path / "half" / std::string(100, 'b')) << "x";
  auto half = h.file("half.zip", "");
  half.path = (h.home.path / "half").string();
  while (half.path.size() < PATH_MAX - 20) half.path += "/.";
  half.packed = asset::packing::zip;
  const auto unfinished = h.bring(half);
  CHECK(unfinished.is == brought::state::failed);
  CHECK_MESSAGE(unfinished.problem.message.ends_with("File name too long"), unfinished.problem.message);
  CHECK(h.bucket->uploads("")->empty());
  CHECK(h.bucket->head("half.zip").error().code == errc::not_found);
}
