import type { EnvironmentSettings } from "../../environments/environment";

export type SamlSettings = NonNullable<NonNullable<EnvironmentSettings["speed"]>["saml"]>;

/** Minimal valid metadata of an identity provider. */
export const METADATA = `<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
    entityID="https://idp.example.com/app?a=1&amp;b=2">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>
</md:EntityDescriptor>`;

/** Settings of a sign-in with it. */
export const SAML: SamlSettings = {
  entityId: "https://idp.example.com/app?a=1&b=2",
  metadata: { xml: METADATA },
  readerGroups: ["analysts"],
};
