#include "mishap.hpp"

namespace tests {

std::string spoiled(mishap how, const std::string& operation, std::string body, std::mt19937& dice) {
  if (how == mishap::malformed) return "<a>{]" + body;
  if (how == mishap::oversized) return "{\"a\":\"" + std::string(std::size_t{9} << 20U, 'x') + "\"}";
  if (how == mishap::entities)
    return "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;&x;\">]><" + operation +
           "Response>&y;</" + operation + "Response>";
  if (how == mishap::mangled)
    for (int i = 0; i < 4; ++i) body[dice() % body.size()] = "<>{}[]\",:/&;0x\0\xff"[dice() % 16];
  return body;
}

}  // namespace tests
