#include "process/keeper.hpp"

#include <dlfcn.h>
#include <filesystem>
#include <unistd.h>

namespace shipflow::process {
namespace {

namespace fs = std::filesystem;

constexpr const char* program = "shipflow-keeper";

fs::path current_executable() {
  std::error_code ec;
  return fs::read_symlink("/proc/self/exe", ec);
}

/// The file this code was loaded from: the shared library, else the executable.
fs::path current_module() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&find_keeper), &info) == 0 || info.dli_fname == nullptr)
    return {};
  std::error_code ec;
  return fs::canonical(info.dli_fname, ec);
}

bool lies_under(const fs::path& file, const fs::path& folder) {
  const auto relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

bool is_program(const fs::path& file) {
  return ::access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file);
}

}  // namespace

std::string find_keeper() {
  const auto executable = current_executable();
  auto module = current_module();
  if (module.empty()) module = executable;
  // A program of the build tree takes the build tree's keeper; an installed one never does.
  if (lies_under(executable, SHIPFLOW_BUILD_TREE) && is_program(SHIPFLOW_KEEPER_PATH))
    return SHIPFLOW_KEEPER_PATH;
  const auto beside_library = module.parent_path() / SHIPFLOW_LIBEXEC_FROM_LIB / program;
  const auto beside_program = executable.parent_path() / SHIPFLOW_LIBEXEC_FROM_BIN / program;
  for (const auto& candidate : {beside_library, beside_program, executable.parent_path() / program,
                                fs::path(SHIPFLOW_LIBEXEC) / program}) {
    const auto file = candidate.lexically_normal();
    if (is_program(file)) return file.string();
  }
  return {};
}

}  // namespace shipflow::process
