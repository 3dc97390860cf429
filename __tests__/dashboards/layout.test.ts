import fc from "fast-check";
import { COLUMNS, placed } from "../../dashboards/layout";
import type { Panel } from "../../dashboards/spec";

type Sized = Pick<Panel, "chart" | "width">;

const placesOf = (panels: readonly Sized[]) =>
  placed(panels).map(({ row, left, columns }) => `${row}:${left}+${columns}`);

describe("the places of panels", () => {
  test("follow from their kinds, or are their own", () => {
    expect(
      placesOf([
        { chart: "text" },
        { chart: "controls" },
        { chart: "headline" },
        { chart: "bars" },
        { chart: "line" },
        { chart: "bars", width: "third" },
        { chart: "bars", width: "third" },
        { chart: "shares", width: "third" },
        { chart: "table" },
      ]),
    ).toEqual(["0:0+2", "0:2+4", "1:0+6", "2:0+3", "2:3+3", "3:0+2", "3:2+2", "3:4+2", "4:0+6"]);
  });

  test("the last of a row takes what is left of it", () => {
    expect(placesOf([{ chart: "text" }, { chart: "table" }, { chart: "bars" }])).toEqual([
      "0:0+6",
      "1:0+6",
      "2:0+6",
    ]);
  });

  test("whatever the panels, each row is filled, in their order", () => {
    const widths = fc.constantFrom<Sized>(
      { chart: "bars", width: "third" },
      { chart: "bars", width: "half" },
      { chart: "bars", width: "two-thirds" },
      { chart: "bars", width: "full" },
    );
    fc.assert(
      fc.property(fc.array(widths, { maxLength: 20 }), (panels) => {
        const places = placed(panels);
        expect(places.map(({ panel }) => panel)).toEqual(panels);
        const rows = Map.groupBy(places, ({ row }) => row);
        expect([...rows.keys()]).toEqual([...rows.keys()].map((_, at) => at));
        for (const row of rows.values()) {
          let left = 0;
          for (const place of row) {
            expect(place.left).toBe(left);
            left += place.columns;
          }
          expect(left).toBe(COLUMNS);
        }
      }),
    );
  });
});
