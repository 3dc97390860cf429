import { App } from "cdktf";
import { MeterStack } from "./stack";

const app = new App();
new MeterStack(app, "meters");
app.synth();
