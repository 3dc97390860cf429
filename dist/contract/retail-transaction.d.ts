import { type RecordOf } from "./define";
import { type RunTimeContract } from "./variable";
/** Sales of an online retailer, one line of an invoice each: the lab's record, under the lab's names. */
export declare const retailTransaction: import("./define").TypedContract<{
    readonly Invoice: import("./column").TextColumnType<true>;
    readonly StockCode: import("./column").TextColumnType<true>;
    readonly Description: import("./column").TextColumnType<false>;
    readonly Quantity: import("./column").ColumnType<"integer", true>;
    readonly InvoiceDate: import("./column").ColumnType<"timestamp", true>;
    readonly Price: import("./column").ColumnType<"decimal", true>;
    readonly Customer_ID: import("./column").TextColumnType<false>;
    readonly Country: import("./column").TextColumnType<false>;
}>;
/** A line of an invoice as a producer sends it. */
export type RetailTransaction = RecordOf<typeof retailTransaction>;
/** Whether records are those of the lab, so that what was made for them fits. */
export declare function isRetail(contract: RunTimeContract): boolean;
