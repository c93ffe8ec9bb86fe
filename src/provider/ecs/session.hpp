// One call of the engine at work: what it is about, and how AWS is asked.
#pragma once

#include "aws/client.hpp"
#include "provider/ecs/binding.hpp"

#include <shipflow/provider.hpp>

#include <optional>
#include <string>

namespace shipflow::ecs {

/// AWS, or the model of it. Answers before it returns.
class cloud {
 public:
  cloud() = default;
  cloud(const cloud&) = delete;
  cloud& operator=(const cloud&) = delete;
  virtual ~cloud() = default;
  /// A call that makes something new each time is not tried `again` by the client.
  enum class again { yes, no };
  virtual aws::outcome ask(const request& q, const binding& where, const aws::service& of,
                           const std::string& operation, json::object input, again may) = 0;
  [[nodiscard]] virtual time_point now() = 0;
  /// The account that calls are made in; may be remembered for a while.
  virtual result<std::string> account(const request& q, const binding& where) = 0;
};

/// A value, or the answer that ends the call.
template <class T>
using got = boost::system::result<T, answer>;

struct session {
  cloud& on;
  const request& q;
  binding bound;

  /// Asks for something; what fails is `failed`.
  [[nodiscard]] got<json::object> read(const aws::service& of, const std::string& operation,
                                       json::object input);
  /// Changes something; what may have happened all the same is `unknown`.
  [[nodiscard]] got<json::object> write(const aws::service& of, const std::string& operation,
                                        json::object input, cloud::again may = cloud::again::yes);
  [[nodiscard]] answer refuse(errc code, const std::string& why, json::value evidence = json::object{}) const;
  [[nodiscard]] std::string at(colour c) const { return bound.at[c].cluster + "/" + bound.at[c].service; }
};

}  // namespace shipflow::ecs
