// The scripts that the Jobs run, read from the files beside this one.
import { textBeside } from "../../text-beside.ts";

const script = (name: string) => textBeside(import.meta.url, `scripts/${name}`);

/** Ruby, for Mastodon's image. Each begins with the way to connect. */
export const migrateScript = script("connect.rb") + script("migrate.rb");
export const prepareDumpScript = script("connect.rb") + script("prepare-dump.rb");
export const uploadDumpScript = script("upload-dump.rb");

/** Shell, for PostgreSQL's image. */
export const dumpScript = script("dump.sh");
