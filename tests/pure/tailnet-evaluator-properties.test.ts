import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyFile } from "../../components/tailnet/evaluator/policy-file.ts";
import { carries, parsePorts, parseTraffic } from "../../components/tailnet/evaluator/ports.ts";
import { meets, parseRange } from "../../components/tailnet/evaluator/ranges.ts";
import { Reachability } from "../../components/tailnet/evaluator/reachability.ts";
import { validatePolicy } from "../../components/tailnet/evaluator/validate.ts";
import { ownTailnet } from "../../components/tailnet/own-tailnet.ts";

const base: PolicyFile = {
  groups: { "group:crew": ["al@social.example", "bea@social.example"] },
  tagOwners: { "tag:one": ["autogroup:admin"], "tag:two": ["autogroup:admin"] },
};
const topology = ownTailnet(base);
const devices = Object.keys(topology.nodes);

const name = fc.constantFrom(
  "*",
  "group:crew",
  "tag:one",
  "tag:two",
  "al@social.example",
  "autogroup:tagged",
  "100.64.0.1",
);
const ip = fc.constantFrom("*", "22", "tcp:443", "udp:53", "tcp:8000-8100", "80,443");
const grant = fc.record({
  src: fc.array(name, { minLength: 1, maxLength: 3 }),
  dst: fc.array(name, { minLength: 1, maxLength: 3 }),
  ip: fc.array(ip, { minLength: 1, maxLength: 2 }),
});
const grants = fc.array(grant, { maxLength: 4 });

/** Every open cell. */
function cells(policy: PolicyFile): Set<string> {
  const reachability = new Reachability(policy, topology);
  const open = devices.flatMap((source) =>
    devices.flatMap((target) =>
      [22, 53, 80, 443, 8050].flatMap((port) =>
        [6, 17]
          .filter((protocol) => reachability.reaches(source, target, port, protocol))
          .map((protocol) => `${source} ${target} ${port} ${protocol}`),
      ),
    ),
  );
  return new Set(open);
}

describe("grants", () => {
  it("only add: together they open exactly what each of them opens", () => {
    fc.assert(
      fc.property(grants, (all) => {
        expect(validatePolicy({ ...base, grants: all })).toEqual([]);
        const each = all.flatMap((one) => [...cells({ ...base, grants: [one] })]);
        expect(cells({ ...base, grants: all })).toEqual(new Set(each));
      }),
      { numRuns: 60 },
    );
  });

  it("do not depend on their order", () => {
    fc.assert(
      fc.property(grants, (all) => {
        expect(cells({ ...base, grants: all.toReversed() })).toEqual(cells({ ...base, grants: all }));
      }),
      { numRuns: 30 },
    );
  });

  it("say the same as acls of the same ports", () => {
    const acl = fc.record({ src: name, dst: name, port: fc.constantFrom("22", "443", "8000-8100", "80,443") });
    fc.assert(
      fc.property(acl, ({ src, dst, port }) => {
        const acls = [{ action: "accept", src: [src], dst: [`${dst}:${port}`] }];
        expect(cells({ ...base, acls })).toEqual(cells({ ...base, grants: [{ src: [src], dst: [dst], ip: [port] }] }));
      }),
      { numRuns: 60 },
    );
  });

  it("deny everything where there are none, and allow everything where they are left out", () => {
    expect(cells({ ...base, grants: [] }).size).toBe(0);
    expect(cells(base).size).toBe(devices.length ** 2 * 10);
  });
});

const number = (text: string): number => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

describe("ports and addresses", () => {
  const port = fc.integer({ min: 1, max: 65535 });

  it("lie in a range exactly from its first to its last", () => {
    fc.assert(
      fc.property(port, port, port, (one, other, probe) => {
        const [first, last] = one < other ? [one, other] : [other, one];
        expect(carries(parseTraffic(`tcp:${first}-${last}`), probe, 6)).toBe(first <= probe && probe <= last);
        expect(carries(parseTraffic(`tcp:${first}-${last}`), probe, 17)).toBe(false);
      }),
    );
  });

  it.each(["0", "70000", "9-3", "", "1-2-3", "x", "-1"])("that are no ports are refused: %s", (text) => {
    expect(() => parsePorts(text)).toThrow(/port range/);
  });

  it("of one family meet exactly where one lies in the other's range", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, other, bits) => {
        const network = parseRange(`${other}/${bits}`);
        const single = parseRange(address);
        if (!network || !single) throw new Error("both are addresses");
        const size = 2 ** (32 - bits);
        expect(meets(network, single)).toBe(Math.floor(number(address) / size) === Math.floor(number(other) / size));
      }),
    );
  });
});
