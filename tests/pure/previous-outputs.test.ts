import { describe, expect, it } from "vitest";
import { knownOutputs } from "../../src/previous-outputs.ts";

describe("the outputs of the last update", () => {
  it("are empty on a new stack", () => {
    expect(knownOutputs({})).toEqual({});
    expect(knownOutputs(undefined)).toEqual({});
  });

  it("keep each field that is as promised", () => {
    const mail = { host: "smtp.example", port: 2587, from: "a@b.example" };
    expect(knownOutputs({ mail })).toEqual({ mail });
  });

  it("leave out a field that another version wrote in another form, and keep the rest", () => {
    const loadBalancer = { address: "203.0.113.1" };
    expect(knownOutputs({ mail: "old", loadBalancer })).toEqual({ loadBalancer });
  });

  it("never hold the kubeconfig", () => {
    expect(knownOutputs({ kubeconfig: "apiVersion: v1" })).toEqual({});
  });
});
