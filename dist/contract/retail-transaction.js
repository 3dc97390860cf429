"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.retailTransaction = void 0;
exports.isRetail = isRetail;
const column_1 = require("./column");
const define_1 = require("./define");
const variable_1 = require("./variable");
/** Sales of an online retailer, one line of an invoice each: the lab's record, under the lab's names. */
exports.retailTransaction = (0, define_1.defineContract)({
    name: "retail_trans",
    tables: { merged: "ctas_retail_trans_parquet" },
    index: "retail",
    parquetFolder: "parquet-retail-trans/",
    readerRole: "retail_reader",
    eventTime: "InvoiceDate",
    columns: {
        Invoice: (0, column_1.text)({ comment: "Invoice number; a leading C marks a cancellation" }),
        StockCode: (0, column_1.text)({ comment: "Product code" }),
        Description: (0, column_1.text)({ comment: "Product name" }).optional().search("words"),
        Quantity: (0, column_1.integer)({ comment: "Units on this invoice line; negative on a cancellation" }),
        InvoiceDate: (0, column_1.timestamp)({ comment: "When the invoice was made, UTC, to the second" }),
        Price: (0, column_1.decimal)(12, 4, { comment: "Price of one unit, pounds sterling" }),
        Customer_ID: (0, column_1.text)({ comment: "Customer number; empty for a guest" }).optional(),
        Country: (0, column_1.text)({ comment: "Country of the customer" }).optional(),
    },
});
/** Whether records are those of the lab, so that what was made for them fits. */
function isRetail(contract) {
    return (0, variable_1.contractVariable)(contract) === (0, variable_1.contractVariable)(exports.retailTransaction);
}
