// Archives: what others read in them, and that they are always the same.
#include "aws_double/clients.hpp"
#include "http/server_process.hpp"
#include "provider/cloudformation/asset_bytes.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>

using namespace shipflow;
using namespace shipflow::cloudformation;
using tests::said_by;
using tests::temporary_directory;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& where, const std::string& bytes) {
  fs::create_directories(where.parent_path());
  std::ofstream(where, std::ios::binary) << bytes;
}

asset folder_at(const fs::path& where) {
  asset a;
  a.name = "code";
  a.path = where.string();
  a.packed = asset::packing::zip;
  return a;
}

result<std::string> bytes_of(const asset& a) {
  std::string out;
  const auto ok = pour(a, [&](std::string_view bytes) { return out += bytes, result<void>(); });
  if (!ok) return ok.error();
  return out;
}

std::string some_bytes(std::size_t size, unsigned seed, int alphabet) {
  std::mt19937 dice(seed);
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(dice() % static_cast<unsigned>(alphabet));
  return out;
}

}  // namespace

TEST_CASE("provider/cloudformation/zip: Python reads every file as it was, whatever its size and content") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  temporary_directory home;
  const auto code = home.path / "code";
  write(code / "empty", "");
  write(code / "one", "x");
  write(code / "lib" / "plain.txt", std::string(200'000, 'a'));
  write(code / "lib" / "\xc3\xbc x.txt", "named");
  write(code / "random", some_bytes(1'000'000, seed, 256));
  write(code / "likely", some_bytes(300'000, seed + 1, 3));
  write(code / "run.sh", "#!/bin/sh\n");
  fs::permissions(code / "run.sh", fs::perms::owner_all);
  fs::create_symlink("one", code / "other");
  fs::create_directory_symlink("lib", code / "lib2");
  const auto archive = bytes_of(folder_at(code));
  REQUIRE_MESSAGE(archive.has_value(), archive.error().message);
  write(home.path / "a.zip", *archive);
  write(home.path / "check.py", R"(
import os, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
names = z.namelist()
assert names == sorted(names, key=lambda n: n.encode()), names
for name in names:
    assert z.read(name) == open(os.path.join(sys.argv[2], name), "rb").read(), name
assert {"lib2/plain.txt", "other", "lib/ü x.txt"} <= set(names) and len(names) == 10, names
assert all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in z.infolist())
assert z.getinfo("run.sh").external_attr >> 16 == 0o100755 and z.getinfo("one").external_attr >> 16 == 0o100644
assert z.getinfo("lib/plain.txt").compress_size < 1000
)");
  int status = 0;
  const auto said = said_by("python3 " + (home.path / "check.py").string() + " " +
                                (home.path / "a.zip").string() + " " + code.string(),
                            status);
  CHECK_MESSAGE(status == 0, said);
}

TEST_CASE(
    "provider/cloudformation/zip: the same files are the same bytes, wherever and whenever they were "
    "written") {
  temporary_directory home;
  for (const auto* name : {"a", "b"}) {
    write(home.path / name / "z.js", "z");
    write(home.path / name / "lib" / "a.js", std::string(100'000, 'q'));
  }
  fs::last_write_time(home.path / "b" / "z.js", fs::file_time_type::clock::now() - std::chrono::hours(99));
  CHECK(*bytes_of(folder_at(home.path / "a")) == *bytes_of(folder_at(home.path / "b")));
}

TEST_CASE("provider/cloudformation/zip: what is no asset is named") {
  temporary_directory home;
  const auto why = [](const asset& a) {
    const auto got = bytes_of(a);
    return got ? std::string("read") : got.error().message;
  };
  CHECK(bytes_of(folder_at(home.path / "none")).error().code == errc::not_found);
  write(home.path / "file", "x");
  CHECK(why(folder_at(home.path / "file")).find("is no folder") != std::string::npos);
  fs::create_directories(home.path / "links");
  fs::create_symlink("/etc/passwd", home.path / "links" / "out");
  CHECK(why(folder_at(home.path / "links")).find("the link out leads nowhere, or out of the asset") !=
        std::string::npos);
  fs::remove(home.path / "links" / "out");
  fs::create_symlink("gone", home.path / "links" / "gone");
  CHECK(why(folder_at(home.path / "links")).find("the link gone leads nowhere") != std::string::npos);
  fs::create_directories(home.path / "round");
  fs::create_directory_symlink(".", home.path / "round" / "again");
  CHECK(bytes_of(folder_at(home.path / "round")).has_error());
  auto plain = folder_at(home.path / "links");
  plain.packed = asset::packing::as_it_is;
  CHECK(why(plain).find("is no file") != std::string::npos);
  plain.path = (home.path / "none").string();
  CHECK(bytes_of(plain).error().code == errc::not_found);
}

TEST_CASE("provider/cloudformation/zip: who takes no more ends it") {
  temporary_directory home;
  write(home.path / "code" / "random", some_bytes(500'000, 1, 256));
  std::size_t taken = 0;
  const auto ok = pour(folder_at(home.path / "code"), [&](std::string_view bytes) {
    taken += bytes.size();
    return taken > 100'000 ? result<void>(make_error(errc::cancelled, "enough")) : result<void>();
  });
  CHECK(ok.error().code == errc::cancelled);
  CHECK(taken < 300'000);
}
