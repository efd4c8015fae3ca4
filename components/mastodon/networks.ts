// The shape of networks of either kind in settings.
import { z } from "zod";

/** A network of IPv4 or IPv6 addresses. */
export const networkSchema = z.union([z.cidrv4(), z.cidrv6()], {
  error: "must be a network in CIDR notation, for example 192.0.2.0/24",
});
