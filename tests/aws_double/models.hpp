// The world models behind one double: each is made when somebody first asks for it, and shared by the services that do.
#pragma once

#include "world/aws/elb.hpp"
#include "world/aws/logs.hpp"

#include <map>
#include <memory>
#include <typeindex>

namespace tests {

class models;

/// How a model is made. Specialise it for one that needs others.
template <class M>
struct making {
  static std::shared_ptr<M> make(models& /*others*/) { return std::make_shared<M>(); }
};

class models {
 public:
  template <class M>
  M& of() {
    const std::type_index which(typeid(M));
    if (const auto found = all_.find(which); found != all_.end())
      return *static_cast<M*>(found->second.get());
    auto made = making<M>::make(*this);
    all_[which] = made;
    return *made;
  }
  /// Instead of the one that would be made.
  template <class M>
  void put(M model) {
    all_[std::type_index(typeid(M))] = std::make_shared<M>(std::move(model));
  }

 private:
  std::map<std::type_index, std::shared_ptr<void>> all_;
};

template <>
struct making<shipflow::cloud::ecs> {
  static std::shared_ptr<shipflow::cloud::ecs> make(models& others) {
    return std::make_shared<shipflow::cloud::ecs>(others.of<shipflow::cloud::ecs_options>());
  }
};
template <>
struct making<shipflow::cloud::logs> {
  static std::shared_ptr<shipflow::cloud::logs> make(models& others) {
    return std::make_shared<shipflow::cloud::logs>(others.of<shipflow::cloud::ecs>());
  }
};
template <>
struct making<shipflow::cloud::elb> {
  static std::shared_ptr<shipflow::cloud::elb> make(models& others) {
    return std::make_shared<shipflow::cloud::elb>(others.of<shipflow::cloud::ecs>());
  }
};

}  // namespace tests
