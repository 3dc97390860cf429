import type { Environment } from "../environments/environment";

/** What a bastion adds to a month's bill in US dollars; README.md, Costs, has the parts. */
export const BASTION_USD_PER_MONTH = 7;

/**
 * How a person opens OpenSearch Dashboards of a deployed environment: one command, after what has to be enabled first.
 * @param endpoint host of the domain
 */
export function openDashboards({ name, speed, bastion }: Environment, endpoint: string): string {
  if (speed.saml) return `from inside of the network, sign in at https://${endpoint}/_dashboards`;
  const steps: string[] = [];
  if (speed.readerRoleArns.length + speed.administratorRoleArns.length === 0) {
    steps.push(
      `let your role in: npm run bootstrap -- ${name} --administrator, or speed.readerRoleArns of the environment`,
    );
  }
  if (!bastion.enabled) {
    steps.push(`set bastion.enabled of the environment (about ${BASTION_USD_PER_MONTH} US dollars a month)`);
  }
  if (steps.length > 0) steps.push(`npx cdktf deploy ${name}`);
  steps.push(
    `npm run tunnel -- ${name} (it needs the AWS CLI with the Session Manager plugin), and open http://127.0.0.1:9200/_dashboards`,
  );
  return steps.join("; then ");
}
