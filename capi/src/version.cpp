#include <shipflow/version.hpp>

#include <shipflow.h>

extern "C" {

uint32_t shipflow_abi_version(void) noexcept { return SHIPFLOW_ABI_VERSION; }
const char* shipflow_version_string(void) noexcept { return shipflow::version_string(); }

}  // extern "C"
