// Secrets of an environment that AWS keeps: variables whose source is `aws_secret` (Secrets Manager) or
// `aws_parameter` (Systems Manager Parameter Store).
//
//   variables:
//     DSN:      { aws_secret: prod/database, key: dsn }            # a member of the JSON object that is kept there
//     PASSWORD: { aws_secret: prod/database, key: password, stage: AWSPREVIOUS, region: eu-west-1 }
//     TOKEN:    { aws_parameter: /prod/token }
//
//   shipflow::engine_options options;
//   options.secrets = shipflow::aws_secrets(aws, shipflow::system_secrets);
//
// They are read when a request is written that names them, never before and never kept: a plan, a journal, a report and
// a rehearsal know their names only. Values asked for at the same time are fetched together: a secret once however many
// of its members are wanted, parameters ten at a time. Nothing else of them is remembered, so that a value that was
// rotated is seen by the next request.
#pragma once

#include <shipflow/aws.hpp>

#include <functional>
#include <string>

namespace shipflow {
inline namespace v1 {

/// What `engine_options::secrets` wants: turns a source (`variable::source`) into the value.
using secret_reader =
    std::function<void(const std::string& source, std::function<void(result<std::string>)> done)>;

/// Reads "aws_secret:{..}" and "aws_parameter:{..}" with the credentials, region and endpoint of `aws`; every other
/// source is left to `others`. A secret needs secretsmanager:GetSecretValue, a parameter ssm:GetParameters, and both
/// kms:Decrypt on their keys.
///
/// Errors name the secret and never hold a value: not_found (no such secret, version, member or parameter), denied,
/// failed (no text, or no JSON object although a member is wanted), and those of calls. May be called from any thread;
/// `done` is called once, on a thread of the reader's own or inside the call. When the last copy is destroyed, what is
/// outstanding is answered with `cancelled`.
[[nodiscard]] secret_reader aws_secrets(aws_options aws, secret_reader others);

}  // namespace v1
}  // namespace shipflow
