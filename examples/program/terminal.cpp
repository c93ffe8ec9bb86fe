#include "terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace program {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::size_t characters(const std::string& words) {
  return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), begins_character));
}

}  // namespace

room paper() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col <= 20 || size.ws_row <= 4) return {};
  return {size.ws_col - 1U, size.ws_row - 2U};
}

std::string fitted(const std::string& words, std::size_t columns) {
  if (characters(words) <= columns) return words;
  const auto kept = columns > 3 ? columns - 3 : columns;
  std::size_t seen = 0, at = 0;
  while (at < words.size() && (seen < kept || !begins_character(words[at])))
    seen += begins_character(words[at++]) ? 1U : 0U;
  return words.substr(0, at) + (columns > 3 ? "..." : "");
}

void redrawn::erase() {
  const auto columns = paper().columns + 1;
  for (const auto& l : drawn_)
    for (auto rows = std::max<std::size_t>(1, (characters(l) + columns - 1) / columns); rows > 0; --rows)
      std::printf("\x1b[1A\x1b[2K");
  drawn_.clear();
}

void redrawn::draw(std::vector<std::string> lines) {
  const auto most = paper().rows;
  if (lines.size() > most) lines.resize(most);
  for (const auto& l : lines) std::printf("%s\n", l.c_str());
  std::fflush(stdout);
  drawn_ = std::move(lines);
}

}  // namespace program
