#include "aws/dates.hpp"

#include <string>

namespace shipflow::aws {

std::optional<time_point> parse_http_date(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", ") return std::nullopt;
  const auto month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const auto number = std::to_string(month / 3 + 1);
  const auto rearranged = std::string(text.substr(12, 4)) + (number.size() == 1 ? "-0" : "-") + number + "-" +
                          std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) + "Z";
  const auto parsed = parse_time(rearranged);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

}  // namespace shipflow::aws
