import type { FunctionModel, StreamModel } from "./data-plane";
import type { Properties } from "./properties";

/** The buckets, streams and functions of the stack, to which its data plane may refer. */
export class KnownTargets {
  constructor(
    readonly buckets: readonly string[],
    private readonly streams: readonly StreamModel[],
    private readonly functions: readonly FunctionModel[],
  ) {}

  /** The ARN in `property`. @throws TerraformError when no stream of the stack has it */
  stream(resource: Properties, property: string): string {
    const arn = resource.string(property);
    return this.streams.some((stream) => stream.arn === arn)
      ? arn
      : resource.refuse(property, `is not a stream of this stack; its streams: ${names(this.streams)}`, arn);
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
    return (
      this.buckets.find((name) => arn === `arn:aws:s3:::${name}`) ??
      resource.refuse(property, `is not a bucket of this stack; its buckets: ${this.buckets.join(", ")}`, arn)
    );
  }

  /** `s3://bucket/folder/` in a bucket of the stack. */
  location(resource: Properties, property: string): string {
    const location = resource.string(property);
    const [, bucket] = /^s3:\/\/([^/]+)\/(?:.+\/)?$/.exec(location) ?? [];
    return bucket !== undefined && this.buckets.includes(bucket)
      ? location
      : resource.refuse(
          property,
          `must be s3://bucket/folder/ in a bucket of this stack: ${this.buckets.join(", ")}`,
          location,
        );
  }
}

function names(models: readonly { readonly name: string }[]): string {
  return models.map(({ name }) => name).join(", ");
}
