import { App } from "cdktf";
import { chooseEnvironments } from "./environments/choose";
import { locatedEnvironment } from "./environments/located";
import { locationFilePath, readLocationFile } from "./environments/location";
import { addStacks } from "./stacks/add-stacks";
import { annotationLines } from "./stacks/annotations";

const app = new App({ stackTraces: false });
const locations = readLocationFile(locationFilePath(__dirname, process.env));
addStacks(
  app,
  chooseEnvironments(process.env).map((definition) => locatedEnvironment(definition, process.env, locations)),
);
app.synth();
// The CLI of cdktf prints annotations itself.
if (process.env["CDKTF_CONTEXT_JSON"] === undefined) {
  for (const line of annotationLines(app)) process.stderr.write(`${line}\n`);
}
