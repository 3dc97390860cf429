// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's expressions look like that
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Json } from "../../lib/json";
import { evaluateAssignments, evaluateExpression, evaluateTemplate } from "../../local/plan/expression";
import { readVariables } from "../../local/plan/variables";

const KNOWN: Readonly<Record<string, Json>> = {
  "aws_s3_bucket.Lake.arn": "arn:aws:s3:::lake",
  "aws_s3_bucket.Lake-1.bucket": "lake-1",
  "aws_subnet.a.ids": ["subnet-1", "subnet-2"],
  "data.aws_region.Here.id": "eu-west-1",
  "var.minutes": 13,
  "var.none": null,
};

function value(text: string): Json {
  return evaluateTemplate(text, (names) => {
    const known = KNOWN[names.join(".")];
    if (known === undefined) throw new Error(`names ${names.join(".")}, which is not there`);
    return known;
  });
}

describe("an expression of Terraform's JSON", () => {
  test.each<[string, Json]>([
    ["", ""],
    ["text with $ and % and {braces}", "text with $ and % and {braces}"],
    ["$${a.b.c} and %%{if}", "${a.b.c} and %{if}"],
    ["$$${aws_a.b.c}", "$${aws_a.b.c}"],
    ["!{timestamp:yyyy}", "!{timestamp:yyyy}"],
    ["a \\n is left alone outside of an expression", "a \\n is left alone outside of an expression"],
    ["${aws_s3_bucket.Lake.arn}", "arn:aws:s3:::lake"],
    ["s3://${ aws_s3_bucket.Lake-1.bucket }/x/", "s3://lake-1/x/"],
    ["${data.aws_region.Here.id}a", "eu-west-1a"],
    ["${aws_subnet.a.ids}", ["subnet-1", "subnet-2"]],
    ["${aws_subnet.a.ids[1]}", "subnet-2"],
    ["${aws_subnet.a.ids.0}", "subnet-1"],
    ["${var.minutes}", 13],
    ["every ${var.minutes} minutes", "every 13 minutes"],
    ["${var.minutes * 60 + 1}", 781],
    ["${(var.minutes - 3) / 4 % 2}", 0.5],
    ["${-var.minutes}", -13],
    ['${var.minutes == 1 ? "minute" : "minutes"}', "minutes"],
    ["${var.none == null}", true],
    ['${1 == "1"}', false],
    ["${!true || 2 >= 1 && 1 != 2}", true],
    ["${min(var.minutes, 60, 5)}", 5],
    ['${element(split("/", "arn:stream/name"), 1)}', "name"],
    ['${element(["a", "b"], 3)}', "b"],
    ['${join("$", ["user:team", "${var.minutes}"])}', "user:team$13"],
    [
      '${jsonencode({b = [1, true, null], "a" = "<&>", c: {}})}',
      '{"a":"\\u003c\\u0026\\u003e","b":[1,true,null],"c":{}}',
    ],
    ['${"a \\"quoted\\" \\u00e9\\n"}', 'a "quoted" é\n'],
    ["${{a = {b = [7]}}.a.b[0]}", 7],
  ])("%s is evaluated", (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  test.each([
    ["${local.name}", "names local.name, which is not there"],
    ["${path.module}", 'names "path"'],
    ["${module.lake.arn}", 'names "module"'],
    ["${aws_s3_bucket.Lake}", "refers to aws_s3_bucket.Lake as a whole"],
    ["${aws_subnet.a[0].id}", "refers to aws_subnet.a as a whole"],
    ["${aws_subnet.a.*.id}", "refers to aws_subnet.a as a whole"],
    ["${aws_subnet.a.ids[2]}", "has no 2 in"],
    ["${aws_subnet.b.ids}", "names aws_subnet.b.ids, which is not there"],
    ['${upper("x")}', "calls upper; supported functions: element, join, jsonencode, min, split"],
    ["${}", "is not supported here"],
    ["${1 +}", "is not supported here"],
    ["${1 1}", "does not end where it should"],
    ["${[1, 2", "has a list without its ]"],
    ["%{ if true }", "holds the directive %{ if true }"],
    ["x ${aws_subnet.a.ids}", "puts a list, an object or no value into text"],
    ['${"x" + 1}', 'needs a number in the place of "x"'],
    ['${"x" ? 1 : 2}', 'needs true or false in the place of "x"'],
    ["${aws_s3_bucket.Lake.arn", "does not end where it should"],
    ['${"open}', "without its closing quote"],
    ["${element([], 0)}", "takes an element of an empty list"],
  ])("%s is refused: %s", (text, reason) => {
    expect(() => value(text)).toThrow(reason);
  });

  test("the innermost expression is quoted", () => {
    expect(() => value('a ${join("", ["${upper(1)}"])}')).toThrow(
      /^the expression \$\{upper\(1\)\} calls upper/,
    );
  });

  test("law: escaped text comes back as it was", () => {
    const text = fc
      .array(fc.constantFrom("$", "{", "}", "%", "a", "${", "%{", "é"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (original) => {
        expect(value(original.replaceAll(/([$%])\{/g, "$1$1{"))).toBe(original);
      }),
    );
  });

  test("law: what jsonencode writes is the value", () => {
    const json = fc
      .jsonValue({ maxDepth: 3, stringUnit: "grapheme" })
      .map((item) => JSON.parse(JSON.stringify(item)));
    fc.assert(
      fc.property(json, (item) => {
        const literal = JSON.stringify(item)
          .replaceAll(/([$%])\{/g, "$1$1{")
          .replaceAll(/\\[bf]/g, "");
        const [encoded, expected] = [value(`\${jsonencode(${literal})}`), evaluateExpression(literal)];
        expect(JSON.parse(String(encoded))).toEqual(expected);
      }),
    );
  });
});

describe("variables", () => {
  const folder = mkdtempSync(join(tmpdir(), "variables-test-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const declared = {
    region: { type: "string" },
    minutes: { type: "number", default: 13 },
    zones: { type: "list(string)", default: ["a"] },
  };

  test("come from defaults, files and options, the later ones first", () => {
    const hcl = file(
      "a.tfvars",
      '# regions\nregion = "eu-west-1"\nzones = [\n  "a",\n  "b",\n]\nminutes = 5 // often\n',
    );
    const json = file("b.tfvars.json", '{"minutes": 7}');
    expect(Object.fromEntries(readVariables(declared, { variables: ["region=x"] }))).toEqual({
      region: "x",
      minutes: 13,
      zones: ["a"],
    });
    const given = { variables: ["minutes=60"], variableFiles: [hcl, json] };
    expect(Object.fromEntries(readVariables(declared, given))).toEqual({
      region: "eu-west-1",
      minutes: 60,
      zones: ["a", "b"],
    });
    expect(readVariables(declared, { variableFiles: [hcl, json] }).get("minutes")).toBe(7);
    expect(readVariables(declared, { variables: ["region=1", 'zones=["c"]'] }).get("zones")).toEqual(["c"]);
    expect(evaluateAssignments("a = {b = 1\nc = true}\n")).toEqual({ a: { b: 1, c: true } });
  });

  test.each<[readonly string[], string]>([
    [[], "var.region: has no value; give one by --var region=VALUE"],
    [["region=x", "regoin=y"], "var.regoin: is given, but the stack has no such variable"],
    [["region"], "--var region: must have the form NAME=VALUE"],
    [["region=x", "minutes=often"], 'var.minutes: is a number: names "often"'],
    [["region=x", "minutes=1 2"], "var.minutes: is a number: does not end after its value"],
  ])("%j is refused", (variables, reason) => {
    expect(() => readVariables(declared, { variables })).toThrow(reason);
  });

  test("a file that is none is named", () => {
    const path = file("c.tfvars", "region = var.other\n");
    expect(() => readVariables(declared, { variableFiles: [path] })).toThrow(`${path}: names "var"`);
    expect(() => readVariables(declared, { variableFiles: [join(folder, "absent.tfvars")] })).toThrow(
      "absent.tfvars",
    );
    expect(() => readVariables(declared, { variableFiles: [file("d.tfvars", "region")] })).toThrow(
      "has no NAME = VALUE",
    );
  });
});
