// Where PostgreSQL sends its log besides the control panel.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { LogSinkSettings } from "./log-sink-settings.ts";

/** What the receiver asks for; all of it secret, each part only if it is asked for. */
export interface LogSinkCredentials {
  readonly user?: pulumi.Output<string> | undefined;
  readonly password?: pulumi.Output<string> | undefined;
  /** PEM of the receiver's own authority. */
  readonly caCertificate?: pulumi.Output<string> | undefined;
  /** PEM of the certificate by which the database shows who it is. */
  readonly clientCertificate?: pulumi.Output<string> | undefined;
  readonly clientKey?: pulumi.Output<string> | undefined;
}

export interface LogSinkArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly clusterId: pulumi.Input<string>;
  readonly settings: LogSinkSettings;
  readonly credentials: LogSinkCredentials;
}

/** Forwards a database's log to a syslog server or to OpenSearch. */
export class LogSink extends pulumi.ComponentResource {
  constructor(name: string, args: LogSinkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:database:LogSink", name, {}, opts);
    const { settings, credentials, clusterId } = args;
    const { caCertificate: caCert, clientCertificate: clientCert, clientKey } = credentials;
    const common = { clusterId, name: `${args.prefix}-log`, caCert };
    if (settings.kind === "rsyslog") {
      const { server, port, tls, format, structuredData } = settings;
      new digitalocean.DatabaseLogsinkRsyslog(
        `${name}-rsyslog`,
        { ...common, clientCert, clientKey, server, port, tls, format, structuredData },
        { parent: this },
      );
    } else {
      const { indexPrefix, keepDays, timeoutSeconds } = settings;
      new digitalocean.DatabaseLogsinkOpensearch(
        `${name}-opensearch`,
        { ...common, endpoint: endpointOf(settings, credentials), indexPrefix, indexDaysMax: keepDays, timeoutSeconds },
        // The login is part of the address, which the plugin does not know as a secret.
        { parent: this, additionalSecretOutputs: ["endpoint"] },
      );
    }
    this.registerOutputs({});
  }
}

/** `https://user:password@host:port`, secret where there is a login. */
function endpointOf(
  { server, port }: Pick<LogSinkSettings, "server" | "port">,
  { user, password }: LogSinkCredentials,
): pulumi.Input<string> {
  if (user === undefined || password === undefined) return `https://${server}:${port}`;
  const login = pulumi.all([user, password]).apply((parts) => parts.map(encodeURIComponent).join(":"));
  return pulumi.interpolate`https://${login}@${server}:${port}`;
}
