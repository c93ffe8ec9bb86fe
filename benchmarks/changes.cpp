// The scan of 100,000 conventional commits beside `git log` alone, which prints the same to a pipe that only counts.
// usage: bench_changes [COMMITS]; git must be there; the repository lies in a temporary directory.
#include <shipflow/changes.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

// git fast-import makes 100,000 commits in some seconds.
bool make_repository(const std::string& directory, int commits) {
  const auto command =
      "git init -q '" + directory + "' && git -C '" + directory + "' fast-import --quiet --force";
  std::FILE* to = ::popen(command.c_str(), "w");
  if (to == nullptr) return false;
  const char* types[] = {"feat", "fix", "docs", "chore", "perf"};
  for (int i = 0; i < commits; ++i) {
    const auto message = std::string(types[i % 5]) + "(part" + std::to_string(i % 40) + "): change number " +
                         std::to_string(i) + "\n\nA body of some length that says why this was done.\n";
    const auto text = std::to_string(i);
    std::fprintf(to, "commit refs/heads/main\ncommitter Ann <a@example.com> %d +0000\ndata %zu\n%s\n",
                 1'700'000'000 + i, message.size(), message.c_str());
    std::fprintf(to, "M 100644 inline d%d/f%d\ndata %zu\n%s\n", i % 50, i % 500, text.size(), text.c_str());
  }
  return ::pclose(to) == 0;
}

std::string read_all(const std::string& command) {
  std::string out;
  std::FILE* from = ::popen(command.c_str(), "r");
  if (from == nullptr) return out;
  std::string block(1U << 16U, '\0');
  while (const auto n = std::fread(block.data(), 1, block.size(), from)) out.append(block, 0, n);
  ::pclose(from);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const int commits = argc > 1 ? std::atoi(argv[1]) : 100'000;
  auto name = (std::filesystem::temp_directory_path() / "shipflow-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr || !make_repository(name, commits)) return 1;
  const auto log =
      "git -C '" + name + "' log -z --format='" + std::string(shipflow::git_log_format) + "' refs/heads/main";
  (void)read_all(log + " | wc -c");
  auto begin = clock_type::now();
  (void)read_all(log + " | wc -c");
  const auto alone = seconds_since(begin);
  begin = clock_type::now();
  const auto read = shipflow::read_log(read_all(log)).value();
  const auto next = shipflow::next_of(std::nullopt, read);
  const auto text = shipflow::changelog("next", read);
  const auto scanned = seconds_since(begin);
  std::printf(
      "{\"benchmark\": \"changes\", \"commits\": %zu, \"next\": \"%s\", \"changelog_bytes\": %zu, "
      "\"git_log_s\": %.3f, \"scan_s\": %.3f, \"times\": %.2f, \"limit_times\": 2}\n",
      read.size(), shipflow::format_version(next.version).c_str(), text.size(), alone, scanned,
      scanned / alone);
  std::filesystem::remove_all(name);
  return 0;
}
