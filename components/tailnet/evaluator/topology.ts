// The devices that a policy is judged against: who owns them, which tags and which addresses they have.

interface User {
  readonly name: string;
  readonly email: string;
  /** Roles in the tailnet, such as `admin`: what `autogroup:admin` selects. A plain member has none. */
  readonly roles?: readonly string[];
}

/** A device. With tags it belongs to nobody: its user no longer counts. */
export interface Device {
  readonly tags: readonly string[];
  readonly ipv4: string;
  readonly ipv6: string;
  /** Name of the user who owns it. */
  readonly user?: string;
}

export interface Topology {
  readonly users: readonly User[];
  /** By name. */
  readonly nodes: Readonly<Record<string, Device>>;
}

/** The address families over which a device is meant: bit 1 is IPv4, bit 2 IPv6. */
export type Families = number;

export const ipv4 = 1;
export const ipv6 = 2;
export const bothFamilies = 3;
