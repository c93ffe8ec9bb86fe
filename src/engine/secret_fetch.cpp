#include "engine/secret_fetch.hpp"

#include <optional>
#include <utility>

namespace shipflow::engine_room {
namespace {

// Answers being gathered; touched on the scheduler's thread only.
struct gathering {
  secret_values values;
  std::size_t open = 0;
  std::optional<error> trouble;
  std::function<void(result<secret_values>)> done;

  ~gathering() { wipe(values); }

  void take(const std::string& name, result<std::string> value) {
    if (value)
      values[name] = std::move(*value);
    else if (!trouble)
      trouble = make_error(value.error().code, "secret " + name + ": " + value.error().message);
    if (--open != 0) return;
    if (trouble)
      done(*trouble);
    else
      done(values);
  }
};

}  // namespace

void fetch_secrets(core& shared, const plan& what, const std::vector<std::string>& names,
                   std::function<void(result<secret_values>)> done) {
  if (names.empty()) {
    done(secret_values{});
    return;
  }
  const auto all = std::make_shared<gathering>();
  all->open = names.size();
  all->done = std::move(done);
  for (const auto& name : names) {
    auto take = [back = shared.back, all, name](result<std::string> value) {
      back->post([all, name, value = std::move(value)]() mutable { all->take(name, std::move(value)); });
    };
    const auto* source = what.secrets.if_contains(name);
    if (source == nullptr || !source->is_string() || !shared.options.secrets)
      take(make_error(errc::not_found, "cannot be read: nothing says where it is"));
    else
      shared.options.secrets(std::string(source->get_string()), std::move(take));
  }
}

}  // namespace shipflow::engine_room
