import { Fn, type IAspect, Token } from "cdktf";
import type { IConstruct } from "constructs";

/** A resource that can be tagged, by the shape of the provider's classes. */
interface Taggable extends IConstruct {
  tags: Record<string, string>;
  readonly tagsInput: Record<string, string> | undefined;
}

/** Tags every resource that can be tagged; a tag of the resource itself takes precedence. */
export class Tags implements IAspect {
  public constructor(private readonly tags: Readonly<Record<string, string>>) {}

  public visit(node: IConstruct): void {
    if (!isTaggable(node)) return;
    const { tagsInput: own = {} } = node;
    node.tags = Token.isUnresolved(own)
      ? Token.asStringMap(Fn.merge([this.tags, own]))
      : { ...this.tags, ...own };
  }
}

function isTaggable(node: IConstruct): node is Taggable {
  // A map of tags; autoscaling groups have a list instead.
  return "tagsInput" in node && "tagsAll" in node;
}
