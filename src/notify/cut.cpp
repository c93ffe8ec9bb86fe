#include "notify/cut.hpp"

namespace shipflow::notify {

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  auto end = most;
  // 10xxxxxx goes on what began before it.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

}  // namespace shipflow::notify
