import { z } from "zod";
import { DEFAULTS } from "../modules/defaults";
import { oneOf, rule, text } from "./schema";

/** QuickSight's limit of principals in the permissions of one resource. */
const MOST_PRINCIPALS = 64;

const PRINCIPAL = z.strictObject({
  kind: oneOf("user", "group"),
  /** Name in QuickSight; for a user who signs in by a role, `role/session`. */
  name: text(/^[\w+=,.@-]+(\/[\w+=,.@-]+)*$/, "a name such as analyst@example.com is allowed"),
  /** `reader`: reads the dashboard. `author`: also edits the analysis and uses the data sets. */
  access: oneOf("reader", "author"),
});

export const QUICK_SIGHT = z
  .strictObject({
    /** Whether to create a dashboard; the account needs its own subscription (Enterprise). @default false */
    enabled: z.boolean().default(false),
    /** Principals with access to it. @default none */
    principals: z
      .array(PRINCIPAL)
      .refine(({ length }) => length <= MOST_PRINCIPALS, {
        error: ({ input }) =>
          `has ${(input as unknown[]).length}; up to ${MOST_PRINCIPALS} are allowed, or groups`,
      })
      .check(
        rule((principals, add) => {
          for (const [index, { kind, name }] of principals.entries()) {
            const first = principals.findIndex((other) => other.kind === kind && other.name === name);
            if (first < index) add([index], `is ${kind} "${name}", as [${first}] already`);
          }
        }),
      )
      .default([]),
    /** Identity region of the subscription. @default the region of the environment */
    identityRegion: text(/^[a-z]{2,4}-[a-z]+-\d$/, "a region such as eu-west-1 is allowed").exactOptional(),
    /** QuickSight's service role, which the subscription created. @default aws-quicksight-service-role-v0 */
    serviceRoleName: text(/^[\w+=,.@-]{1,64}$/, "the name of a role, without a path, is allowed").default(
      DEFAULTS.quickSightServiceRole,
    ),
  })
  .refine(({ enabled, principals }) => !enabled || principals.length > 0, {
    path: ["principals"],
    error: "is empty; nobody could see the dashboard, so name a user or a group",
  });
