import { describe, expect, it } from "vitest";
import { imagesIn } from "../../policies/images.ts";
import type { Registration } from "../../policies/registration.ts";
import { violations } from "../../policies/rules.ts";

const context = { protect: true, unprotect: ["old-bucket"] };
const vpc: Registration = {
  type: "digitalocean:index/vpc:Vpc",
  name: "network-vpc",
  inputs: { region: "tor1" },
  protect: true,
  custom: true,
  hasComponentParent: true,
};
const pod = (image: string): Registration => ({
  ...vpc,
  type: "kubernetes:apps/v1:Deployment",
  protect: undefined,
  inputs: { spec: { template: { spec: { containers: [{ image }] } } } },
});
const configMap = (data: object): Registration => ({ ...vpc, type: "kubernetes:core/v1:ConfigMap", inputs: { data } });

const key = (...grants: object[]): Registration => ({
  ...vpc,
  type: "digitalocean:index/spacesKey:SpacesKey",
  protect: undefined,
  inputs: { grants },
});

describe("accepted", () => {
  it.each([
    ["a key to one bucket", key({ bucket: "media", permission: "readwrite" })],
    ["a protected VPC", vpc],
    [
      "a bucket that the setting unprotect names",
      { ...vpc, type: "digitalocean:index/spacesBucket:SpacesBucket", name: "old-bucket", protect: false },
    ],
    ["an image with a version", pod("ghcr.io/mastodon/mastodon:v4.6.8")],
    ["an image with a digest", pod("mastodon@sha256:0123")],
    ["a ConfigMap without secrets", configMap({ LOCAL_DOMAIN: "social.example" })],
    ["a component of ours", { ...vpc, type: "mastodon:network:Network", custom: false, hasComponentParent: false }],
  ])("%s", (_, registration) => expect(violations(registration, context)).toEqual([]));
});

describe("refused", () => {
  it.each([
    ["an unprotected VPC", { ...vpc, protect: undefined }, "stateful-is-protected"],
    ["a VPC without a region", { ...vpc, inputs: {} }, "region-is-explicit"],
    ["an image without a tag", pod("nginx"), "image-is-pinned"],
    ["the newest image, whatever it is", pod("registry.example:5000/nginx:latest"), "image-is-pinned"],
    ["a registry's port taken for a tag", pod("registry.example:5000/nginx"), "image-is-pinned"],
    ["a password in a ConfigMap", configMap({ DB_PASSWORD: "x" }), "config-map-holds-no-secret"],
    ["a resource outside any component", { ...vpc, hasComponentParent: false }, "has-component-parent"],
    [
      "a bucket that everybody may list",
      { ...vpc, type: "digitalocean:index/spacesBucket:SpacesBucket", inputs: { region: "nyc3", acl: "public-read" } },
      "bucket-is-not-listed",
    ],
    [
      "a bucket policy",
      { ...vpc, type: "digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy" },
      "grants-not-policies",
    ],
    ["a key to all buckets", key({ bucket: "", permission: "fullaccess" }), "key-opens-one-bucket"],
    [
      "a key to two buckets",
      key({ bucket: "media", permission: "read" }, { bucket: "docs", permission: "read" }),
      "key-opens-one-bucket",
    ],
    ["a key to nothing in particular", key(), "key-opens-one-bucket"],
    ["a component with a foreign token", { ...vpc, type: "acme:network", custom: false }, "component-token"],
  ])("%s", (_, registration, policy) => {
    expect(violations(registration, context).join()).toContain(`(policy ${policy})`);
  });

  it("a protected resource where the settings protect nothing: destroy would stop halfway", () => {
    expect(violations(vpc, { protect: false, unprotect: [] })).toHaveLength(1);
  });
});

describe("finding images", () => {
  it("looks into init containers and cron jobs, and skips what is not known", () => {
    const spec = {
      jobTemplate: {
        spec: { containers: [{ image: "a:1" }], initContainers: [{ image: "b:1" }, { image: undefined }] },
      },
    };
    expect(imagesIn({ spec })).toEqual(["a:1", "b:1"]);
  });
});
