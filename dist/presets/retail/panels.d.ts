import type { retailTransaction } from "../../contract/retail-transaction";
import type { FieldNamesOf } from "../../dashboards/fields";
import type { Panel } from "../../dashboards/spec";
type Fields = FieldNamesOf<typeof retailTransaction>;
/** Title of the retail dashboards. */
export declare const RETAIL_TITLE = "Retail transactions";
/** The panels of retail transactions in the order in which they are shown. */
export declare const RETAIL_PANELS: readonly Panel<Fields>[];
export {};
