#include "provider/rds/binding.hpp"

#include "aws/target.hpp"
#include "base/members.hpp"

namespace shipflow::rds {
namespace {

error wrong(const std::string& what) { return aws::wrong_binding("rds", what); }

}  // namespace

result<binding> read_binding(const json::object& target) {
  auto where = aws::read_target("rds", target, {"instance", "cluster", "encrypted"});
  if (!where) return where.error();
  binding b;
  static_cast<aws::destination&>(b) = std::move(*where);
  const auto instance = members::text(target, "instance");
  const auto cluster = members::text(target, "cluster");
  if (instance.empty() == cluster.empty())
    return wrong("needs either `instance` or `cluster`, the identifier of one");
  b.cluster = !cluster.empty();
  b.source = b.cluster ? cluster : instance;
  if (b.source.starts_with("arn:")) return wrong("write the identifier, not the ARN \"" + b.source + "\"");
  const auto* encrypted = members::find(target, "encrypted");
  if (encrypted != nullptr && !encrypted->is_bool()) return wrong("encrypted must be true or false");
  b.encrypted = encrypted != nullptr && encrypted->get_bool();
  return b;
}

}  // namespace shipflow::rds
