import type { IAspect } from "cdktf";
import type { IConstruct } from "constructs";

/** A resource that takes tags, as the provider's classes show it. */
interface Taggable extends IConstruct {
  tags: Record<string, string>;
  readonly tagsInput: Record<string, string> | undefined;
}

/** Tags every resource that can be tagged; a tag that the resource set itself stays. */
export class Tags implements IAspect {
  public constructor(private readonly tags: Readonly<Record<string, string>>) {}

  public visit(node: IConstruct): void {
    if (isTaggable(node)) node.tags = { ...this.tags, ...node.tagsInput };
  }
}

function isTaggable(node: IConstruct): node is Taggable {
  // A map of tags, not the list of another shape that autoscaling groups have.
  return "tagsInput" in node && "tagsAll" in node;
}
