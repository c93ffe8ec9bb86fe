// The AWS double as a program: for shells, awscli, Python.
//
//   aws_double [--port N] [--speed N] [--shop NAME] [--state FILE] [--listener ARN]...
//
// Prints its URL, then a line with the URL of each listener named, and serves until its standard input ends. Model time
// runs --speed (20) times as fast as the clock. Shops by name and the form of a state: shops.hpp.
#include "aws_double/flow.hpp"
#include "aws_double/shops.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace {

struct arguments {
  int port = 0;
  int speed = 20;
  std::string shop, state;
  std::vector<std::string> listeners;
};

bool read(int count, char** words, arguments& out) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = words[i];
    const std::string value = words[i + 1];
    if (name == "--port")
      out.port = std::atoi(value.c_str());
    else if (name == "--speed")
      out.speed = std::atoi(value.c_str());
    else if (name == "--shop")
      out.shop = value;
    else if (name == "--state")
      out.state = value;
    else if (name == "--listener")
      out.listeners.push_back(value);
    else
      return false;
  }
  return count % 2 == 1 && out.speed > 0;
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "aws_double: %s\n", why.c_str());
  return 2;
}

std::string put_up_file(tests::aws_double& d, const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  const auto state = shipflow::parse_json(text.str());
  if (!in || !state) return path + " holds no JSON";
  return tests::put_up_state(d, *state);
}

}  // namespace

int main(int count, char** words) {
  arguments wanted;
  if (!read(count, words, wanted))
    return refuse(
        "usage: aws_double [--port N] [--speed N] [--shop NAME] [--state FILE] [--listener ARN]...");
  tests::aws_double d(tests::with_versions(), wanted.speed, static_cast<std::uint16_t>(wanted.port));
  tests::flow requests(d);
  if (!tests::put_up(d, wanted.shop)) return refuse("no shop is called " + wanted.shop);
  if (!wanted.state.empty())
    if (const auto wrong = put_up_file(d, wanted.state); !wrong.empty()) return refuse(wrong);
  std::printf("%s\n", d.url().c_str());
  for (const auto& listener : wanted.listeners) std::printf("%s\n", requests.url(listener).c_str());
  std::fflush(stdout);
  char buffer[256];
  while (std::fread(buffer, 1, sizeof buffer, stdin) > 0) {
  }
  return 0;
}
