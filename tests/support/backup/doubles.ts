// Programs that stand in front of the real ones in PATH: a wrong clock, a disk that claims to have room.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Bench } from "./bench.ts";

/** PATH with a `date` that is so many seconds ahead. What is asked of a given time stays as it is. */
export function clockAhead(bench: Bench, seconds: number): Readonly<Record<string, string>> {
  return inFront(
    bench,
    "date",
    `case " $* " in *" -d "*) exec /usr/bin/date "$@" ;; esac
exec /usr/bin/date -d "$((${seconds})) seconds" "$@"`,
  );
}

/** PATH with a `df` that finds so many bytes free everywhere. */
export function diskFree(bench: Bench, bytes: number): Readonly<Record<string, string>> {
  return inFront(bench, "df", `echo Filesystem\necho "disk 0 0 ${Math.floor(bytes / 1024)} 0% /"`);
}

function inFront({ folder, environment }: Bench, program: string, text: string): Readonly<Record<string, string>> {
  const own = join(folder, `in-front-${program}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, program), `#!/bin/sh\n${text}\n`);
  chmodSync(join(own, program), 0o755);
  return { PATH: [own, environment["PATH"]].join(delimiter) };
}
