"use strict";
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    var desc = Object.getOwnPropertyDescriptor(m, k);
    if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
      desc = { enumerable: true, get: function() { return m[k]; } };
    }
    Object.defineProperty(o, k2, desc);
}) : (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    o[k2] = m[k];
}));
var __exportStar = (this && this.__exportStar) || function(m, exports) {
    for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports, p)) __createBinding(exports, m, p);
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.retailQueries = exports.RETAIL_TITLE = exports.RETAIL_PANELS = exports.retailTransaction = void 0;
var retail_transaction_1 = require("./contract/retail-transaction");
Object.defineProperty(exports, "retailTransaction", { enumerable: true, get: function () { return retail_transaction_1.retailTransaction; } });
__exportStar(require("./modules"), exports);
var panels_1 = require("./presets/retail/panels");
Object.defineProperty(exports, "RETAIL_PANELS", { enumerable: true, get: function () { return panels_1.RETAIL_PANELS; } });
Object.defineProperty(exports, "RETAIL_TITLE", { enumerable: true, get: function () { return panels_1.RETAIL_TITLE; } });
var saved_queries_1 = require("./presets/retail/saved-queries");
Object.defineProperty(exports, "retailQueries", { enumerable: true, get: function () { return saved_queries_1.retailQueries; } });
