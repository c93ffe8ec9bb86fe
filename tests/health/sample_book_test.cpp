#include "health/sample_book.hpp"

#include "feed.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace shipflow;
using namespace shipflow::health;

namespace {

constexpr auto alert = "errors > 5% for 3m";

// A book, the state it belongs to, and the store's table of chunks.
struct shelf {
  std::shared_ptr<const trigger> of = test::trigger_of(spec());
  trigger_state state{of};
  slot_maker maker{of};
  sample_book book{"errors", of};

  static trigger_spec spec() {
    auto s = test::minute_spec("", alert);
    s.slot = std::chrono::seconds(20);
    return s;
  }
  std::optional<trigger_verdict> push(slot_index k, char kind) {
    auto v = state.push(k, test::errors_of(kind));
    if (v) book.note(k, test::errors_of(kind), maker);
    return v;
  }
};

using table = std::map<std::pair<std::int64_t, std::string>, std::string>;
void keep(table& into, const std::vector<sample_chunk>& chunks) {
  for (const auto& c : chunks) into[{c.minute, c.series}] = c.body;
}
std::vector<sample_chunk> all(const table& kept) {
  std::vector<sample_chunk> out;
  for (const auto& [key, body] : kept) out.push_back({key.second, key.first, body});
  return out;
}

}  // namespace

TEST_CASE("health/sample_book: restored at any slot, verdicts and digests go on as if nothing had happened") {
  const std::string kinds = "FFTTFFETTTTTQTTTFFTTTTTTTTTTLNTT";
  for (std::size_t cut = 0; cut < kinds.size(); ++cut) {
    CAPTURE(cut);
    shelf whole;
    shelf first;
    shelf second;
    table kept;
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      auto& used = k < cut ? first : second;
      if (k == cut) second.book.restore(all(kept), std::nullopt, second.state, second.maker);
      if (k == 5) {
        for (auto* s : {&whole, &used}) {
          s->book.begin(5);
          s->state.begin(*s->book.began());
        }
      }
      const auto wanted = whole.push(static_cast<slot_index>(k), kinds[k]);
      const auto got = used.push(static_cast<slot_index>(k), kinds[k]);
      REQUIRE(wanted.has_value());
      REQUIRE(got.has_value());
      CHECK(to_json(*whole.of, *wanted) == to_json(*used.of, *got));
      CHECK(whole.book.digest() == used.book.digest());
      keep(kept, used.book.take());
    }
  }
}

TEST_CASE("health/sample_book: a minute is one chunk, replaced while it grows") {
  shelf s;
  table kept;
  for (slot_index k = 0; k < 7; ++k) {
    s.push(k, 'F');
    CHECK(s.book.full() == (k == 3));
    if (k >= 3) keep(kept, s.book.take());
  }
  CHECK(kept.size() == 3);
  CHECK(s.book.take().empty());
}

TEST_CASE("health/sample_book: what is not of these conditions, or not readable, counts as lost") {
  shelf source;
  source.push(0, 'T');
  const auto good = source.book.take().front();
  auto other = shelf::spec();
  other.alert = "errors > 6% for 3m";
  sample_book foreign("errors", test::trigger_of(other));
  foreign.note(1, test::errors_of('T'), source.maker);
  for (auto chunk : {sample_chunk{"errors", 1, "{"}, sample_chunk{"errors", 1, "[]"},
                     sample_chunk{"errors", 1, R"({"trigger": 7, "rows": []})"},
                     sample_chunk{"errors", 1,
                                  json::serialize(json::object{{"trigger", source.of->digest()},
                                                               {"rows", json::array{json::array{9, 1}}}})},
                     sample_chunk{"latency", 1, good.body}, foreign.take().front(), good}) {
    shelf s;
    s.book.restore({good, chunk}, std::nullopt, s.state, s.maker);
    CHECK(s.book.last() == 0);
    CHECK(s.book.digest() == source.book.digest());
  }
}

TEST_CASE("health/sample_book: a release begins where the book says, else where the caller says") {
  shelf a;
  a.push(0, 'T');
  a.push(1, 'T');
  a.book.begin(1);  // slot 1 is closed already
  CHECK(a.book.began() == 2);
  a.push(2, 'T');
  shelf b;
  const auto kept = a.book.take();
  b.book.restore(kept, 0, b.state, b.maker);
  CHECK(b.book.began() == 2);
  shelf c;
  c.book.restore({}, 7, c.state, c.maker);
  CHECK(c.book.began() == 7);
  CHECK(c.state.begun());
}
