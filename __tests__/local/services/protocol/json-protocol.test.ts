import { awsErrorOf } from "../../../../local/services/protocol/json-protocol";
import { StoreFullError } from "../../../../local/store/store";

test("a full disk is an error that clients retry, with its sentence, and no fault of the service", () => {
  const full = new StoreFullError("store.db", undefined);
  // The shell reports answers of 500 with their stack trace; the SDKs retry every 5xx.
  expect(awsErrorOf(full)).toMatchObject({
    type: "InternalServerException",
    status: 503,
    message: full.message,
  });
  expect(awsErrorOf(new Error("a bug"))).toMatchObject({ type: "InternalServerException", status: 500 });
});
