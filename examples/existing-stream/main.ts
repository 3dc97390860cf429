import { App } from "cdktf";
import { PaymentSearchStack } from "./stack";

const app = new App();
new PaymentSearchStack(app, "payments");
app.synth();
