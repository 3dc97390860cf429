import type { FunctionModel, StreamModel } from "./data-plane";
import { DEFAULT_RECORD_KIB, ON_DEMAND_SHARDS } from "./ingest";
import type { Properties } from "./properties";
import { ADOPTED_STREAM_HOURS } from "./stack";

const STREAM_ARN = /^arn:aws[\w-]*:kinesis:[\w-]+:\d{12}:stream\/(?<name>[\w.-]{1,128})$/;
const BUCKET_ARN = /^arn:aws[\w-]*:s3:::(?<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/;
const LOCATION = /^s3:\/\/(?<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?:.+\/)?$/;

/**
 * The buckets, streams and functions to which the data plane of a stack may refer. Streams and buckets of other owners
 * are adopted: the local run has them, too, empty at first.
 */
export class KnownTargets {
  private readonly adopted = { streams: [] as StreamModel[], buckets: [] as string[] };
  private readonly notes: string[] = [];

  constructor(
    private readonly own: { readonly buckets: readonly string[]; readonly streams: readonly StreamModel[] },
    private readonly functions: readonly FunctionModel[],
  ) {}

  /** Names of all buckets. Complete when the stack was read. */
  get buckets(): string[] {
    return [...this.own.buckets, ...this.adopted.buckets];
  }

  /** All streams. Complete when the stack was read. */
  get streams(): StreamModel[] {
    return [...this.own.streams, ...this.adopted.streams];
  }

  /** A line for each stream and bucket of another owner. */
  get adoptions(): readonly string[] {
    return this.notes;
  }

  /** The ARN in `property`. @throws TerraformError when it is not the ARN of a stream */
  stream(resource: Properties, property: string): string {
    const arn = resource.string(property);
    if (this.streams.some((stream) => stream.arn === arn)) return arn;
    const name = STREAM_ARN.exec(arn)?.groups?.["name"];
    if (name === undefined) {
      return resource.refuse(
        property,
        `is not the ARN of a stream; streams of this stack: ${names(this.own.streams)}`,
        arn,
      );
    }
    this.adopted.streams.push({
      address: resource.place(property),
      name,
      arn,
      mode: "ON_DEMAND",
      shardCount: ON_DEMAND_SHARDS,
      retentionHours: ADOPTED_STREAM_HOURS,
      maxRecordKiB: DEFAULT_RECORD_KIB,
      tags: {},
    });
    this.notes.push(
      `${resource.place(property)}: the stream ${name} has another owner; here it is new, with ${ON_DEMAND_SHARDS} shards for ${ADOPTED_STREAM_HOURS} hours`,
    );
    return arn;
  }

  /** The unqualified ARN of the function in `property`, which is a name or an ARN, with or without `:$LATEST`. */
  function(resource: Properties, property: string): string {
    const named = resource.string(property);
    const plain = named.replace(/:\$LATEST$/, "");
    const target = this.functions.find(({ name, arn }) => name === plain || arn === plain);
    return (
      target?.arn ??
      resource.refuse(
        property,
        `is not a function of this stack; its functions: ${names(this.functions)}`,
        named,
      )
    );
  }

  /** The name of the bucket whose ARN is in `property`. */
  bucket(resource: Properties, property: string): string {
    const arn = resource.string(property);
    const name = BUCKET_ARN.exec(arn)?.groups?.["name"];
    if (name === undefined)
      return resource.refuse(property, this.noBucket("is not the ARN of a bucket"), arn);
    this.adoptBucket(name, resource.place(property));
    return name;
  }

  /** `s3://bucket/folder/` */
  location(resource: Properties, property: string): string {
    const location = resource.string(property);
    const name = LOCATION.exec(location)?.groups?.["name"];
    if (name === undefined)
      return resource.refuse(property, this.noBucket("must be s3://bucket/folder/"), location);
    this.adoptBucket(name, resource.place(property));
    return location;
  }

  private noBucket(problem: string): string {
    return `${problem}; buckets of this stack: ${this.own.buckets.join(", ")}`;
  }

  private adoptBucket(name: string, place: string): void {
    if (this.buckets.includes(name)) return;
    this.adopted.buckets.push(name);
    this.notes.push(`${place}: the bucket ${name} has another owner; here it is new, and empty`);
  }
}

function names(models: readonly { readonly name: string }[]): string {
  return models.map(({ name }) => name).join(", ");
}
