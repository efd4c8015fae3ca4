// Reads the documentation site's folder, and says what in it cannot be published.
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Problem } from "../../problem.ts";
import { probeKey } from "../inputs.ts";

/** One file of the site. */
export interface SiteFile {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface SiteReading {
  readonly files: readonly SiteFile[];
  readonly problems: readonly Problem[];
}

/**
 * The contents are part of Pulumi's state, which is saved whole after every single step of an update: what is larger belongs into a
 * bucket by other means. Our own limits, not the cloud's.
 */
const limits = { fileBytes: 1024 ** 2, totalBytes: 8 * 1024 ** 2, files: 500 };

/** A key of S3 has at most 1,024 bytes (docs.aws.amazon.com, object keys). */
const longestKey = 1024;

const setting = "storage.docs.site";

/**
 * All files below the folder, in the order of their names. Hidden ones are left out, except those in `.well-known`.
 * @param root the project's folder
 * @param folder from there
 */
export function readSite(root: string, folder: string): SiteReading {
  const top = join(root, folder);
  const problem = (message: string): SiteReading => ({
    files: [],
    problems: [{ path: setting, value: folder, message }],
  });
  if (!existsSync(top)) return problem("does not exist in the project; create the folder, or leave the setting out");
  if (relative(realpathSync(root), realpathSync(top)).startsWith(".."))
    return problem("leads out of the project by a symbolic link; put the folder itself there");
  if (!statSync(top).isDirectory()) return problem("is a file; name the folder that it is in");
  const { files, problems } = readFolder(top, "");
  if (files.length === 0 && problems.length === 0)
    return problem("holds no file that can be published; put an index.html there, or leave the setting out");
  return { files, problems: [...problems, ...tooMuch(folder, files)] };
}

function readFolder(top: string, below: string): SiteReading {
  const entries = readdirSync(join(top, below), { withFileTypes: true }).toSorted((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  const parts = entries
    .filter(({ name }) => !name.startsWith(".") || name === ".well-known")
    .map(({ name }) => {
      const path = below === "" ? name : `${below}/${name}`;
      return readEntry(top, path);
    });
  return { files: parts.flatMap(({ files }) => files), problems: parts.flatMap(({ problems }) => problems) };
}

function readEntry(top: string, path: string): SiteReading {
  const entry = lstatSync(join(top, path));
  if (entry.isDirectory()) return readFolder(top, path);
  const message = refusal(entry, path);
  if (message !== undefined) return { files: [], problems: [{ path: setting, value: path, message }] };
  return { files: [{ path, bytes: readFileSync(join(top, path)) }], problems: [] };
}

/** Why an entry that is no folder cannot be published. */
function refusal(entry: ReturnType<typeof lstatSync> & object, path: string): string | undefined {
  if (entry.isSymbolicLink())
    return "is a symbolic link, which could publish what lies outside the folder; put the file itself there";
  if (!entry.isFile()) return "is neither a file nor a folder; take it out";
  if (Number(entry.size) > limits.fileBytes)
    return `has ${entry.size} bytes, and a file may have ${limits.fileBytes}: contents are kept in Pulumi's state; make it smaller, or publish it elsewhere`;
  if (path === probeKey) return "is the name of the object that uptime checks read; give it another name";
  if (Buffer.byteLength(path) > longestKey) return `has a path of more than ${longestKey} bytes; shorten it`;
  return undefined;
}

function tooMuch(folder: string, files: readonly SiteFile[]): Problem[] {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const advice = "contents are kept in Pulumi's state; publish a site of this size by other means";
  const messages = [
    ...(files.length > limits.files ? [`holds ${files.length} files, and may hold ${limits.files}: ${advice}`] : []),
    ...(bytes > limits.totalBytes ? [`holds ${bytes} bytes, and may hold ${limits.totalBytes}: ${advice}`] : []),
  ];
  return messages.map((message) => ({ path: setting, value: folder, message }));
}
