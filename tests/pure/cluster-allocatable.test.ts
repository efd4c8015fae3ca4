// What nodes of each droplet size offer, against DigitalOcean's published and observed figures.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocatable, nodeResources } from "../../local/cluster/allocatable.ts";
import { parseQuantity } from "../../local/cluster/quantities.ts";

describe("allocatable", () => {
  test.each([
    [4096, "2560Mi"],
    [8192, "6144Mi"],
    [16_384, "13312Mi"],
    [32_768, "28672Mi"],
  ])("gives pods of a %i MiB droplet the published %s", (memoryMib, memory) => {
    expect(allocatable(4, memoryMib).memory).toBe(memory);
  });

  test.each([
    [4, "3900m"],
    [8, "7880m"],
  ])("gives pods of a %i vCPU droplet the observed %s", (vcpus, cpu) => {
    expect(allocatable(vcpus, 8192).cpu).toBe(cpu);
  });

  test("never offers more than the droplet has, nor less for a larger one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 512, max: 262_144 }), (vcpus, memoryMib) => {
        const here = nodeResources(vcpus, memoryMib, 160);
        const larger = allocatable(vcpus + 1, memoryMib + 1024);
        for (const name of ["cpu", "memory", "ephemeral-storage"] as const) {
          expect(parseQuantity(here.allocatable[name])).toBeLessThanOrEqual(parseQuantity(here.capacity[name]));
          expect(parseQuantity(here.allocatable[name])).toBeGreaterThan(0);
        }
        expect(parseQuantity(larger.memory)).toBeGreaterThanOrEqual(parseQuantity(here.allocatable.memory));
        expect(parseQuantity(larger.cpu)).toBeGreaterThan(parseQuantity(here.allocatable.cpu));
      }),
    );
  });
});

describe("quantities", () => {
  test.each([
    ["250m", 0.25],
    ["2", 2],
    ["1.5Gi", 1_610_612_736],
    ["100M", 100_000_000],
    ["1e3", 1000],
    ["3900m", 3.9],
  ])("reads %s as %d", (text, amount) => {
    expect(parseQuantity(text)).toBeCloseTo(amount);
  });

  test("refuses what the API server would not store", () => {
    expect(() => parseQuantity("much")).toThrow('"much" is not a Kubernetes quantity');
    expect(() => parseQuantity("1Qi")).toThrow('"1Qi"');
  });
});
