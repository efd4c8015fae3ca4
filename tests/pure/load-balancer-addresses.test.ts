// The load balancer's addresses, from a Service's status.
import { describe, expect, it } from "vitest";
import { loadBalancerAddresses, requireIpv6 } from "../../components/mastodon/kubernetes/addresses.ts";

describe("a load balancer's addresses", () => {
  const both = [{ ip: "2001:db8::1" }, { ip: "203.0.113.1" }];

  it("are told apart by their form, not by their order", () => {
    const expected = { address: "203.0.113.1", ipv6: "2001:db8::1" };
    expect(loadBalancerAddresses(both)).toEqual(expected);
    expect(loadBalancerAddresses(both.toReversed())).toEqual(expected);
  });

  it("always include one for IPv4", () => {
    expect(() => loadBalancerAddresses([])).toThrow("got no address");
    expect(() => loadBalancerAddresses([{ ip: "2001:db8::1" }])).toThrow("got no address");
  });

  it("include one for IPv6 where the records need it, or the way out is told", () => {
    expect(requireIpv6(loadBalancerAddresses(both))).toBe("2001:db8::1");
    expect(() => requireIpv6(loadBalancerAddresses([{ ip: "203.0.113.1" }]))).toThrow(
      /mastodon:dns\.ipv6: true .* has 203\.0\.113\.1 only.*set mastodon:dns\.ipv6 to false/,
    );
  });
});
