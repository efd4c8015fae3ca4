// The list of treatments, read and checked: what becomes of each table and column of a copied database.
import { z } from "zod";
import data from "./treatments.json" with { type: "json" };

const reason = z.string().min(1);

/** `keep`: stays, and why. `set`: its new value in SQL. `own`: addresses of the server itself get the copy's name. */
const columnSchema = z.union([
  z.strictObject({ keep: reason }),
  z.strictObject({ set: z.string().min(1), because: reason }),
  z.strictObject({ own: reason }),
]);

const treatmentsSchema = z.strictObject({
  comment: z.string(),
  empty: z.record(z.string(), reason),
  delete: z.array(z.strictObject({ table: z.string(), where: z.string(), because: reason })),
  kept: z.record(z.string(), z.record(z.string(), columnSchema)),
});

export type ColumnTreatment = z.infer<typeof columnSchema>;

/** In the order in which they are carried out: tables that are emptied, rows that go, columns of what stays. */
export const treatments = treatmentsSchema.parse(data);
