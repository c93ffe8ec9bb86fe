// A rig whose engine tells a notifier of the test.
#pragma once

#include "engine/rig.hpp"

#include <functional>
#include <string>
#include <vector>

namespace shipflow_test {

using shipflow::delivery;
using shipflow::delivery_answer;
using shipflow::text_piece;

/// Notifiers of kind "toy" that answer what the test says.
class toy_notifier final : public shipflow::notifier {
 public:
  std::vector<delivery> seen;
  std::function<delivery_answer(const delivery&)> judge;
  bool silent = false;  ///< never answers
  [[nodiscard]] std::vector<std::string> kinds() const override { return {"toy"}; }
  void send(delivery q, std::function<void(delivery_answer)> done) override {
    seen.push_back(q);
    if (silent) return;
    done(judge ? judge(q) : delivery_answer::delivered());
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const auto& d : seen) out.push_back(d.what.moment + ": " + plain_text(d.what));
    return out;
  }
};

struct telling_rig : rig {
  telling_rig() { come_back(); }
  /// After a crash as well: the notifier itself stays.
  void come_back() {
    crash();
    (void)engine->add(people);
  }
  std::shared_ptr<toy_notifier> people = std::make_shared<toy_notifier>();
};

/// `channel` is told at `moment`: "NAME" and the values named, in brackets.
inline void tell(plan_builder& b, const std::string& moment, const std::vector<std::string>& values = {},
                 const std::string& channel = "ops") {
  auto& p = b.get();
  const auto known =
      std::any_of(p.channels.begin(), p.channels.end(), [&](auto& c) { return c.name == channel; });
  if (!known) p.channels.push_back({channel, "toy", {{"url", "https://x/${secret:TOKEN}"}}});
  shipflow::plan_message m;
  m.moment = moment;
  m.to = {channel};
  for (const auto& v : values) {
    m.text.push_back({text_piece::kind::words, m.text.empty() ? "" : " "});
    m.text.push_back({text_piece::kind::moment, v, "-"});
  }
  p.messages.push_back(m);
}

}  // namespace shipflow_test
