"""botocore's client and waiters of CloudFront against the AWS double. usage: botocore_cloudfront.py URL"""
from against_double import FAST, client, refused

ID = "E2EXAMPLE1AB"


def batch(reference, *paths):
    return {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}


def staging(cf):
    """Continuous deployment: a copy, a policy, its weight, promotion."""
    primary = cf.get_distribution(Id=ID)
    refused(cf.copy_distribution, "PreconditionFailed", PrimaryDistributionId=ID, Staging=True, IfMatch="other",
            CallerReference="c1")
    copy = cf.copy_distribution(PrimaryDistributionId=ID, Staging=True, IfMatch=primary["ETag"],
                                CallerReference="c1", Enabled=True)["Distribution"]
    assert copy["DistributionConfig"]["Staging"] and copy["DistributionConfig"]["Aliases"]["Quantity"] == 0, copy
    refused(cf.copy_distribution, "DistributionAlreadyExists", PrimaryDistributionId=ID, Staging=True,
            IfMatch=primary["ETag"], CallerReference="c1")
    listed = cf.list_distributions()["DistributionList"]["Items"]
    assert [d["Id"] for d in listed if d["Staging"]] == [copy["Id"]], listed

    def policy(weight, enabled=True):
        return {"StagingDistributionDnsNames": {"Quantity": 1, "Items": [copy["DomainName"]]}, "Enabled": enabled,
                "TrafficConfig": {"Type": "SingleWeight", "SingleWeightConfig": {
                    "Weight": weight, "SessionStickinessConfig": {"IdleTTL": 300, "MaximumTTL": 600}}}}

    create = cf.create_continuous_deployment_policy
    refused(create, "InvalidArgument", ContinuousDeploymentPolicyConfig=policy(0.2))
    made = create(ContinuousDeploymentPolicyConfig=policy(0.05, False))
    refused(create, "StagingDistributionInUse", ContinuousDeploymentPolicyConfig=policy(0.05))
    id_of = made["ContinuousDeploymentPolicy"]["Id"]
    all_of = cf.list_continuous_deployment_policies()["ContinuousDeploymentPolicyList"]
    assert all_of["Items"][0]["ContinuousDeploymentPolicy"]["Id"] == id_of, all_of
    refused(cf.update_continuous_deployment_policy, "InvalidIfMatchVersion", Id=id_of,
            ContinuousDeploymentPolicyConfig=policy(0.1))
    refused(cf.update_continuous_deployment_policy, "NoSuchContinuousDeploymentPolicy", Id="none", IfMatch="x",
            ContinuousDeploymentPolicyConfig=policy(0.1))
    cf.update_continuous_deployment_policy(Id=id_of, IfMatch=made["ETag"],
                                           ContinuousDeploymentPolicyConfig=policy(0.1))
    seen = cf.get_continuous_deployment_policy(Id=id_of)["ContinuousDeploymentPolicy"]
    traffic = seen["ContinuousDeploymentPolicyConfig"]["TrafficConfig"]
    assert traffic["SingleWeightConfig"]["Weight"] == 0.1, seen

    config = {**primary["Distribution"]["DistributionConfig"], "ContinuousDeploymentPolicyId": id_of}
    refused(cf.update_distribution, "InvalidArgument", Id=ID, IfMatch=primary["ETag"],
            DistributionConfig={**config, "HttpVersion": "http2and3"})
    attached = cf.update_distribution(Id=ID, IfMatch=primary["ETag"], DistributionConfig=config)
    refused(cf.update_distribution, "IllegalUpdate", Id=ID, IfMatch=attached["ETag"],
            DistributionConfig={**config, "PriceClass": "PriceClass_100"})
    staged = cf.get_distribution_config(Id=copy["Id"])
    tried = staged["DistributionConfig"]
    tried["Origins"]["Items"][0]["OriginPath"] = "/releases/3.0.0"
    refused(cf.update_distribution, "InvalidArgument", Id=copy["Id"], IfMatch=staged["ETag"],
            DistributionConfig={**tried, "Aliases": {"Quantity": 1, "Items": ["www.example.com"]}})
    staged = cf.update_distribution(Id=copy["Id"], IfMatch=staged["ETag"], DistributionConfig=tried)
    promote = cf.update_distribution_with_staging_config
    refused(promote, "PreconditionFailed", Id=ID, StagingDistributionId=copy["Id"], IfMatch=attached["ETag"])
    promoted = promote(Id=ID, StagingDistributionId=copy["Id"], IfMatch=f"{attached['ETag']}, {staged['ETag']}")
    after = promoted["Distribution"]["DistributionConfig"]
    assert after["Origins"]["Items"][0]["OriginPath"] == "/releases/3.0.0", after
    assert after["Aliases"]["Items"] == ["www.example.com"] and not after["Staging"], after
    assert not cf.get_continuous_deployment_policy(Id=id_of)["ContinuousDeploymentPolicy"][
        "ContinuousDeploymentPolicyConfig"]["Enabled"]


def main():
    cf = client("cloudfront", region="us-east-1")
    made = cf.create_invalidation(DistributionId=ID, InvalidationBatch=batch("r1", "/a", "/b/*"))["Invalidation"]
    again = cf.create_invalidation(DistributionId=ID, InvalidationBatch=batch("r1", "/a", "/b/*"))["Invalidation"]
    assert made["Id"] == again["Id"] and made["InvalidationBatch"]["Paths"]["Items"] == ["/a", "/b/*"], made
    refused(cf.create_invalidation, "InvalidationBatchAlreadyExists", DistributionId=ID,
            InvalidationBatch=batch("r1", "/c"))
    refused(cf.create_invalidation, "InvalidArgument", DistributionId=ID, InvalidationBatch=batch("r2", "c"))
    refused(cf.create_invalidation, "NoSuchDistribution", DistributionId="E404",
            InvalidationBatch=batch("r3", "/c"))
    refused(cf.create_invalidation, "TooManyInvalidationsInProgress", DistributionId=ID,
            InvalidationBatch=batch("r4", *(f"/{i}/*" for i in range(16))))
    cf.get_waiter("invalidation_completed").wait(DistributionId=ID, Id=made["Id"], WaiterConfig=FAST)
    listed = cf.list_invalidations(DistributionId=ID)["InvalidationList"]
    assert listed["Quantity"] == 1 and listed["Items"][0]["Status"] == "Completed", listed

    seen = cf.get_distribution_config(Id=ID)
    config = seen["DistributionConfig"]
    assert config["Origins"]["Items"][0]["OriginPath"] == "/releases/1.4.0" and config["Comment"] == "a & b", config
    config["Origins"]["Items"][0]["OriginPath"] = "/releases/2.0.0"
    refused(cf.update_distribution, "PreconditionFailed", Id=ID, IfMatch="other", DistributionConfig=config)
    done = cf.update_distribution(Id=ID, IfMatch=seen["ETag"], DistributionConfig=config)
    assert done["ETag"] != seen["ETag"] and done["Distribution"]["Status"] == "InProgress", done
    cf.get_waiter("distribution_deployed").wait(Id=ID, WaiterConfig=FAST)
    staging(cf)


main()
