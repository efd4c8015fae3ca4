// Mastodon's own secrets: those that the operator gives, and the rest made once and then kept.
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import type { GivenSecrets } from "../args.ts";
import type { MastodonSecrets as Secrets } from "../environment/inputs.ts";
import { assertVapidPair, vapidPair, type VapidPair } from "./vapid.ts";

export interface MastodonSecretsArgs {
  readonly given: GivenSecrets;
  readonly randomProvider: pulumi.ProviderResource;
  readonly tlsProvider: pulumi.ProviderResource;
  readonly protect: boolean;
}

/** The secrets that must outlive everything: without them the database cannot be read and everybody is logged out. */
export class MastodonSecrets extends pulumi.ComponentResource {
  readonly secrets: Secrets;
  /** The half of the push keys that browsers are told. */
  readonly vapidPublicKey: pulumi.Output<string>;

  constructor(name: string, args: MastodonSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mastodon:Secrets", name, {}, opts);
    const vapid = this.vapid(name, args);
    this.vapidPublicKey = pulumi.unsecret(vapid.publicKey);
    this.secrets = {
      secretKeyBase: pulumi.secret(args.given.secretKeyBase ?? this.secretKeyBase(name, args)),
      activeRecord: {
        primaryKey: this.activeRecordKey(name, "primary-key", args.given.activeRecord?.primaryKey, args),
        deterministicKey: this.activeRecordKey(
          name,
          "deterministic-key",
          args.given.activeRecord?.deterministicKey,
          args,
        ),
        keyDerivationSalt: this.activeRecordKey(
          name,
          "derivation-salt",
          args.given.activeRecord?.keyDerivationSalt,
          args,
        ),
      },
      vapid: { privateKey: vapid.privateKey, publicKey: this.vapidPublicKey },
    };
    this.registerOutputs({ vapidPublicKey: this.vapidPublicKey });
  }

  /** 64 random bytes in hexadecimal, as `rails secret` makes them. */
  private secretKeyBase(name: string, { randomProvider, protect }: MastodonSecretsArgs): pulumi.Output<string> {
    const options = this.kept(randomProvider, protect, ["length"]);
    return new random.RandomBytes(`${name}-secret-key-base`, { length: 64 }, options).hex;
  }

  /** 32 letters and digits, as Mastodon's own generator makes them (lib/tasks/db.rake:43-45). */
  private activeRecordKey(
    name: string,
    key: string,
    given: pulumi.Input<string> | undefined,
    { randomProvider, protect }: MastodonSecretsArgs,
  ): pulumi.Output<string> {
    if (given !== undefined) return pulumi.secret(given);
    const options = this.kept(randomProvider, protect, ["length", "special"]);
    return new random.RandomPassword(`${name}-active-record-${key}`, { length: 32, special: false }, options).result;
  }

  private vapid(name: string, { given, tlsProvider, protect }: MastodonSecretsArgs): pulumi.Output<VapidPair> {
    if (given.vapid) return checkedPair(given.vapid);
    const options = this.kept(tlsProvider, protect, ["algorithm", "ecdsaCurve"]);
    const key = new tls.PrivateKey(`${name}-vapid`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, options);
    return pulumi.secret(key.privateKeyPem.apply(vapidPair));
  }

  /** A later change of what a new key looks like must leave the existing one alone. */
  private kept(
    provider: pulumi.ProviderResource,
    protect: boolean,
    ignoreChanges: string[],
  ): pulumi.CustomResourceOptions {
    return { parent: this, provider, protect, ignoreChanges };
  }
}

function checkedPair(given: NonNullable<GivenSecrets["vapid"]>): pulumi.Output<VapidPair> {
  return pulumi.secret(pulumi.output(given)).apply((pair) => {
    assertVapidPair(pair);
    return pair;
  });
}
