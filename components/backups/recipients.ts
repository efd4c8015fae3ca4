// Who can open backups.

interface Recipients {
  readonly backups: { readonly recipients: readonly string[] };
  readonly escrow: { readonly recipients: readonly string[] };
}

/** Public age keys of people: those of backups, or where there are none those of the escrow bundle. */
export function effectiveRecipients({ backups, escrow }: Recipients): readonly string[] {
  return backups.recipients.length > 0 ? backups.recipients : escrow.recipients;
}
