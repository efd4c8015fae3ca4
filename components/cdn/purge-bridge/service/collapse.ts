// Turns many paths into few: whole folders, as deep as possible, in place of the files in them.

/**
 * @param paths files, or folders with `/*` at their end; without a slash at the beginning
 * @param most how many may remain
 * @returns the same paths when they are few enough, otherwise folders that cover them all; `*` covers everything
 */
export function collapse(paths: readonly string[], most: number): string[] {
  const deepest = Math.max(0, ...paths.map((path) => path.split("/").length - 1));
  for (let depth = deepest; depth > 0; depth -= 1) {
    const folders = atDepth(paths, depth);
    if (folders.length <= most) return folders;
  }
  return paths.length <= most ? [...paths] : ["*"];
}

/** Each folder of that depth once; a folder with a single path in it stays that path. */
function atDepth(paths: readonly string[], depth: number): string[] {
  const folders = Map.groupBy(paths, (path) => {
    const parts = path.split("/");
    return parts.length > depth ? `${parts.slice(0, depth).join("/")}/*` : path;
  });
  return [...folders].map(([folder, [only, ...others]]) => (only !== undefined && others.length === 0 ? only : folder));
}

/** Whether a folder among the patterns covers the path already. */
export function isCovered(path: string, patterns: Iterable<string>): boolean {
  for (const pattern of patterns) {
    if (pattern.endsWith("*") && path !== pattern && path.startsWith(pattern.slice(0, -1))) return true;
  }
  return false;
}
