"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Tags = void 0;
const cdktf_1 = require("cdktf");
/** Tags every resource that can be tagged; a tag of the resource itself takes precedence. */
class Tags {
    tags;
    constructor(tags) {
        this.tags = tags;
    }
    visit(node) {
        if (!isTaggable(node))
            return;
        const { tagsInput: own = {} } = node;
        node.tags = cdktf_1.Token.isUnresolved(own)
            ? cdktf_1.Token.asStringMap(cdktf_1.Fn.merge([this.tags, own]))
            : { ...this.tags, ...own };
    }
}
exports.Tags = Tags;
function isTaggable(node) {
    // A map of tags; autoscaling groups have a list instead.
    return "tagsInput" in node && "tagsAll" in node;
}
