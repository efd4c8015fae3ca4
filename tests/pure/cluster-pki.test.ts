// The cluster's certificates: signed by the right authority, for the right names and users, and not readable by others.
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createPki } from "../../local/cluster/pki.ts";

const files = await createPki("10.245.0.0/16");
const certificate = (name: string) => new X509Certificate(files[`${name}.crt`] ?? "");

describe("certificates", () => {
  const ca = certificate("ca");
  const frontProxyCa = certificate("front-proxy-ca");

  test.each(["apiserver", "etcd", "admin", "kube-controller-manager", "kube-scheduler", "kwok", "apiserver-etcd"])(
    "%s is signed by the cluster's authority and valid now",
    (name) => {
      const leaf = certificate(name);
      expect(leaf.verify(ca.publicKey)).toBe(true);
      expect(leaf.verify(frontProxyCa.publicKey)).toBe(false);
      expect(leaf.checkIssued(ca)).toBe(true);
      expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now());
      expect(Date.parse(leaf.validTo)).toBeGreaterThan(Date.now());
      expect(leaf.ca).toBe(false);
    },
  );

  test("the front proxy's client has an authority of its own, so it is no user of the API", () => {
    expect(certificate("front-proxy-client").verify(frontProxyCa.publicKey)).toBe(true);
    expect(certificate("front-proxy-client").verify(ca.publicKey)).toBe(false);
  });

  test("the API server answers to loopback and to its names in the cluster", () => {
    const leaf = certificate("apiserver");
    for (const ip of ["127.0.0.1", "10.245.0.1"]) expect(leaf.checkIP(ip)).toBe(ip);
    expect(leaf.checkHost("kubernetes.default.svc")).toBe("kubernetes.default.svc");
    expect(leaf.checkHost("example.org")).toBeUndefined();
  });

  test("users and groups are the ones that Kubernetes' roles name", () => {
    expect(certificate("admin").subject).toBe("CN=local-admin\nO=system:masters");
    expect(certificate("kube-scheduler").subject).toBe("CN=system:kube-scheduler");
  });

  test("each key belongs to its certificate, and no two are the same", () => {
    const keys = Object.entries(files).filter(([name]) => name.endsWith(".key"));
    expect(new Set(keys.map(([, key]) => key)).size).toBe(keys.length);
    expect(keys.every(([, key]) => key.startsWith("-----BEGIN PRIVATE KEY-----"))).toBe(true);
  });
});
