#pragma once

#include "call.hpp"

#include <memory>
#include <string>

struct shipflow_event : shipflow_c::handle {
  static constexpr auto kind = shipflow_c::mark::event;
  shipflow_event(shipflow_event_kind_t k, std::string r, std::string b)
      : handle(kind), event_kind(k), run(std::move(r)), body(std::move(b)) {}

  shipflow_event_kind_t event_kind;
  std::string run;
  std::string body;  ///< of a call: empty, the call has it
  std::unique_ptr<shipflow_call> call;
  std::shared_ptr<shipflow_c::call_state> asked;  ///< what `call` was about, also after it was taken
};
