// How providers of AWS ask: one call that waits for its answer, or a model in its destination. The code of a provider is the
// same over both.
#pragma once

#include "aws/client.hpp"

#include <shipflow/provider.hpp>

#include <memory>
#include <string>

namespace shipflow::aws {

/// Where a component lives, as its binding says; empty: as the process environment says.
struct destination {
  std::string region{}, endpoint_url{};
  std::string account{};  ///< 12 digits: nothing is changed in another one
};
/// Reads those three members. Error: `invalid_argument`, what is wrong with one.
[[nodiscard]] result<destination> read_destination(const json::object& target);

/// AWS, or the model of it. Answers before it returns.
class desk {
 public:
  desk() = default;
  desk(const desk&) = delete;
  desk& operator=(const desk&) = delete;
  virtual ~desk() = default;
  /// A call that makes something new each time is not tried `again` by the client.
  enum class again { yes, no };
  virtual outcome ask(const request& q, const destination& where, const service& of,
                      const std::string& operation, json::object input, again may) = 0;
  [[nodiscard]] virtual time_point now() = 0;
  /// The account that calls are made in; may be remembered for a while.
  virtual result<std::string> account(const request& q, const destination& where) = 0;
};

/// AWS itself. Used by several threads.
class real_desk : public desk {
 public:
  /// Cancels what is under way; calls after it are cancelled at once.
  virtual void close() = 0;
};
[[nodiscard]] std::unique_ptr<real_desk> make_desk(aws_options options);

/// A value, or the answer that ends the call.
template <class T>
using got = boost::system::result<T, answer>;

/// One call of the engine at work: what it is about, and how AWS is asked.
struct visit {
  desk& on;
  const request& q;
  destination where;

  /// Asks for something; what fails is `failed`.
  [[nodiscard]] got<json::object> read(const service& of, const std::string& operation, json::object input);
  /// Changes something; what may have happened all the same is `unknown`.
  [[nodiscard]] got<json::object> write(const service& of, const std::string& operation, json::object input,
                                        desk::again may = desk::again::yes);
  /// The same, and with it what AWS refuses it for: for those that go on from there.
  [[nodiscard]] outcome attempt(const service& of, const std::string& operation, json::object input);
  /// The answer to a call that failed; `unknown` where it may have changed something.
  [[nodiscard]] static answer not_read(const failure& f);
  [[nodiscard]] static answer not_written(const failure& f);
  [[nodiscard]] answer refuse(errc code, const std::string& why, json::value evidence = json::object{}) const;
  /// Nothing is changed in another account than the one that is meant: true, or `denied`.
  [[nodiscard]] got<bool> right_account();
};

}  // namespace shipflow::aws
