// Who can open backups.

interface Recipients {
  readonly backups: { readonly recipients: readonly string[] };
  readonly escrow: { readonly recipients: readonly string[] };
}

/** Public age keys of people: those of backups, or where there are none those of the escrow bundle. */
export function effectiveRecipients({ backups, escrow }: Recipients): readonly string[] {
  return backups.recipients.length > 0 ? backups.recipients : escrow.recipients;
}

/** Those of Pulumi.prod.yaml and Pulumi.local.yaml. Their private halves were thrown away when they were made. */
export const exampleRecipients: readonly string[] = [
  "age1kzapnw8d7yvker39v37mxlqhu4rchdwxhpy7s5rgrp6zwjf2g4zqeaehkx",
  "age1c8lh79sv24ekqxean7kfxgvt6c2jx56kd0vcuh5zs4s9vzqlhcmqgv4mvh",
];
