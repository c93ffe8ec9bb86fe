// What made cdk.out beside this: aws-cdk-lib 2.276.0, offline (`npm install aws-cdk-lib`, `node cdk_app.js OUT`), with
// handler/ and hours.txt as they are in its assets. Its metadata and the report of feature flags were left out.
const cdk = require("aws-cdk-lib");
const { CfnOutput, RemovalPolicy, aws_lambda: lambda, aws_s3_assets: assets, aws_sqs: sqs, aws_ssm: ssm } = cdk;

const app = new cdk.App({ outdir: process.argv[2], analyticsReporting: false, treeMetadata: false,
  context: { "aws:cdk:disable-asset-staging": false, "aws:cdk:enable-path-metadata": false, "aws:cdk:enable-asset-metadata": false } });
const env = { account: "123456789012", region: "eu-central-1" };

class Orders extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const queue = new sqs.Queue(this, "Queue", { queueName: "orders", removalPolicy: RemovalPolicy.DESTROY });
    new CfnOutput(this, "QueueUrl", { value: queue.queueUrl });
  }
}

class Shop extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const hours = new assets.Asset(this, "Hours", { path: "hours.txt" });
    new ssm.StringParameter(this, "HoursAt", { parameterName: "/shop/hours", stringValue: hours.s3ObjectKey });
    const f = new lambda.Function(this, "Function", { functionName: "shop", runtime: lambda.Runtime.NODEJS_20_X,
      handler: "index.handler", code: lambda.Code.fromAsset("handler"), environment: { QUEUE: "orders" } });
    new CfnOutput(this, "Arn", { value: f.functionArn });
  }
}

const orders = new Orders(app, "Orders", { env, stackName: "shop-orders" });
new Shop(app, "Shop", { env }).addDependency(orders);
app.synth();
