// The emulated `tls` package: real keys and certificates, kept with Pulumi's state and nowhere else.
import { join } from "node:path";
import {
  CloudError,
  type Hooks,
  type InvokeFunction,
  type ProviderDefinition,
  type ResourceType,
} from "../contract.ts";
import { type Behaviour, between, declaredFacts, declaredType, oneOf, readDeclaredPackage } from "../declared-types.ts";
import { authorityFailures, needsKey, onlyAllowedUses } from "./checks.ts";
import { certRequest, locallySignedCert, selfSignedCert } from "./certificates.ts";
import { corrections } from "./corrections.ts";
import { algorithms, curves, privateKey, publicKeyOutputs, readPrivateKey } from "./keys.ts";

const declared = readDeclaredPackage(join(import.meta.dirname, "facts.json"));

const certificateRules = {
  allowedUses: onlyAllowedUses,
  earlyRenewalHours: between(0),
  maxPathLength: between(-1),
  validityPeriodHours: between(0),
};

const behaviours: Readonly<Record<string, Behaviour>> = {
  CertRequest: { hooks: certRequest, check: needsKey("privateKeyPem") },
  LocallySignedCert: {
    hooks: locallySignedCert,
    rules: certificateRules,
    check: needsKey("caPrivateKeyPem"),
  },
  PrivateKey: {
    hooks: privateKey,
    // Smaller RSA keys are refused by Go's crypto library since 1.24, and are broken.
    rules: {
      algorithm: oneOf(...algorithms),
      ecdsaCurve: oneOf(...Object.keys(curves)),
      rsaBits: between(1024, 16_384),
    },
  },
  SelfSignedCert: {
    hooks: selfSignedCert,
    rules: certificateRules,
    check: (inputs) => [...needsKey("privateKeyPem")(inputs), ...authorityFailures(inputs)],
  },
};

const types = new Map<string, ResourceType>(
  Object.entries(declared.resources).map(([token, { properties }]) => {
    const className = token.split(":")[2]!;
    const behaviour = behaviours[className];
    if (!behaviour) throw new Error(`${token} has facts but no behaviour: give it one in local/providers/tls`);
    const hooks = withoutImport(className, behaviour.hooks ?? {});
    return [token, declaredType(token, properties, corrections[className], { ...behaviour, hooks, stored: false })];
  }),
);

/** A key or certificate is not kept anywhere, so there is nothing to find by an id; the real provider has no import either. */
function withoutImport(className: string, hooks: Hooks): Hooks {
  return {
    ...hooks,
    async refresh(ctx, id, state) {
      if (Object.keys(state).length > 0) return await hooks.refresh?.(ctx, id, state);
      const message = `${className} cannot be imported (${id} was given), neither here nor with the real provider; create a new one`;
      throw new CloudError("unprocessable_entity", message);
    },
  };
}

/** Everything public about a private key. */
const getPublicKey: InvokeFunction = {
  facts: declaredFacts(declared.functions["tls:index/getPublicKey:getPublicKey"]!.inputs),
  run: async (_ctx, args) => ({ ...args, ...publicKeyOutputs(readPrivateKey(args["privateKeyPem"], "privateKeyPem")) }),
};

/** The `tls` package of the local cloud. */
export const provider: ProviderDefinition = {
  package: "tls",
  npm: "@pulumi/tls",
  bridge: "framework",
  config: { facts: declaredFacts(declared.provider) },
  credentials: () => "tls",
  tokens: () => [...types.keys()],
  resource: (token) => types.get(token),
  functions: { "tls:index/getPublicKey:getPublicKey": getPublicKey },
};
