import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TERRAFORM_MODULES } from "../../stacks/terraform-modules";

const MODULES = join(__dirname, "../../terraform-modules");

/** Members of a module's JSON that a plan reads. */
interface Module {
  readonly resource: {
    readonly aws_lambda_invocation?: Readonly<Record<string, { readonly input: string }>>;
    readonly terraform_data: {
      readonly data_plane: {
        readonly input: {
          readonly variables?: Readonly<Record<string, string>>;
          readonly locals?: Readonly<Record<string, string>>;
        };
      };
    };
  };
}

test.each(Object.keys(TERRAFORM_MODULES))(
  "a plan of the module %s tells what stands beside a role's ARN",
  (name) => {
    const { resource }: Module = JSON.parse(readFileSync(join(MODULES, name, "main.tf.json"), "utf8"));
    const { variables = {}, locals = {} } = resource.terraform_data.data_plane.input;
    const inputs = Object.values(resource.aws_lambda_invocation ?? {})
      .map(({ input }) => input)
      .filter((input) => input.includes("aws_iam_role."));
    expect(inputs).toHaveLength(name === "batch" ? 0 : 1);
    const named = inputs.flatMap((input) => input.match(/\b(var|local)\.\w+/g) ?? []);
    const told = Object.entries({ var: variables, local: locals }).flatMap(([kind, values]) =>
      Object.entries(values).map(([own, value]) => {
        expect(value).toBe(`\${${kind}.${own}}`);
        return `${kind}.${own}`;
      }),
    );
    expect(told.sort()).toEqual([...new Set(named)].sort());
  },
);
