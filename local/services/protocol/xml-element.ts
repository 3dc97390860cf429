/** Text as the content of an XML element. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An XML element; omitted when the content is undefined. */
export function element(name: string, content: string | number | boolean | undefined): string {
  return content === undefined ? "" : `<${name}>${escapeXml(String(content))}</${name}>`;
}
