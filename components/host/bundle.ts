// A bundle for a host: one script that carries a program with its files, and hands over to it.

interface Bundle {
  /** What it does, for whoever opens it: a line of comment. */
  readonly about: string;
  /** Name of the program among the files. */
  readonly program: string;
  /** Texts by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** No line of a file is this; {@link pack} sees to it. */
const end = "END-OF-FILE-7d0f2a";

/**
 * POSIX shell, which gives its arguments to the program, with the folder of the files between the first, `up` by default, and the others. It also
 * works from standard input: `sh -s up < bundle.sh`.
 */
export function hostBundle({ about, program, files }: Bundle): string {
  const packed = Object.entries(files).map(([name, text]) => pack(name, text));
  return `#!/bin/sh
# ${about}
# It holds secrets of the server: remove it from the host afterwards.
set -eu
umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${packed.join("")}action=\${1:-up}
[ "$#" -eq 0 ] || shift
sh "$folder/${program}" "$action" "$folder" "$@"
`;
}

function pack(name: string, text: string): string {
  if (text.split("\n").includes(end)) throw new Error(`the file ${name} of a host holds the line ${end}`);
  return `cat >"$folder/${name}" <<'${end}'\n${text.endsWith("\n") ? text : `${text}\n`}${end}\n`;
}
