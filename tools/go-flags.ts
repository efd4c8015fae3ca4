// Compiler and linker flags of every build, chosen for a short cold build; the measurements are in README.md.
import type { GoArtifact } from "./artifacts.ts";

/** Environment of every `go` command: the user's own Go settings must change neither the result nor the shared build cache. */
export const goEnvironment: Readonly<Record<string, string>> = {
  CGO_ENABLED: "0", // one variant of the standard library for all three builds, and no C compiler needed
  GOFLAGS: "-buildvcs=false",
  GOWORK: "off",
  GOGC: "400",
};

/** Arguments of `go build` before the package. The same for every artifact, so that they share compiled packages. */
export function buildFlags(artifact: Pick<GoArtifact, "variables" | "tags">): string[] {
  const lean = "-dwarf=false"; // nobody debugs these binaries
  const variables = Object.entries(artifact.variables).map(([name, value]) => `-X ${name}=${value}`);
  return [
    "-trimpath",
    ...tagFlags(artifact),
    // Inlining is a quarter of the compile time; it stays where programs spend their time.
    `-gcflags=all=${lean} -l`,
    `-gcflags=std=${lean}`,
    `-gcflags=google.golang.org/...=${lean}`,
    `-ldflags=${["-s", "-w", ...variables].join(" ")}`,
  ];
}

/** Also of the command that downloads: the tags decide which modules are needed. */
export function tagFlags({ tags = [] }: Pick<GoArtifact, "tags">): string[] {
  return tags.length === 0 ? [] : [`-tags=${tags.join(",")}`];
}
