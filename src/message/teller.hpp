// Which messages follow from a fact. Pure: the same facts give the same messages, with the same ids.
#pragma once

#include <shipflow/message.hpp>
#include <shipflow/run.hpp>
#include <shipflow/store.hpp>

#include <map>
#include <string>
#include <vector>

namespace shipflow::messages {

/// Of one run; asked about its facts one after the other.
class teller {
 public:
  explicit teller(const plan& what);

  /// What people are told of a fact that was just folded: `state` is after it, `before` the phase before it.
  [[nodiscard]] std::vector<stored_message> tell(phase before, const run_state& state, const fact& f);

 private:
  struct moment {
    std::string name;
    std::string group;  ///< step of the document that it is about, or empty
    std::string severity;
    json::object values;
    duration lead{0};  ///< of a reminder
  };
  [[nodiscard]] std::vector<moment> moments_of(phase before, const run_state& state, const fact& f) const;
  void of_state(phase before, const run_state& s, const fact& f, std::vector<moment>& out) const;
  void of_step(const run_state& s, const fact& f, std::vector<moment>& out) const;
  [[nodiscard]] bool group_done(const run_state& s, const std::string& group) const;
  [[nodiscard]] moment about_step(const run_state& s, const std::string& name, step_index i) const;
  [[nodiscard]] static moment about_question(const run_state& s, const question& q,
                                             const std::vector<std::string>& roles);
  [[nodiscard]] bool heard_lately(const moment& m, time_point at);

  std::map<std::string, std::vector<step_index>> groups_;  ///< empty when nobody is told anything
  std::map<std::string, time_point> last_breach_;          ///< guard -> when people were told
};

/// A stored message as notifiers get it.
[[nodiscard]] message read_stored(const stored_message& m);

}  // namespace shipflow::messages
