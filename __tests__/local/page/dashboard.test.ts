import { retailTransaction } from "../../../contract/retail-transaction";
import { contractVariable } from "../../../contract/variable";
import { defaultPanels } from "../../../dashboards/default-panels";
import { measureColumn } from "../../../dashboards/rows";
import { isDataPanel } from "../../../dashboards/spec";
import { axisText, cellText } from "../../../local/page/client/format";
import { dashboardOf } from "../../../local/page/dashboard";
import { panelsSearch } from "../../../local/page/panels";
import type { FunctionModel, InvocationModel } from "../../../local/plan/data-plane";
import { RETAIL_PANELS } from "../../../presets/retail/panels";
import { everyKind } from "../../support/kinds";
import { meterReadings } from "../../support/meter-readings";

const INDEXING = {
  part: "indexing",
  replicas: 0,
  retentionDays: 90,
  shards: 1,
  writerRoleArns: ["arn:aws:iam::123456789012:role/writer"],
};
const INPUT = {
  part: "dashboards",
  readerGroups: [],
  readerRole: "reader",
  readerRoleArns: [],
  title: "Title",
};

function planeOf(contract: Parameters<typeof contractVariable>[0] | undefined, input?: object) {
  const environment: Record<string, string> = contract ? { CONTRACT: contractVariable(contract) } : {};
  const functions = [
    { arn: "arn:other", environment: {} },
    { arn: "arn:setup", environment },
  ] as unknown as FunctionModel[];
  const invocations: InvocationModel[] = [
    { address: "other", functionArn: "arn:other", input: { nothing: "of ours" }, dependsOn: [] },
    ...(input
      ? [INDEXING, input].map((given) => ({
          address: "setup",
          functionArn: "arn:setup",
          input: given,
          dependsOn: [],
        }))
      : []),
  ];
  return { functions, invocations, tables: [] };
}

describe("the panels of a stack", () => {
  test("are those that the deploy gives to search-setup", () => {
    const { contract, panels } = dashboardOf(planeOf(retailTransaction, { ...INPUT, panels: RETAIL_PANELS }));
    expect(panels).toEqual(RETAIL_PANELS);
    expect(contract.eventTime).toBe("InvoiceDate");
    expect(contract.columns.map(({ field }) => field)).toEqual(
      retailTransaction.columns.map(({ field }) => field),
    );
  });

  test.each([
    ["without panels in its input", INPUT],
    ["without a speed layer", undefined],
  ])("are the contract's default ones %s", (_, input) => {
    const { panels } = dashboardOf(planeOf(meterReadings, input));
    expect(panels).toEqual(defaultPanels(meterReadings));
  });

  test("leave out the smoke test's lines", () => {
    const { contract } = dashboardOf(planeOf(meterReadings, { ...INPUT, smoke: { meter_id: "SMOKE" } }));
    expect(contract.smoke).toEqual({ meter_id: "SMOKE" });
  });

  test("that the contract cannot have, and a stack without a contract, are errors", () => {
    expect(() => dashboardOf(planeOf(meterReadings, { ...INPUT, panels: RETAIL_PANELS }))).toThrow(
      /panel "quantity-and-price-by-invoice-date": .*"Quantity"/,
    );
    expect(() => dashboardOf(planeOf(undefined))).toThrow(
      "no function of the stack has the variable CONTRACT",
    );
  });
});

test("in one search, a table leaves out the smoke test's lines by a filter that no aggregation sees", () => {
  const { query, post_filter, aggs, ...others } = panelsSearch(
    everyKind,
    defaultPanels(everyKind).filter((panel) => isDataPanel(panel)),
  );
  expect(query).toBeUndefined();
  expect(post_filter).toMatchObject({ bool: { must_not: [{ bool: { filter: [{}, {}, {}] } }] } });
  expect(aggs).toMatchObject({
    "panel-lines-over-time": { filter: { bool: { must_not: [post_filter && expect.anything()] } } },
  });
  expect(others).toMatchObject({ size: 50 });
});

describe("figures", () => {
  const pounds = measureColumn({
    id: "m",
    title: "M",
    factors: [],
    digits: 2,
    unit: { currency: "GBP" },
  });
  const yen = measureColumn({ id: "m", title: "M", factors: [], unit: { currency: "JPY" } });
  const kilowattHours = measureColumn({ id: "m", title: "M", factors: [], digits: 3, unit: { text: "kWh" } });
  const plain = measureColumn({ id: "m", title: "M", factors: [] });
  const upToSix = measureColumn({ id: "m", title: "M", factors: [], digits: 6 });

  test.each([
    [pounds, 1234.5, "£1,234.50", "£1.2k"],
    [pounds, -12_345, "-£12,345.00", "-£12.3k"],
    [pounds, 0, "£0.00", "£0"],
    [{ unit: { currency: "GBP" as const } }, 2.5, "£2.50", "£2.5"],
    [{ unit: { currency: "GBP" as const } }, 0.0125, "£0.0125", "£0.013"],
    [yen, -1234, "-¥1,234", "-¥1.2k"],
    [kilowattHours, 1234.5, "1,234.500 kWh", "1.2k kWh"],
    [kilowattHours, -0.25, "-0.250 kWh", "-0.25 kWh"],
    [plain, 12_345, "12,345", "12.3K"],
    [upToSix, 0.000_12, "0.00012", "0.00012"],
    [upToSix, 1000.5, "1,000.5", "1K"],
    [{}, 0.1234, "0.1234", "0.12"],
  ])("%#", (column, value, cell, axis) => {
    expect(cellText(column, value)).toBe(cell);
    expect(axisText(column, value)).toBe(axis);
  });

  test("what has no value says so", () => {
    expect([cellText(pounds, ""), cellText({}, "text")]).toEqual(["none", "text"]);
  });
});
