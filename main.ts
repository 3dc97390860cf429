import { App } from "cdktf";
import { chooseEnvironments } from "./environments/choose";
import { locatedEnvironment } from "./environments/located";
import { locationFilePath, readLocationFile } from "./environments/location";
import { addStacks } from "./stacks/add-stacks";

const app = new App();
const locations = readLocationFile(locationFilePath(__dirname, process.env));
addStacks(
  app,
  chooseEnvironments(process.env).map((definition) => locatedEnvironment(definition, process.env, locations)),
);
app.synth();
