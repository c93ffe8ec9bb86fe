// Rows of kept chunks, read letter by letter, against the tree that JSON makes of them.
#include "health/chunk_rows.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <random>

using namespace shipflow;
using namespace shipflow::health;

namespace {

slot_sample value(double sum, std::int64_t count = 1) {
  return {slot_state::value, series_kind::counter, sum, count, missing_cause::source, {}, {}};
}

std::string body_of(const std::vector<chunk_row>& rows, std::optional<std::int64_t> began = {}) {
  json::array all;
  for (const auto& row : rows) {
    json::array one{row.slot};
    for (const auto& s : row.samples) one.push_back(to_json(s));
    all.push_back(std::move(one));
  }
  json::object body{{"trigger", "sha256:ab"},
                    {"rows", std::move(all)},
                    {"counters", {{"trigger", "sha256:ab"}, {"counters", {{1, 2}, {"2.5", 3}, nullptr}}}}};
  if (began) body["began"] = *began;
  return json::serialize(body);
}

/// The same by way of the tree, from the definition of the body.
std::optional<chunk_rows> by_tree(const std::string& body, std::size_t inputs) {
  chunk_rows out;
  const auto v = parse_json(body);
  const auto* o = v ? v->if_object() : nullptr;
  const auto* rows = o == nullptr ? nullptr : o->if_contains("rows");
  if (rows == nullptr || !rows->is_array()) return std::nullopt;
  for (const auto& item : rows->get_array()) {
    const auto* list = item.if_array();
    if (list == nullptr || list->size() != inputs + 1 || !list->front().is_int64()) return std::nullopt;
    chunk_row row{list->front().get_int64(), {}};
    for (std::size_t i = 1; i < list->size(); ++i) {
      const auto s = sample_from_json(list->at(i));
      if (!s) return std::nullopt;
      row.samples.push_back(*s);
    }
    out.rows.push_back(std::move(row));
  }
  if (const auto* began = o->if_contains("began"); began != nullptr && began->is_int64())
    out.began = began->get_int64();
  return out;
}

bool alike(const chunk_rows& a, const chunk_rows& b) {
  if (a.began != b.began || a.rows.size() != b.rows.size()) return false;
  for (std::size_t i = 0; i < a.rows.size(); ++i)
    if (a.rows[i].slot != b.rows[i].slot || a.rows[i].samples != b.rows[i].samples) return false;
  return true;
}

}  // namespace

TEST_CASE("health/chunk rows: every value comes back bit by bit, and memory is used again") {
  chunk_rows into;
  const std::vector<chunk_row> first{{-3, {value(0.1), {}}},
                                     {4, {value(12345.678901234567, 99), value(-0.0)}}};
  REQUIRE(read_chunk_rows(body_of(first, 4), 2, into));
  CHECK(alike(into, {first, 4}));
  const std::vector<chunk_row> second{{5, {value(7), value(8)}}};
  REQUIRE(read_chunk_rows(body_of(second), 2, into));
  CHECK(alike(into, {second, std::nullopt}));
  REQUIRE(read_chunk_rows(R"({"rows":[]})", 2, into));
  CHECK(into.rows.empty());
}

TEST_CASE("health/chunk rows: numbers with a point are the nearest doubles, however many digits they have") {
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937_64 dice(seed);
  chunk_rows into;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = dice() % 2 == 0 ? "-" : "";
    for (auto digits = 1 + dice() % 17; digits > 0; --digits) text += static_cast<char>('0' + dice() % 10);
    text += '.';
    for (auto digits = 1 + dice() % 17; digits > 0; --digits) text += static_cast<char>('0' + dice() % 10);
    auto body = body_of({{5, {value(0.5)}}});
    body.replace(body.find("\"0.5\""), 5, '"' + text + '"');
    REQUIRE(read_chunk_rows(body, 1, into));
    CHECK_MESSAGE(into.rows.at(0).samples.at(0).sum == std::strtod(text.c_str(), nullptr), text);
  }
}

TEST_CASE("health/chunk rows: histograms and instances are read too") {
  auto s = value(3, 3);
  s.buckets = {{0.1, 1}, {std::numeric_limits<double>::infinity(), 2}};
  s.instances = {{"pod-1", 1.5}, {"pod-2", 1.5}};
  chunk_rows into;
  const std::vector<chunk_row> rows{{1, {s}}, {2, {value(1)}}};
  REQUIRE(read_chunk_rows(body_of(rows), 1, into));
  CHECK(alike(into, {rows, std::nullopt}));
}

TEST_CASE("health/chunk rows: what is no chunk is refused") {
  chunk_rows into;
  for (const char* bad : {"",
                          "{}",
                          "[]",
                          "null",
                          R"({"rows":{}})",
                          R"({"rows":1})",
                          R"({"rows":[1]})",
                          R"({"rows":[[]]})",
                          R"({"rows":[[1]]})",
                          R"({"rows":[["1",[0,0,1,1,0]]]})",
                          R"({"rows":[[1,[0,0,1,1]]]})",
                          R"({"rows":[[1,[0,0,1,1,0,0]]]})",
                          R"({"rows":[[1,[4,0,1,1,0]]]})",
                          R"({"rows":[[1,[0,2,1,1,0]]]})",
                          R"({"rows":[[1,[0,0,"x",1,0]]]})",
                          R"({"rows":[[1,[0,0,"inf",1,0]]]})",
                          R"({"rows":[[1,[0,0,"1e999",1,0]]]})",
                          R"({"rows":[[1,[0,0,1,-1,0]]]})",
                          R"({"rows":[[1,[0,0,1,1,2]]]})",
                          R"({"rows":[[1,[0,0,1.5,1,0]]]})",
                          R"({"rows":[[1,[0,0,null,1,0]]]})",
                          R"({"rows":[[1,[0,0,1,1,[0]]]]})",
                          R"({"rows":[[1,[0,0,1,1,0],[0,0,1,1,0]]]})",
                          R"({"rows":[[[0,0,1,1,0],1]]})",
                          R"({"rows":[[1,2]]})",
                          R"({"rows":[[1,[0,0,1,1,0]]]}x)",
                          R"({"rows":[[1,[0,0,1,1,0]])",
                          R"({"rows":[[1,{"rows":[]}]]})"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_chunk_rows(bad, 1, into));
    CHECK_FALSE(by_tree(bad, 1));
  }
}

TEST_CASE("health/chunk rows: members around the rows may hold anything") {
  chunk_rows into;
  const auto* odd =
      R"({"counters":{"rows":[[1]],"began":[1,{"a":null}]},"rows":[[1,[0,1,"2.5",1,0]]],"more":[true,1.5,[[]]],"began":null})";
  REQUIRE(read_chunk_rows(odd, 1, into));
  CHECK(alike(into, *by_tree(odd, 1)));
  CHECK_FALSE(into.began);
}

TEST_CASE("health/chunk rows: of two members with one name the last counts, wherever it stands") {
  for (const std::string twice :
       {R"({"trigger":"a","rows":[[1,[0,0,1,1,0]]],"rows":[[2,[0,0,1,1,0]]],"began":3})",
        R"({"trigger":"a","rows":[],"began":3,"began":4})"}) {
    CAPTURE(twice);
    chunk_rows into;
    REQUIRE(read_chunk_rows(twice, 1, into));
    CHECK(alike(into, *by_tree(twice, 1)));
  }
}

TEST_CASE(
    "health/chunk rows: changed chunks are read as the tree reads them, or refused as it refuses them") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 draw(seed);
  const std::string letters = "0123456789[]{},:\"-.e \\tnrows";
  const std::vector<chunk_row> rows{{1, {value(0.25), value(2)}}, {2, {{}, value(1e15, 7)}}};
  const auto good = body_of(rows, 2);
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto text = good;
    for (unsigned n = 0; n <= draw() % 3; ++n) {
      const auto at = draw() % text.size();
      const auto c = letters[draw() % letters.size()];
      switch (draw() % 3) {
        case 0: text[at] = c; break;
        case 1: text.insert(text.begin() + static_cast<std::ptrdiff_t>(at), c); break;
        default: text.erase(text.begin() + static_cast<std::ptrdiff_t>(at)); break;
      }
    }
    CAPTURE(text);
    chunk_rows fast;
    const bool took = read_chunk_rows(text, 2, fast);
    const auto slow = by_tree(text, 2);
    REQUIRE(took == slow.has_value());
    if (took) CHECK(alike(fast, *slow));
    read += took ? 1 : 0;
  }
  CHECK(read > 100);
}
