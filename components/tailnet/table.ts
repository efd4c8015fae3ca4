// The intent matrix as a page of the handbook, docs/tailnet-access.md.
import { markdownTable } from "../markdown-table.ts";
import { impersonatedGroup, intendedTargets, intentMatrix, type IntentMatrix } from "./intents.ts";
import { tailnetSettingsSchema } from "./settings.ts";

/** Every kind of subject once, with the defaults of `tailnet.access`. */
function defaultMatrix(): IntentMatrix {
  const settings = tailnetSettingsSchema.parse({
    operators: ["operator@social.example"],
    moderators: ["moderator@social.example"],
    observers: ["observer@social.example"],
  });
  return intentMatrix(settings, { workers: ["name"], valkeyCache: true, kansasCity: true, backupMetrics: true });
}

const head = `# Who reaches what on the tailnet

What \`tailnet.access\` says by default; everything else is closed. Written by \`npm run generate\` from the matrix in \`components/tailnet/intents.ts\`,
from which the policy and its tests follow too; [tailnet.md](tailnet.md) explains it.

`;

/** Text of the page. */
export function accessPage(): string {
  const matrix = defaultMatrix();
  const columns = matrix.targets.map(({ title }) => title);
  const rows = matrix.subjects.map((subject) => {
    const intended = intendedTargets(subject, matrix);
    const cells = matrix.targets.map((target) => {
      if (!intended.includes(target)) return "–";
      return target.impersonates ? `yes, as \`${impersonatedGroup(subject)}\`` : target.login ? "yes, checked" : "yes";
    });
    return [subject.title, `\`${subject.selector}\``, ...cells];
  });
  const places = matrix.targets.map(({ name, title, places }) => [
    title,
    `\`${name}\``,
    places.map(({ tag, port }) => `\`${tag}:${port}\``).join(", "),
  ]);
  return `${head}${markdownTable(["", "In the policy", ...columns], rows)}\n${markdownTable(["What", "In settings", "Where (TCP)"], places)}`;
}
