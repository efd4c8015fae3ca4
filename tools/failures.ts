// Errors of preparing the engine, each one sentence for the person at the terminal, and how a failed build's output becomes one.

/** Something that the person can put right; the message says what is wrong and what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** What a failed `go` command left behind. */
export interface FailedBuild {
  /** What was being built, for people. */
  readonly title: string;
  /** Everything that the command printed. */
  readonly output: string;
  /** File that keeps this output. */
  readonly log: string;
}

interface KnownCause {
  readonly pattern: RegExp;
  readonly sentence: (title: string, found: string) => string;
}

// In this order: a full disk makes later messages of any kind, and a blocked network is mentioned in checksum errors too.
const knownCauses: readonly KnownCause[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    sentence: (title) =>
      `The disk became full while building the ${title}; free a few gigabytes (\`go clean -cache\` helps) and run this again.`,
  },
  {
    pattern: /signal: killed|cannot allocate memory|fatal error: runtime: out of memory/i,
    sentence: (title) =>
      `The machine ran out of memory while building the ${title}; close other programs (4 GiB free are enough) and run this again.`,
  },
  {
    pattern: /SECURITY ERROR|checksum mismatch/,
    sentence: (title) =>
      `A downloaded Go module of the ${title} differs from its recorded checksum; run \`go clean -modcache\`, and if it stays so, ask who runs your module proxy.`,
  },
  {
    pattern: /GOPROXY list is not the empty string, but contains no entries|module lookup disabled by GOPROXY=off/,
    sentence: (title) =>
      `Go modules for the ${title} must be downloaded, but GOPROXY turns that off; unset it (\`go env -u GOPROXY\`) and run this again.`,
  },
  {
    pattern:
      /no such host|connection refused|connection reset|network is unreachable|no route to host|i\/o timeout|TLS handshake timeout|server misbehaving|context deadline exceeded/i,
    sentence: (title, found) =>
      `Go modules for the ${title} cannot be downloaded (${found.toLowerCase()}); check the network or point GOPROXY at a module proxy that is reachable, and run this again.`,
  },
  {
    pattern: /\b(?:403 Forbidden|404 Not Found|410 Gone|50\d [A-Z][A-Za-z ]+)/,
    sentence: (title, found) =>
      `The module proxy refuses a Go module of the ${title} (${found.trim()}); point GOPROXY at another one and run this again.`,
  },
];

/** One sentence about why a build failed; a compile failure that is nobody's known cause shows the last lines instead. */
export function explainFailedBuild({ title, output, log }: FailedBuild): string {
  for (const { pattern, sentence } of knownCauses) {
    const found = pattern.exec(output)?.[0];
    if (found !== undefined) return `${sentence(title, found)} The log is ${log}.`;
  }
  const last = output.trimEnd().split("\n").slice(-8).join("\n  ");
  return `Building the ${title} failed, which is a fault of this project or of the Go installation; the log is ${log}. It ends:\n  ${last}`;
}

/** Refuses a Go installation that is missing. */
export function missingGo(title: string): EngineError {
  return new EngineError(
    `Go is missing: the ${title} has to be built with it where it cannot be downloaded; install Go 1.26 or newer from https://go.dev/dl and run this again.`,
  );
}

/** Refuses a Go that is too old and could not fetch a newer toolchain. */
export function oldGo(title: string, found: string, needed: string): EngineError {
  return new EngineError(
    `Go ${found} is too old: the ${title} needs Go ${needed} or newer, and Go could not fetch that by itself; install it from https://go.dev/dl and run this again.`,
  );
}

/** Refuses to start a build that would fill the disk. */
export function littleDisk(title: string, folder: string, free: number, needed: number): EngineError {
  return new EngineError(
    `Building the ${title} needs ${gibibytes(needed)} of free disk, and ${folder} has ${gibibytes(free)}; free some space, or point GOCACHE, GOMODCACHE or XDG_CACHE_HOME at a larger disk, and run this again.`,
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
