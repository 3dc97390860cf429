import { App } from "cdktf";
import { dev } from "./environments/dev";
import { locate, readLocationFile } from "./environments/location";
import { prod } from "./environments/prod";
import { addStacks } from "./modules/add-stacks";

const app = new App();
const locations = readLocationFile(__dirname);
addStacks(
  app,
  [dev, prod].map((definition) => ({
    ...definition,
    location: locate(definition.name, process.env, locations),
  })),
);
app.synth();
