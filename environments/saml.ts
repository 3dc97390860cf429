import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ROLE_ARN } from "../lib/role-arn";
import type { SamlDefinition } from "../modules/speed/search-domain";

/** The XML metadata of a SAML identity provider. */
export type SamlMetadata =
  /** Path of the file, relative to this folder. */
  { readonly file: string } | { readonly xml: string };

/**
 * The identity provider by which users sign in to Dashboards. Each group (role) in its assertion becomes a backend role of
 * the user in the domain, with exactly the same name.
 */
export interface SamlSettings {
  /** `entityID` of the provider, as in its metadata, 8 to 512 characters. */
  readonly entityId: string;
  readonly metadata: SamlMetadata;
  /** Groups with read access to the index and Dashboards. @default none */
  readonly readerGroups?: readonly string[];
  /** The group with all permissions in Dashboards, like the domain's master role. @default none */
  readonly adminGroup?: string;
  /** Attribute of the assertion that lists groups. @default roles */
  readonly rolesKey?: string;
  /** Attribute of the assertion that names the user. @default its NameID */
  readonly subjectKey?: string;
  /** Session timeout in minutes, 1 to 1440. @default 60 */
  readonly sessionMinutes?: number;
}

/** https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_SAMLIdp.html */
const LONGEST_METADATA = 1_048_576;
const LONGEST_GROUP = 256;

/**
 * Completes the settings.
 * @param faults receives the error of reading the metadata.
 */
export function defineSaml(settings: SamlSettings, faults: string[]): SamlDefinition {
  return {
    entityId: settings.entityId,
    metadataXml: readMetadata(settings.metadata, faults),
    readerGroups: settings.readerGroups ?? [],
    adminGroup: settings.adminGroup,
    rolesKey: settings.rolesKey ?? "roles",
    subjectKey: settings.subjectKey,
    sessionMinutes: settings.sessionMinutes ?? 60,
  };
}

function readMetadata(metadata: SamlMetadata, faults: string[]): string {
  if ("xml" in metadata) return metadata.xml;
  const path = resolve(__dirname, metadata.file);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    faults.push(`speed.saml.metadata.file is "${metadata.file}", which cannot be read (${why})`);
    return "";
  }
}

/** Settings that the service would refuse, or that nobody could use. */
export function samlFaults(saml: SamlDefinition): string[] {
  const faults: string[] = [];
  const { entityId, metadataXml, readerGroups, adminGroup, rolesKey, subjectKey } = saml;
  if (entityId.length < 8 || entityId.length > 512) {
    faults.push(`speed.saml.entityId is "${entityId}"; 8 to 512 characters are allowed`);
  }
  if (metadataXml !== "") faults.push(...metadataFaults(metadataXml, entityId));
  if (readerGroups.length === 0 && adminGroup === undefined) {
    faults.push("speed.saml names neither readerGroups nor an adminGroup; nobody could use Dashboards");
  }
  const groups: readonly (readonly [string, string])[] = [
    ...readerGroups.map((group, index) => [`readerGroups[${index}]`, group] as const),
    ...(adminGroup === undefined ? [] : [["adminGroup", adminGroup] as const]),
  ];
  for (const [path, group] of groups) {
    if (group.trim() === "" || group.length > LONGEST_GROUP) {
      faults.push(`speed.saml.${path} is "${group}"; 1 to ${LONGEST_GROUP} characters are allowed`);
    }
    if (ROLE_ARN.test(group)) {
      faults.push(`speed.saml.${path} is "${group}", an IAM role; those are speed.readerRoleArns`);
    }
  }
  for (const [key, value] of Object.entries({ rolesKey, subjectKey })) {
    if (value?.trim() === "") faults.push(`speed.saml.${key} is "${value}"; an attribute's name is allowed`);
  }
  return faults;
}

function metadataFaults(xml: string, entityId: string): string[] {
  const wanted = "the provider's metadata in XML are allowed";
  if (xml.length > LONGEST_METADATA) {
    return [`speed.saml.metadata has ${xml.length} characters; up to ${LONGEST_METADATA} are allowed`];
  }
  const entities = [
    ...xml.matchAll(/<(?:[\w.-]+:)?EntityDescriptor\s[^>]*?\bentityID\s*=\s*(["'])(.*?)\1/gs),
  ];
  const ids = entities.map(([, , id = ""]) => unescaped(id));
  if (ids.length === 0) return [`speed.saml.metadata describes no entity; ${wanted}`];
  if (!/<(?:[\w.-]+:)?IDPSSODescriptor[\s/>]/.test(xml)) {
    return [`speed.saml.metadata describes no identity provider (IDPSSODescriptor); ${wanted}`];
  }
  if (ids.includes(entityId)) return [];
  return [`speed.saml.entityId is "${entityId}"; its metadata are of ${ids.join(", ")}`];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
