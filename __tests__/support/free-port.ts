import { createServer } from "node:net";
import { LOOPBACK } from "../../local/loopback";

/** A port of the loopback interface that nobody listens on, for a program that must be told one. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("there is no free port"));
      });
    });
  });
}
