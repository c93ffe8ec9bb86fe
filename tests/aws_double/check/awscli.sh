#!/bin/sh
# The AWS CLI as a client of the AWS double with its shop. usage: awscli.sh AWS URL
set -eu
program=$1 url=$2
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI AWS_DEFAULT_REGION=eu-central-1 HOME="$home" \
  AWS_EC2_METADATA_DISABLED=true AWS_PAGER= AWS_DEFAULT_OUTPUT=text
balancer=arn:aws:elasticloadbalancing:eu-central-1:123456789012
listener=$balancer:listener/app/shop/50dc/f2f7
blue=$balancer:targetgroup/blue/73e2 green=$balancer:targetgroup/green/73e2

aws() { "$program" --endpoint-url "$url" "$@"; }
is() {  # WHAT WANTED GOT
  [ "$2" = "$3" ] || { echo "$1: wanted '$2', got '$3'"; exit 1; }
}
forward() {  # BLUE GREEN
  echo "Type=forward,ForwardConfig={TargetGroups=[{TargetGroupArn=$blue,Weight=$1},{TargetGroupArn=$green,Weight=$2}]}"
}
weights() { aws elbv2 describe-listeners --listener-arns $listener --query "$1"; }
of_listener='Listeners[0].DefaultActions[0].ForwardConfig.TargetGroups[].Weight'

is account 123456789012 "$(aws sts get-caller-identity --query Account)"
aws ecs wait services-stable --cluster production --services shop-blue shop-green
is services "3	3" "$(aws ecs describe-services --cluster production --services shop-blue --query 'services[0].[desiredCount,runningCount]')"
is listed 2 "$(aws ecs list-services --cluster production --query 'length(serviceArns)')"

# A new revision of green, and what only newer clients know: service deployments.
aws ecs register-task-definition --family shop-green --query 'taskDefinition.revision' \
  --container-definitions '[{"name":"api","image":"r.example.com/api:2.0.0"}]' >"$home/revision"
is revision 2 "$(cat "$home/revision")"
aws ecs update-service --cluster production --service shop-green --desired-count 2 --task-definition shop-green:2 >/dev/null
deployment=$(aws ecs list-service-deployments --cluster production --service shop-green --query 'serviceDeployments[0].serviceDeploymentArn')
until [ "$(aws ecs describe-service-deployments --service-deployment-arns "$deployment" --query 'serviceDeployments[0].status')" = SUCCESSFUL ]; do :; done
aws ecs wait services-stable --cluster production --services shop-green
is running 2 "$(aws ecs describe-services --cluster production --services shop-green --query 'services[0].runningCount')"

# Traffic by weight, of the listener and of a rule.
aws elbv2 modify-listener --listener-arn $listener --default-actions "$(forward 90 10)" >/dev/null
is weights "90	10" "$(weights $of_listener)"
aws elbv2 wait target-in-service --target-group-arn $green
rule=$(aws elbv2 create-rule --listener-arn $listener --priority 7 --conditions Field=path-pattern,Values=/beta/* \
  --actions "$(forward 50 50)" --query 'Rules[0].RuleArn')
aws elbv2 modify-rule --rule-arn "$rule" --actions "$(forward 0 100)" >/dev/null
is rule "0	100" "$(aws elbv2 describe-rules --rule-arns "$rule" --query 'Rules[0].Actions[0].ForwardConfig.TargetGroups[].Weight')"
aws elbv2 delete-rule --rule-arn "$rule"
is rules 1 "$(aws elbv2 describe-rules --listener-arn $listener --query 'length(Rules)')"

task=$(aws ecs run-task --cluster production --task-definition shop-green:2 --client-token once --query 'tasks[0].taskArn')
is again "$task" "$(aws ecs run-task --cluster production --task-definition shop-green:2 --client-token once --query 'tasks[0].taskArn')"
aws ecs wait tasks-stopped --cluster production --tasks "$task"
is exit 0 "$(aws ecs describe-tasks --cluster production --tasks "$task" --query 'tasks[0].containers[0].exitCode')"

if aws ecs update-service --cluster production --service nowhere >/dev/null 2>"$home/said"; then echo "nowhere was updated"; exit 1; fi
grep -q ServiceNotFoundException "$home/said"
if AWS_SECRET_ACCESS_KEY=another aws ecs list-services --cluster production >/dev/null 2>"$home/said"; then echo "wrong keys"; exit 1; fi
grep -q SignatureDoesNotMatch "$home/said"
