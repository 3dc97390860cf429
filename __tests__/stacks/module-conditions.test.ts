import { withIndexes, withOptionalStatements } from "../../stacks/module-conditions";

const conditions = new Map([
  ["aws_s3_bucket.lake", ["var.lake == null"]],
  ["data.aws_iam_policy_document.lake", ["var.lake == null"]],
  ["aws_subnet.third", ["var.own", "length(var.zones) > 2"]],
  ["aws_vpc.own", ["var.own"]],
]);

function indexed(json: Readonly<Record<string, object>>) {
  return withIndexes(json as Parameters<typeof withIndexes>[0], conditions);
}

test("references between resources under the same conditions get the index 0", () => {
  const json = indexed({
    resource: {
      aws_s3_bucket: { lake: { bucket: "lake" } },
      aws_subnet: { third: { vpc_id: "${aws_vpc.own.id}", depends_on: ["aws_vpc.own"] } },
      aws_s3_object: { other: { key: "${local.aws_s3_bucket.lake.bucket} of aws_s3_bucket_of.lake.b" } },
    },
    data: {
      aws_iam_policy_document: { lake: { statement: [{ resources: ["${aws_s3_bucket.lake.arn}/*"] }] } },
    },
    locals: { lake: "${one(aws_s3_bucket.lake[*].bucket)}" },
    output: {
      lake: { value: "${aws_s3_bucket.lake.bucket}", description: "The lake" },
      policy: { value: "${data.aws_iam_policy_document.lake.json}" },
    },
  });
  expect(json).toEqual({
    resource: {
      aws_s3_bucket: { lake: { bucket: "lake" } },
      aws_subnet: { third: { vpc_id: "${aws_vpc.own[0].id}", depends_on: ["aws_vpc.own"] } },
      aws_s3_object: { other: { key: "${local.aws_s3_bucket.lake.bucket} of aws_s3_bucket_of.lake.b" } },
    },
    data: {
      aws_iam_policy_document: { lake: { statement: [{ resources: ["${aws_s3_bucket.lake[0].arn}/*"] }] } },
    },
    locals: { lake: "${one(aws_s3_bucket.lake[*].bucket)}" },
    output: {
      lake: { value: "${one(aws_s3_bucket.lake[*].bucket)}", description: "The lake" },
      policy: { value: "${one(data.aws_iam_policy_document.lake[*].json)}" },
    },
  });
});

test.each([
  [
    { resource: { aws_s3_object: { other: { bucket: "${aws_s3_bucket.lake.bucket}" } } } },
    "aws_s3_object.other refers to aws_s3_bucket.lake, which exists only if var.lake == null",
  ],
  [
    { resource: { aws_vpc: { own: { id: "${aws_subnet.third.id}" } } } },
    "aws_vpc.own refers to aws_subnet.third, which exists only if length(var.zones) > 2",
  ],
  [{ locals: { id: "${aws_vpc.own.id}" } }, "locals refers to aws_vpc.own, which exists only if var.own"],
  [
    { output: { id: { value: "the network ${aws_vpc.own.id}" } } },
    "output.id refers to aws_vpc.own, which exists only if var.own",
  ],
])("a reference to what may not exist is refused", (json, message) => {
  expect(() => indexed(json)).toThrow(new Error(message));
});

const document = (...sids: readonly string[]) => ({
  statement: sids.map((sid) => ({ sid, principals: [{ type: "AWS", identifiers: ["each"] }] })),
});

test("a statement under a condition is a dynamic block, with the principals of a variable", () => {
  const json = {
    data: { aws_iam_policy_document: { access: document("Always", "People"), other: document("Own") } },
  };
  const people = { sid: "People", condition: "length(var.people) > 0", identifiers: "var.people" };
  expect(withOptionalStatements(json, [people])).toEqual({
    data: {
      aws_iam_policy_document: {
        access: {
          ...document("Always"),
          dynamic: {
            statement: [
              {
                for_each: "${length(var.people) > 0 ? [1] : []}",
                content: { sid: "People", principals: [{ type: "AWS", identifiers: "${var.people}" }] },
              },
            ],
          },
        },
        other: document("Own"),
      },
    },
  });
});

test.each([
  [{ access: document("Always") }, 0],
  [{ access: document("People"), other: document("People") }, 2],
])("a statement that is not in exactly one policy is refused", (documents, count) => {
  expect(() =>
    withOptionalStatements({ data: { aws_iam_policy_document: documents } }, [
      { sid: "People", condition: "true" },
    ]),
  ).toThrow(new Error(`${count} policies have the statement "People"; exactly one is wanted`));
});
