// Writes texts so that a POSIX shell reads them back unchanged.

/** Plain where nothing in it means anything to a shell: `/tmp/a` stays, `/tmp/a b's` becomes `'/tmp/a b'\\''s'`. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
