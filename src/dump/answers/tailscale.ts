// What Tailscale would answer, for every type that the local cloud knows.
import { type AnswerOf, hex, madeAt, secretText, textOf, uuid } from "./values.ts";

const plain: AnswerOf = (_inputs, name) => ({ id: uuid(name) });

/** Ids of keys, clients and webhooks: `k` and twelve letters and digits. */
const keyId = (name: string) => `k${hex(name, 12)}CNTRL`;

const withKey =
  (what: string): AnswerOf =>
  (_inputs, name) => ({
    id: keyId(name),
    outputs: { key: secretText(what), createdAt: madeAt, updatedAt: madeAt, userId: "u123456CNTRL" },
  });

const plainTypes = [
  "Acl",
  "Contacts",
  "DeviceAuthorization",
  "DeviceKey",
  "DeviceSubnetRoutes",
  "DeviceTags",
  "DnsConfiguration",
  "DnsNameservers",
  "DnsPreferences",
  "DnsSearchPaths",
  "DnsSplitNameservers",
  "LogstreamConfiguration",
  "PostureIntegration",
  "TailnetSettings",
];

/** By class name. */
export const tailscaleAnswers: Readonly<Record<string, AnswerOf>> = {
  ...Object.fromEntries(plainTypes.map((type) => [type, plain])),
  AwsExternalId: (_inputs, name) => ({
    id: uuid(name),
    outputs: { externalId: uuid(name), tailscaleAwsAccountId: "123456789012" },
  }),
  // No secret at all. Without an audience of one's own it is made of the client's id.
  FederatedIdentity: ({ audience }, name) => ({
    id: keyId(name),
    outputs: {
      audience: audience ?? `api.tailscale.com/${keyId(name)}`,
      createdAt: madeAt,
      updatedAt: madeAt,
      userId: "u123456CNTRL",
    },
  }),
  OauthClient: withKey("oauth-client"),
  Service: ({ name }) => ({ id: textOf(name), outputs: { addrs: ["100.64.0.50"] } }),
  TailnetKey: (_inputs, name) => ({
    id: keyId(name),
    outputs: { key: secretText("tailnet-key"), createdAt: madeAt, expiresAt: "2026-04-01T00:00:00Z", invalid: false },
  }),
  Webhook: (_inputs, name) => ({ id: keyId(name), outputs: { secret: secretText("webhook") } }),
};
