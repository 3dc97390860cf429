import fc from "fast-check";
import { fitsDecimal, fitsInt64, isWhole, plainDigits } from "../../contract/exact-number";

/** The value of a JSON number as a fraction of whole numbers, which nothing rounds. */
function fractionOf(raw: string): { readonly over: bigint; readonly under: bigint } {
  const [mantissa = "", exponent = "0"] = raw.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const shift = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const over = mantissa.startsWith("-") && digits > 0n ? -digits : digits;
  return shift >= 0
    ? { over: over * 10n ** BigInt(shift), under: 1n }
    : { over, under: 10n ** BigInt(-shift) };
}

const digitText = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0012345678900"), minLength, maxLength });

const jsonNumber = fc
  .tuple(
    fc.constantFrom("", "-"),
    digitText(1, 25),
    digitText(0, 25),
    fc.option(fc.integer({ min: -40, max: 40 })),
  )
  .map(([sign, whole, fraction, exponent]) => {
    const plain = `${sign}${whole.replace(/^0+(?=\d)/, "")}${fraction === "" ? "" : `.${fraction}`}`;
    return exponent === null ? plain : `${plain}e${exponent}`;
  });

describe("plainDigits", () => {
  it.each([
    ["0", "0"],
    ["-0", "0"],
    ["-0.00e5", "0"],
    ["2.50", "2.5"],
    ["1.50e1", "15"],
    ["1E+3", "1000"],
    ["12.5e-4", "0.00125"],
    ["-100", "-100"],
    ["9223372036854775807", "9223372036854775807"],
    ["0.1e1", "1"],
    ["0.001e2", "0.1"],
  ])("%s is %s", (raw, digits) => {
    expect(plainDigits(raw)).toBe(digits);
  });

  it("changes no value", () => {
    fc.assert(
      fc.property(jsonNumber, (raw) => {
        const before = fractionOf(raw);
        const after = fractionOf(plainDigits(raw) ?? "");
        expect(before.over * after.under).toBe(after.over * before.under);
      }),
    );
  });

  it("gives equal numbers one text", () => {
    fc.assert(
      fc.property(jsonNumber, (raw) => {
        const digits = plainDigits(raw) ?? "";
        expect(plainDigits(digits)).toBe(digits);
        expect(digits).toMatch(/^(?:0|-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?)$/);
      }),
    );
  });

  it("refuses to write out an exponent of a thousand digits", () => {
    expect(plainDigits("1e1001")).toBeUndefined();
    expect(plainDigits("1e-99999999999999999999")).toBeUndefined();
    expect(plainDigits("0e99999999")).toBe("0");
  });
});

it.each([
  ["12345678.1234", 12, 4, true],
  ["-12345678.1234", 12, 4, true],
  ["123456789", 12, 4, false],
  ["0.12345", 12, 4, false],
  ["0.1", 1, 1, true],
  ["1.1", 1, 1, false],
  ["0", 1, 1, true],
  ["999999999999999999", 18, 0, true],
])("%s fits decimal(%d, %d): %s", (digits, precision, scale, fits) => {
  expect(fitsDecimal(digits, precision, scale)).toBe(fits);
});

it.each([
  ["9223372036854775807", true],
  ["9223372036854775808", false],
  ["-9223372036854775808", true],
  ["-9223372036854775809", false],
  ["9".repeat(1000), false],
])("%s fits 64 bits: %s", (digits, fits) => {
  expect(fitsInt64(digits)).toBe(fits);
});

it("tells whole numbers", () => {
  expect(isWhole(plainDigits("1.50e1") ?? "")).toBe(true);
  expect(isWhole(plainDigits("1.5") ?? "")).toBe(false);
});
