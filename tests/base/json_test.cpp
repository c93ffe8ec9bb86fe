#include <shipflow/json.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace shipflow;

namespace {

json::value random_value(std::mt19937& random, int depth) {
  const auto below = [&](unsigned n) { return random() % n; };
  switch (below(depth > 0 ? 7 : 5)) {
    case 0: return nullptr;
    case 1: return below(2) == 0;
    case 2: return static_cast<std::int64_t>(random()) - 2'000'000'000;
    case 3: return static_cast<double>(random()) / 1000.0;
    case 4: return json::string("k" + std::to_string(below(100)) + "\n\"é");
    case 5: {
      json::array out;
      for (auto n = below(5); n > 0; --n) out.push_back(random_value(random, depth - 1));
      return out;
    }
    default: {
      json::object out;
      for (auto n = below(6); n > 0; --n)
        out["k" + std::to_string(below(30))] = random_value(random, depth - 1);
      return out;
    }
  }
}

/// The same value with the members of every object in another order.
json::value shuffled(const json::value& v, std::mt19937& random) {
  if (const auto* array = v.if_array()) {
    json::array out;
    for (const auto& item : *array) out.push_back(shuffled(item, random));
    return out;
  }
  const auto* object = v.if_object();
  if (object == nullptr) return v;
  std::vector<json::key_value_pair> members(object->begin(), object->end());
  std::vector<std::size_t> order(members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  json::object out;
  for (const auto i : order) out[members[i].key()] = shuffled(members[i].value(), random);
  return out;
}

}  // namespace

TEST_CASE("base/json: the canonical text is compact and sorted bytewise") {
  const auto check = [](std::string_view text, std::string_view expected) {
    CHECK(canonical(json::parse(text)) == expected);
  };
  check(R"({"b": 1, "a": [true, null, "x"], "B": {}})", R"({"B":{},"a":[true,null,"x"],"b":1})");
  check(R"({"z": [], "é": 1, "aa": {"b": [[], {}], "a": 0}})", R"({"aa":{"a":0,"b":[[],{}]},"z":[],"é":1})");
  check("[1, -1, 9223372036854775807, 18446744073709551615]",
        "[1,-1,9223372036854775807,18446744073709551615]");
  check(R"(["[", "{", {"{": "}"}])", R"(["[","{",{"{":"}"}])");
  check("[[], [1], [[1], 2]]", "[[],[1],[[1],2]]");
  check("\"\\u0001\\n\\\"\"", "\"\\u0001\\n\\\"\"");
}

TEST_CASE("base/json: doubles have their shortest text that reads back") {
  CHECK(canonical(0.1) == "1E-1");
  for (unsigned seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const double d = static_cast<double>(random() >> 11U) / static_cast<double>(1 + (random() % 1'000'000));
    const auto text = canonical(json::value(d));
    const auto read = parse_json(text);
    REQUIRE(read.has_value());
    CHECK(read->to_number<double>() == d);
    CHECK(canonical(*read) == text);
  }
}

TEST_CASE("base/json: equal values have equal bytes and digests, whatever the order of members") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto value = random_value(random, 4);
    const auto other = shuffled(value, random);
    CHECK(canonical(value) == canonical(other));
    CHECK(digest_of(value) == digest_of(other));
    const auto again = parse_json(canonical(value));
    REQUIRE(again.has_value());
    CHECK(canonical(*again) == canonical(value));
  }
}

TEST_CASE("base/json: the hash is SHA-256") {
  // Test vectors of FIPS 180-4 / NIST CAVP.
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest_of(json::object{}) == "sha256:" + sha256_hex("{}"));
}

TEST_CASE("base/json: a body read back has the digest it was stored with") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const json::value body{
        {"value", static_cast<double>(random()) / static_cast<double>(1 + random() % 1'000'000'000)},
        {"small", std::ldexp(static_cast<double>(random()), -static_cast<int>(random() % 1000))}};
    const auto read = parse_json(json::serialize(body));
    REQUIRE(read.has_value());
    CHECK(digest_of(*read) == digest_of(body));
  }
  CHECK(!parse_json("[1e400]").has_value());
  CHECK(parse_json("[1e-400, -0.0, 5e-324, 1.7976931348623157e308]").has_value());
}

TEST_CASE("base/json: bad text and too deep text are errors") {
  for (const std::string_view text : {"", "{", "[1,]", "nul", "1 2", "{\"a\":}", "\"\x01\"", "[\xff]"}) {
    CAPTURE(text);
    const auto read = parse_json(text);
    REQUIRE(!read.has_value());
    CHECK(read.error().code == errc::invalid_document);
  }
  CHECK(parse_json(" [1] \n").has_value());
  CHECK(parse_json("[[[]]]", 3).has_value());
  CHECK(!parse_json("[[[[]]]]", 3).has_value());
  CHECK(!parse_json(std::string(1'000'000, '[')).has_value());
}
