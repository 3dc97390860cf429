import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { ROLE_ARN } from "../lib/role-arn";
import { allowed, rule, text, wholeNumber } from "./schema";

/** https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_SAMLIdp.html */
const LONGEST_METADATA = 1_048_576;
const LONGEST_GROUP = 256;

/** Replaces metadata that cannot be read, which is reported already. */
const UNREAD = "";

/** The XML metadata of an identity provider, read. */
const METADATA = z
  .union(
    [
      z.strictObject({
        /** Path of the file, relative to this folder. */
        file: z.string(),
      }),
      z.strictObject({ xml: z.string() }),
    ],
    { error: "is neither { file } nor { xml }; one of the two is allowed" },
  )
  .transform((metadata, context) => {
    if ("xml" in metadata) return metadata.xml;
    try {
      return readFileSync(resolve(__dirname, metadata.file), "utf8");
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `is "${metadata.file}", which cannot be read (${why})`;
      context.addIssue({ code: "custom", path: ["file"], message, continue: true });
      return UNREAD;
    }
  });

/** The name of a group in the assertion. */
const GROUP = z
  .string()
  .refine(
    (group) => group.trim() !== "" && group.length <= LONGEST_GROUP,
    allowed(`1 to ${LONGEST_GROUP} characters are allowed`),
  )
  .refine((group) => !ROLE_ARN.test(group), {
    error: ({ input }) => `is "${input}", an IAM role; those are speed.readerRoleArns`,
  });

const ATTRIBUTE = text(/\S/, "an attribute's name is allowed");

/**
 * The identity provider by which users sign in to Dashboards. Each group (role) in its assertion becomes a backend role of
 * the user in the domain, with exactly the same name.
 */
export const SAML = z
  .strictObject({
    /** `entityID` of the provider, as in its metadata, 8 to 512 characters. */
    entityId: text(/^.{8,512}$/s, "8 to 512 characters are allowed"),
    metadata: METADATA,
    /** Groups with read access to the index and Dashboards. @default none */
    readerGroups: z.array(GROUP).default([]),
    /** The group with all permissions in Dashboards, like the domain's master role. @default none */
    adminGroup: GROUP.exactOptional(),
    /** Attribute of the assertion that lists groups. @default roles */
    rolesKey: ATTRIBUTE.default("roles"),
    /** Attribute of the assertion that names the user. @default its NameID */
    subjectKey: ATTRIBUTE.exactOptional(),
    /** Session timeout in minutes, 1 to 1440. @default 60 */
    sessionMinutes: wholeNumber(1, 1440).default(60),
  })
  .check(
    rule(({ entityId, metadata, readerGroups, adminGroup }, add) => {
      for (const [key, message] of metadataFaults(metadata, entityId)) add([key], message);
      if (readerGroups.length === 0 && adminGroup === undefined) {
        add([], "names neither readerGroups nor an adminGroup; nobody could use Dashboards");
      }
    }),
  )
  .transform(({ metadata, ...saml }) => ({ ...saml, metadataXml: metadata }));

/** Faults of metadata that do not describe this entity: the setting, and its message. */
function metadataFaults(xml: string, entityId: string): readonly (readonly [string, string])[] {
  if (xml === UNREAD) return [];
  const wanted = "the provider's metadata in XML are allowed";
  if (xml.length > LONGEST_METADATA) {
    return [["metadata", `has ${xml.length} characters; up to ${LONGEST_METADATA} are allowed`]];
  }
  const entities = [
    ...xml.matchAll(/<(?:[\w.-]+:)?EntityDescriptor\s[^>]*?\bentityID\s*=\s*(["'])(.*?)\1/gs),
  ];
  const ids = entities.map(([, , id = ""]) => unescaped(id));
  if (ids.length === 0) return [["metadata", `describes no entity; ${wanted}`]];
  if (!/<(?:[\w.-]+:)?IDPSSODescriptor[\s/>]/.test(xml)) {
    return [["metadata", `describes no identity provider (IDPSSODescriptor); ${wanted}`]];
  }
  if (ids.includes(entityId)) return [];
  return [["entityId", `is "${entityId}"; its metadata are of ${ids.join(", ")}`]];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
