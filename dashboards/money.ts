/**
 * Currencies by their code of ISO 4217, each with the locale in which OpenSearch Dashboards writes `$0,0.00` with its symbol:
 * `format:number:defaultLocale`, a language of the library `@elastic/numeral`; and the digits behind the point of an amount.
 */
export const CURRENCIES = {
  EUR: { numeralLocale: "de", digits: 2 },
  GBP: { numeralLocale: "en-gb", digits: 2 },
  JPY: { numeralLocale: "ja", digits: 0 },
  USD: { numeralLocale: "en", digits: 2 },
} as const satisfies Readonly<Record<string, { readonly numeralLocale: string; readonly digits: number }>>;

/** A currency's code of ISO 4217. */
export type Currency = keyof typeof CURRENCIES;

/** Whether a text is the code of a known currency. */
export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(CURRENCIES, code);
}
