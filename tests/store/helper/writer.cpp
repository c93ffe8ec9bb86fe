// Commits to the runs of a store as fast as it can and prints "<run> <rev> <hash>" for each
// acknowledged commit, until it is killed.
#include "conformance/store_support.hpp"

#include <atomic>
#include <iostream>
#include <unistd.h>

using namespace shipflow;

namespace {

constexpr int runs = 8;

struct lane {
  store* to = nullptr;
  run_row row;
  std::string previous;
};

void say(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

// Two facts, a lock and a signal in each commit; the next one follows from the completion.
void keep_committing(lane& l) {
  auto change = conformance::next_commit(l.row, 2, l.previous);
  const auto last = change.facts.back();
  change.acquire = {l.row.id + " at " + std::to_string(last.rev)};
  change.release_locks = {l.row.id + " at " + std::to_string(last.rev - 2)};
  l.to->commit(std::move(change), [&l, last](const commit_result& done) {
    if (done.status != commit_status::committed || done.rev != last.rev) _exit(4);
    say(l.row.id + " " + std::to_string(last.rev) + " " + last.hash + "\n");
    l.row.rev = last.rev;
    l.previous = last.hash;
    keep_committing(l);
  });
}

result<lane> open_lane(store& s, const std::string& id) {
  if (!s.get_run(id))
    if (auto made = s.create_run(conformance::a_run(id), conformance::first_facts(id), {}); !made)
      return made.error();
  auto row = s.claim_run("writer " + std::to_string(getpid()), id, 1);
  if (!row) return row.error();
  const auto facts = s.read_facts(id, row->rev - 1);
  if (!facts) return facts.error();
  return lane{&s, *row, facts->back().hash};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto opened = open_sqlite_store({argv[1], "", false});
  if (!opened) {
    std::cerr << opened.error().text() << '\n';
    return 1;
  }
  std::vector<lane> lanes;
  for (int i = 0; i < runs; ++i) {
    auto l = open_lane(**opened, "run-" + std::to_string(i));
    if (!l) return 1;
    lanes.push_back(std::move(*l));
  }
  for (auto& l : lanes) keep_committing(l);
  pause();
}
