test("buffers are equal by their bytes, and a text or an array is no buffer", () => {
  expect(Buffer.from("ab")).toEqual(Buffer.from("ab"));
  expect({ body: [Buffer.from("ab")] }).toEqual({ body: [Buffer.from("ab")] });
  expect(Buffer.from("ab")).not.toEqual(Buffer.from("ac"));
  expect(Buffer.from("ab")).not.toEqual(Buffer.from("abc"));
  expect(Buffer.from("ab")).not.toEqual("ab");
  expect(Buffer.from("ab")).not.toEqual([97, 98]);
});
