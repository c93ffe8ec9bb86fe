/* A C program with the installed package. */
#include <shipflow.h>
#include <stdio.h>

int main(void) {
  shipflow_document* document = NULL;
  shipflow_error* err = NULL;
  const shipflow_status status =
      shipflow_document_parse(SHIPFLOW_STR("a: [1"), SHIPFLOW_STR("plan.yaml"), &document, &err);
  printf("%s %s: %s\n", shipflow_version_string(), shipflow_status_name(status),
         shipflow_error_message(err).ptr);
  shipflow_error_free(err);
  return status == SHIPFLOW_INVALID_DOCUMENT && shipflow_abi_version() == SHIPFLOW_ABI_VERSION ? 0 : 1;
}
