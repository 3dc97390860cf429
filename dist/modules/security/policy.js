"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PolicyDocument = void 0;
const data_aws_iam_policy_document_1 = require("@cdktf/provider-aws/lib/data-aws-iam-policy-document");
const constructs_1 = require("constructs");
const explanations_1 = require("./explanations");
/** A policy to which statements are added, each with an id. */
class PolicyDocument extends constructs_1.Construct {
    document;
    statements = new Map();
    merged = new Map();
    constructor(scope, id) {
        super(scope, id);
        this.document = new data_aws_iam_policy_document_1.DataAwsIamPolicyDocument(this, "Document", { statement: [] });
    }
    /** The policy as JSON text. */
    get json() {
        return this.document.json;
    }
    /**
     * Adds a statement; adding the same one again changes nothing.
     * @throws Error when another statement has its id, or when it allows an action or a resource by `*`.
     */
    add(statement) {
        this.assertNarrow(statement);
        this.put(statement);
    }
    /** Adds a statement for all resources. @param reason why none can be named */
    addForAnyResource(permission, reason) {
        this.put({ ...permission, resources: ["*"] });
        (0, explanations_1.explain)(this.document, "any-resource", permission.sid, reason);
    }
    /** Adds a statement for all principals. @param reason why no principal can be named. @throws Error as {@link add} */
    addForAnyone(statement, reason) {
        this.add({ ...statement, principals: [{ type: "AWS", identifiers: ["*"] }] });
        (0, explanations_1.explain)(this.document, "any-principal", statement.sid, reason);
    }
    /**
     * Adds a statement, or adds its missing actions, resources and values of conditions to an earlier statement with
     * its id. For statements that grow with each resource that shares the policy.
     * @throws Error as {@link add}
     */
    merge(statement) {
        this.assertNarrow(statement);
        this.put(this.united(statement), true);
    }
    /** {@link merge} for {@link addForAnyResource}. @param reason why none can be named */
    mergeForAnyResource(permission, reason) {
        this.put(this.united({ ...permission, resources: ["*"] }), true);
        (0, explanations_1.explain)(this.document, "any-resource", permission.sid, reason);
    }
    /** {@link merge} for {@link addForAnyone}. @param reason why no principal can be named. @throws Error as {@link add} */
    mergeForAnyone(statement, reason) {
        this.merge({ ...statement, principals: [{ type: "AWS", identifiers: ["*"] }] });
        (0, explanations_1.explain)(this.document, "any-principal", statement.sid, reason);
    }
    united(statement) {
        const earlier = this.merged.get(statement.sid);
        const all = earlier ? union(earlier, statement) : statement;
        this.merged.set(statement.sid, all);
        return all;
    }
    assertNarrow({ sid, actions, resources, effect }) {
        if (effect === "Deny")
            return;
        const wide = [
            ...actions.filter((action) => action.includes("*")),
            ...resources.filter((resource) => resource === "*"),
        ];
        if (wide.length > 0) {
            throw new Error(`${this.node.path}: statement "${sid}" allows ${wide.join(", ")}; ` +
                "write actions and resources out, or use addForAnyResource with a reason");
        }
    }
    put({ sid, actions, resources, conditions, principals, effect }, replace = false) {
        const statement = {
            sid,
            effect: effect ?? "Allow",
            actions: [...actions],
            resources: [...resources],
            ...(principals && {
                principals: principals.map(({ type, identifiers }) => ({ type, identifiers: [...identifiers] })),
            }),
            ...(conditions && {
                condition: conditions.map(({ test, variable, values }) => ({ test, variable, values: [...values] })),
            }),
        };
        const earlier = this.statements.get(sid);
        if (!replace && earlier && JSON.stringify(earlier) !== JSON.stringify(statement)) {
            throw new Error(`${this.node.path}: two different statements have the id "${sid}"; give each its own`);
        }
        this.statements.set(sid, statement);
        this.document.putStatement([...this.statements.values()]);
    }
}
exports.PolicyDocument = PolicyDocument;
/** The union of two statements that differ only in actions, resources or values of conditions. */
function union(one, other) {
    const both = (left, right) => [...new Set([...left, ...right])];
    const conditions = one.conditions?.map((condition) => {
        const same = other.conditions?.find(({ test, variable }) => test === condition.test && variable === condition.variable);
        return { ...condition, values: both(condition.values, same?.values ?? []) };
    });
    return {
        ...one,
        actions: both(one.actions, other.actions),
        resources: both(one.resources, other.resources),
        ...(conditions && { conditions }),
    };
}
