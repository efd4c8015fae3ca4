// Turns the files of the documentation site into objects: keys, content types, cache headers and contents. Pure.
import { createHash } from "node:crypto";
import { extname } from "node:path";
import mimeTypes from "mime-types";
import type { Problem } from "../../problem.ts";
import type { SiteCache } from "../settings.ts";
import type { SiteFile } from "./files.ts";

/** One object of the site, as inputs of the provider. */
export interface SiteObject {
  readonly key: string;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Contents of a text. */
  readonly content?: string;
  /** Contents of everything else. */
  readonly contentBase64?: string;
  /** MD5 of the contents, which is the ETag that Spaces gives: an object that somebody overwrote differs from it after a refresh. */
  readonly etag: string;
}

const indexName = "index.html";

/** A name with a hash of the contents in it, as site generators write them: `main.3f2a9c01.css`. Eight hex digits, one a digit. */
const fingerprint = /[.-](?=[a-f]*\d)[0-9a-f]{8,}\.[^/]+$/;

/** A year, the longest time that caches respect (RFC 9111 leaves it open; a year is what all use). */
const year = 31_536_000;

/**
 * An object for each file, and a second one for each index page below the top: Spaces knows no index documents, but a key may end in a
 * slash, so that `guide/` answers as well as `guide/index.html`. Only the top has no key of that kind, because it would be empty.
 */
export function siteObjects(files: readonly SiteFile[], cache: SiteCache): SiteObject[] {
  return files.flatMap((file) => {
    const object = siteObject(file, cache);
    const folder = file.path.endsWith(`/${indexName}`) ? file.path.slice(0, -indexName.length) : undefined;
    return folder === undefined ? [object] : [object, { ...object, key: folder }];
  });
}

/** Texts that are not UTF-8, although they are published as such. */
export function encodingProblems(files: readonly SiteFile[]): Problem[] {
  return files
    .filter(({ path, bytes }) => isText(path) && textOf(bytes) === undefined)
    .map(({ path }) => ({
      path: "storage.docs.site",
      value: path,
      message: "is not UTF-8, in which all texts are published; save it in UTF-8",
    }));
}

function siteObject({ path, bytes }: SiteFile, cache: SiteCache): SiteObject {
  const text = isText(path) ? textOf(bytes) : undefined;
  return {
    key: path,
    contentType: contentType(path),
    cacheControl: cacheControl(path, cache),
    ...(text === undefined ? { contentBase64: bytes.toString("base64") } : { content: text }),
    etag: createHash("md5").update(bytes).digest("hex"),
  };
}

/** By the name's ending; one that nobody registered is a download. */
function contentType(path: string): string {
  return mimeTypes.contentType(extname(path)) || "application/octet-stream";
}

function isText(path: string): boolean {
  const type = contentType(path);
  return type.includes("charset=utf-8") || type === "image/svg+xml" || /[/+]xml$/.test(type);
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function cacheControl(path: string, { pages, files, immutable }: SiteCache): string {
  if (fingerprint.test(path) || immutable.some((beginning) => path.startsWith(beginning)))
    return `public, max-age=${year}, immutable`;
  return `public, max-age=${path.endsWith(".html") ? pages : files}`;
}
