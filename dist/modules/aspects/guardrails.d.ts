import { type IAspect } from "cdktf";
import type { IConstruct } from "constructs";
/**
 * Rules that a construct may break only with an explanation, checked at every synth: no `*` in an Allow statement, no
 * unencrypted resource, no logs without a retention time, no ingress from everywhere. The stack's validation reports all
 * findings at once.
 */
export declare class Guardrails implements IAspect {
    /** Findings, each with the construct's path. */
    readonly findings: string[];
    visit(node: IConstruct): void;
}
