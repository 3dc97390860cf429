import { type IAspect } from "cdktf";
import type { IConstruct } from "constructs";
/** Tags every resource that can be tagged; a tag of the resource itself takes precedence. */
export declare class Tags implements IAspect {
    private readonly tags;
    constructor(tags: Readonly<Record<string, string>>);
    visit(node: IConstruct): void;
}
