// Which URLs the service takes, and the path that the CDN knows each by.

/** Longer keys than this do not exist (S3 API reference: 1,024 bytes). */
const longest = 1024;

/**
 * @param url as Mastodon writes it
 * @param hosts host names of the media
 * @returns the path without its first slash, or what is wrong with the URL
 */
export function mediaPath(
  url: string,
  hosts: ReadonlySet<string>,
): { readonly path: string } | { readonly wrong: string } {
  const parsed = URL.parse(url);
  if (parsed === null) return { wrong: "is no URL" };
  if (parsed.protocol !== "https:" || parsed.port !== "" || parsed.username !== "" || parsed.password !== "")
    return { wrong: "must be plain https, without port and user" };
  if (!hosts.has(parsed.hostname)) return { wrong: `must be of ${[...hosts].join(" or ")}` };
  const path = parsed.pathname.slice(1);
  // A star means a whole folder to the CDN, and nobody else may ask for that.
  if (path.includes("*")) return { wrong: "must name one file" };
  if (path === "" || path.endsWith("/") || path.length > longest) return { wrong: "names no file" };
  return { path };
}
