import { plainText } from "../../dashboards/markdown";

test.each([
  ["Days are **UTC**, money is **£**, and **C** cancels.", "Days are UTC, money is £, and C cancels."],
  ["*One*, _two_ and __three__", "One, two and three"],
  ["`Customer_ID` and Customer_ID, 2 * 3 * 4", "Customer_ID and Customer_ID, 2 * 3 * 4"],
  ["See [the lab](https://example.com/a_b).\nNext", "See the lab.\nNext"],
])("%j as plain text", (markdown, text) => {
  expect(plainText(markdown)).toBe(text);
});
