// The `site` provider: a component is a static site in a bucket of Amazon S3, or of a server that speaks as it does.
//
// Binding, in an environments document
//
//   bind:
//     frontend:
//       provider: site
//       bucket: shop-frontend-production
//       prefix: app/                   # the site lives below it; default: the whole bucket
//       directory: dist                # of the files, where the step does not say
//       cache: { "assets/**": "public, max-age=31536000, immutable", "*.json": "max-age=60" }   # the first one counts
//       types: { .topojson: application/json }     # beside the table that is built in
//       assets: ["_next/static/**"]    # files whose names change with their content, beside those that end with a hash
//       pages: ["*.webmanifest"]       # files that name others, beside HTML and service workers
//       entry: index.html              # put in its place last
//       keep: { releases: 3, for: 7d } # that many former releases can be restored; what left stays at least so long
//       encryption: aws:kms            # or AES256, with kms_key; default: as the bucket says
//       connections: 32                # at the same time, 1 to 256
//       stale_lock: 15m                # a lock nobody renewed for so long is taken over
//
//   and region, endpoint_url, account (12 digits: S3 refuses everything if the bucket is another account's).
//
// Patterns: `*` stops at '/', `**` does not; without '/' they are about the last part of a name. Without a rule assets
// are kept by browsers for a year, and all else is asked for again each time ("no-cache"). Names such as "app.js.br" and
// "app.js.gz" get the type of "app.js" and a Content-Encoding. The type goes by the ending alone.
//
// Actions
//
//   publish {version, directory}   The files of the directory become the release that stands in the bucket.
//   replace {version, directory}   The same, for the strategies `in_place` and `rolling`.
//   restore {release or version}   Brings a former release back from the bucket itself; default: the one before.
//   prune   {}                     Deletes what no release that is kept needs any more. Not undone.
//   prune_prefixes {live, below, keep}   Deletes old releases that have a prefix each (below). Not undone.
//   verify  {version}              Compares what is listed with what was released. Changes nothing.
//
// Publishing compares by content: files are hashed, the bucket is listed, and a manifest in the bucket says what the listed
// objects hold. Only what differs is sent; an object whose type or caching alone differs is not sent again. Changes go
// in this order: files whose name changes with their content, other files, pages, the entry, the manifest. So no page
// ever names what is not there yet. Nothing is deleted: what is no part of the release any more has left it, and goes with
// `prune`, when it left more than `keep.for` ago and no kept release has it. Objects that shipflow did not put there are
// never deleted, and stay as they are unless a file has their name; then they are kept and can be brought back.
//
// Whatever is replaced is copied within the bucket first (".shipflow/kept/"), so that undo and `restore` need no files:
// they copy what differs, in the same order, and delete pages that the other release does not have. What differs is read
// from the two manifests, so that it takes as long as what differs; the bucket is listed only after an operation that was
// cut off. What is the same in both is not looked at: `verify` finds what somebody else wrote there. Undoing the first
// release brings back what was there before, and takes away everything that shipflow put there. Objects over 5 GiB are
// copied in parts; of attributes that somebody else gave them type, caching and encoding are kept then.
//
// It goes on where it was cut off, without sending again what is there; files over 16 MiB go up in parts, and parts that are
// there are not sent again. A file that changes while it is read is read again twice and then refused. One run at a
// time: ".shipflow/lock.json", created on condition, renewed every minute; and the manifest is replaced on condition, so
// that who lost the lock writes nothing more into it. Throttled (503 SlowDown) it does less at the same time.
//
// What lies below ".shipflow/" is shipflow's own: serve it to nobody, or to everybody; it holds names, sizes and digests,
// and former versions of public files. Files of a release may not have such names. Symbolic links are followed within
// the directory; what leaves it, goes round or is no file is refused by name.
//
// Observe answers {"release", "version", "digest", "files", "bytes", "restores": {"release", "digest"}}; release is null
// where there is none. `digest` is over names, contents, types and caching of all files of the release.
//
// Outputs: publish, replace: {release, version, files, bytes, changed, uploaded, uploaded_bytes, paths}; restore: {release,
// version, changed, paths}; prune: {deleted, left}; prune_prefixes: {removed, kept: prefixes, deleted: number of files};
// verify: {release, version, files, bytes}. `paths` is what a cache in
// front should forget: ["/index.html", "/"], the entry at least, or ["/*"] when they are more than 1000 or after a crash. A
// step of `cloudfront` takes it: `with: { paths: "${steps.site.paths}" }`.
//
// Release prefixes: with `prefix: "releases/${release.version}"` in the binding each version stands in a place of its own,
// and switching the path of CloudFront's origin is what viewers see, there and back. A plan's fragment:
//
//   components: [frontend, cdn]
//   steps:
//     - { id: files, action: frontend.publish, with: { version: "${release.version}" } }
//     - { id: right, needs: [files], action: frontend.verify, with: { version: "${release.version}" } }
//     - { id: switch, needs: [right], action: cdn.switch_origin, with: { path: "/releases/${release.version}" } }
//     - id: old
//       needs: [switch]
//       action: frontend.prune_prefixes
//       with: { live: "${steps.switch.origin_path}", keep: 5 }
//
// Undo of publish takes the new place away again. `prune_prefixes` looks at the folders below `below` (default: around the
// binding's prefix) that have a manifest, and clears all but the `keep` newest (default 3), the one viewers are sent to,
// the one they were sent to before, as earlier calls wrote it down beside the places, and that of the binding. In a place it
// deletes what its manifest names and is as it was released, and what is shipflow's own; what somebody else put there stays, as
// does a folder without a manifest. Where `live` is none of the places nothing is deleted.
//
// Not built: object ACLs, tags, redirects, storage classes; deleting old versions of versioned buckets (a lifecycle
// rule of the bucket does).
//
// Servers other than Amazon's: versitygw and Ceph's gateway (16.2) are tested against. Ceph's copies whatever the source has
// become meanwhile, so there nobody else may write into the site while it is released; its versioned buckets keep no
// conditions on writes, and are refused.
//
// Permissions: s3:ListBucket, GetObject, PutObject, DeleteObject, AbortMultipartUpload, ListBucketMultipartUploads,
// ListMultipartUploadParts; with keys of KMS kms:GenerateDataKey and kms:Decrypt.
//
// Sources: docs.aws.amazon.com/AmazonS3/latest/API and latest/userguide (conditional writes, checking object integrity).
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

struct site_options {
  aws_options aws;
};

/// Threads of its own, which answer; they begin with the first call. The destructor cuts what is under way off and joins;
/// the next provider goes on with it.
[[nodiscard]] std::shared_ptr<provider> make_site_provider(site_options options);

}  // namespace v1
}  // namespace shipflow
