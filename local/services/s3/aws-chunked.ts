import { Transform, type TransformCallback } from "node:stream";
import { S3Error } from "./errors";

const CRLF = "\r\n";
/** A line of the encoding is a size with a signature, or a trailing header. */
const MAX_LINE_BYTES = 8_192;
/** SDKs send one checksum, and one signature. */
const MAX_TRAILERS = 16;

/**
 * Decodes `aws-chunked`, in which SDKs send a body with a trailing checksum: chunks with their size in
 * hexadecimal, then trailing headers. Chunk signatures are ignored.
 */
export class AwsChunkedDecoder extends Transform {
  /** Names in lower case; complete when the stream has ended. */
  readonly trailers: Record<string, string> = Object.create(null);
  private trailerCount = 0;
  private state: "size" | "data" | "dataEnd" | "trailer" | "done" = "size";
  private remaining = 0;
  private pending: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
      while (this.step()) {
        // Each step consumes one line or one run of data from the pending bytes.
      }
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _flush(done: TransformCallback): void {
    const complete = this.state === "done" || (this.state === "trailer" && this.pending.length === 0);
    done(complete ? null : malformed("the body ends within a chunk"));
  }

  /** @returns whether more may be consumed. */
  private step(): boolean {
    if (this.state === "done") {
      if (this.pending.length > 0) throw malformed("the body goes on after its last chunk");
      return false;
    }
    if (this.state === "data") {
      const data = this.pending.subarray(0, this.remaining);
      if (data.length === 0) return false;
      this.push(data);
      this.pending = this.pending.subarray(data.length);
      this.remaining -= data.length;
      if (this.remaining === 0) this.state = "dataEnd";
      return true;
    }
    const end = this.pending.indexOf(CRLF);
    if (end === -1) {
      if (this.pending.length > MAX_LINE_BYTES) throw malformed("a line of the encoding is too long");
      return false;
    }
    const line = this.pending.subarray(0, end).toString("latin1");
    this.pending = this.pending.subarray(end + CRLF.length);
    this.takeLine(line);
    return true;
  }

  private takeLine(line: string): void {
    if (this.state === "dataEnd") {
      if (line !== "") throw malformed("a chunk is longer than its size");
      this.state = "size";
    } else if (this.state === "size") {
      const [size = ""] = line.split(";");
      if (!/^[0-9a-f]{1,12}$/i.test(size)) throw malformed(`"${line.slice(0, 40)}" is not a chunk size`);
      this.remaining = Number.parseInt(size, 16);
      this.state = this.remaining === 0 ? "trailer" : "data";
    } else if (line === "") {
      this.state = "done";
    } else {
      const colon = line.indexOf(":");
      if (colon === -1) throw malformed(`"${line.slice(0, 40)}" is not a trailing header`);
      if (++this.trailerCount > MAX_TRAILERS) throw malformed(`more than ${MAX_TRAILERS} trailing headers`);
      this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
    }
  }
}

function malformed(what: string): S3Error {
  return new S3Error("IncompleteBody", 400, `The aws-chunked body is malformed: ${what}`);
}
