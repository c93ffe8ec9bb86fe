// The AWS double as a program: for shells, awscli, Python.
//
//   aws_double [--port N] [--speed N] [--shop NAME]
//
// Prints its URL and serves until its standard input ends. Model time runs --speed (20) times as fast as the clock.
#include "aws_double/shops.hpp"

#include <cstdio>
#include <cstring>
#include <string>

namespace {

struct arguments {
  int port = 0;
  int speed = 20;
  std::string shop;
};

bool read(int count, char** words, arguments& out) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = words[i];
    if (name == "--port")
      out.port = std::atoi(words[i + 1]);
    else if (name == "--speed")
      out.speed = std::atoi(words[i + 1]);
    else if (name == "--shop")
      out.shop = words[i + 1];
    else
      return false;
  }
  return count % 2 == 1 && out.speed > 0;
}

}  // namespace

int main(int count, char** words) {
  arguments wanted;
  if (!read(count, words, wanted)) {
    std::fprintf(stderr, "usage: aws_double [--port N] [--speed N] [--shop NAME]\n");
    return 2;
  }
  tests::aws_double d(tests::with_versions(), wanted.speed, static_cast<std::uint16_t>(wanted.port));
  if (!tests::put_up(d, wanted.shop)) {
    std::fprintf(stderr, "aws_double: no shop is called %s\n", wanted.shop.c_str());
    return 2;
  }
  std::printf("%s\n", d.url().c_str());
  std::fflush(stdout);
  char buffer[256];
  while (std::fread(buffer, 1, sizeof buffer, stdin) > 0) {
  }
  return 0;
}
