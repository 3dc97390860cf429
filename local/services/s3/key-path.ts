import { S3Error } from "./errors";

/** Separates the name of an object from its version; escaped in keys, so no folder name contains it. */
const VERSION_MARK = "~";
/** Name length that every file system supports. */
const MAX_NAME_BYTES = 255;

/**
 * The path of one version of an object, below its bucket's folder: the key's slashes become folders; characters
 * that a file system or a glob treats specially are escaped. Different keys or versions never share a path.
 * @throws S3Error when a part of the key is longer than a file name may be.
 */
export function objectPath(key: string, version: string): string {
  const segments = key.split("/").map(escapeSegment);
  const path = `${segments.join("/")}${VERSION_MARK}${version}`;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const longest = Math.max(name.length, ...segments.map((segment) => segment.length));
  if (longest > MAX_NAME_BYTES) {
    throw new S3Error(
      "KeyTooLongError",
      400,
      `A part of the key between slashes takes ${longest} bytes on disk; at most ${MAX_NAME_BYTES} are possible here`,
    );
  }
  return path;
}

/** An empty part and the names `.` and `..` would name another folder; a lone `%` represents the empty part. */
function escapeSegment(segment: string): string {
  if (segment === "") return "%";
  if (segment === "." || segment === "..") return segment.replaceAll(".", "%2e");
  return segment.replace(/[^A-Za-z0-9!=_.@,+-]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  );
}
