import { App } from "cdktf";
import { chooseEnvironments } from "./environments/choose";
import { locate, locationFilePath, readLocationFile } from "./environments/location";
import { addStacks } from "./stacks/add-stacks";

const app = new App();
const locations = readLocationFile(locationFilePath(__dirname, process.env));
addStacks(
  app,
  chooseEnvironments(process.env).map((definition) => ({
    ...definition,
    location: locate(definition.name, process.env, locations),
  })),
);
app.synth();
