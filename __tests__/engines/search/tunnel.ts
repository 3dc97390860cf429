import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import { credentialsOf } from "../../../local/services/credentials";
import { createSigningProxy } from "../../../ops/tunnel/signing-proxy";
import { sendPlain, type World } from "./world";

/** The tunnel's signing proxy before the gate: a client without credentials gets the permissions of the tunnel's user. */
export function tunnel(world: () => World): void {
  test("a client without credentials gets in through the tunnel as the reader, and no further", async () => {
    const { plane, reader, url } = world();
    const said: string[] = [];
    const proxy = createSigningProxy({
      upstream: { origin: new URL(url) },
      region: plane.region,
      credentials: async () => credentialsOf(reader),
      say: (line) => said.push(line),
    });
    const local = await listenOnLoopback(proxy, 0, "tunnel");
    try {
      const info = await sendPlain(`${local}/_plugins/_security/authinfo`, {});
      expect(JSON.parse(String(info.body))).toMatchObject({ user_name: reader, backend_roles: [reader] });
      expect(await sendPlain(`${local}/retail-*/_count?q=Country:France`, {})).toMatchObject({ status: 200 });
      expect(await sendPlain(`${local}/retail-2026-11`, {}, "DELETE")).toMatchObject({ status: 403 });
    } finally {
      await closeServer(proxy);
    }
  });
}
