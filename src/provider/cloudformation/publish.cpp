#include "provider/cloudformation/publish.hpp"

#include "base/members.hpp"

namespace shipflow::cloudformation {

aws::got<bool> images_there(session& s, const std::vector<needed_image>& images) {
  for (const auto& i : images) {
    auto at = s;
    if (!i.region.empty()) at.where.region = i.region;
    json::object in{{"repositoryName", i.repository},
                    {"imageIds", json::array{json::object{{"imageTag", i.tag}}}}};
    if (!i.registry.empty()) in["registryId"] = i.registry;
    const auto said = at.attempt(aws::ecr, "DescribeImages", std::move(in));
    if (said && !members::list(*said, "imageDetails").empty()) continue;
    const auto code = said ? std::string("ImageNotFoundException") : said.error().aws_code;
    if (code != "ImageNotFoundException" && code != "RepositoryNotFoundException")
      return aws::visit::not_read(said.error());
    return s.refuse(errc::not_found,
                    "image asset " + i.name + " is not in ECR as " + i.repository + ":" + i.tag +
                        "; images are not built here: push it first, for example with `cdk-assets "
                        "publish`");
  }
  return true;
}

aws::got<std::optional<std::string>> publish(session& s, const std::vector<asset>& files) {
  std::size_t there = 0;
  for (const auto& f : files) {
    auto now = s.assets.bring(f, s.where);
    if (now.is == brought::state::failed) return answer::failed(std::move(now.problem));
    if (now.is == brought::state::there) ++there;
  }
  if (there == files.size()) return std::optional<std::string>{};
  return std::optional("assets are published, " + std::to_string(there) + " of " +
                       std::to_string(files.size()) + " are there");
}

}  // namespace shipflow::cloudformation
