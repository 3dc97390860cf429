import type { Server } from "node:http";

/** The only address that the local run listens on. */
export const LOOPBACK = "127.0.0.1";

/** Time in ms that a closing server waits for requests in progress. */
const CLOSE_GRACE_MS = 2_000;

/**
 * Starts `server` on the loopback address.
 * @param port 0 for a free one
 * @param what name of the service, for the error
 * @returns its URL
 * @throws Error naming the port when it is not available.
 */
export async function listenOnLoopback(server: Server, port: number, what: string): Promise<string> {
  // Client and server run in one process. When the process is blocked for longer than the keep-alive timeout, the server
  // closes an idle connection that the client is just reusing, and a streamed upload cannot be retried.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(error, port, what)));
    server.listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error(`the ${what} listens on ${address}, which is not a port`);
  }
  return `http://${LOOPBACK}:${address.port}`;
}

/** Refuses new connections, waits for requests in progress, and cuts them after the grace period. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(cut);
}

function portError(error: NodeJS.ErrnoException, port: number, what: string): Error {
  if (error.code === "EADDRINUSE") {
    return new Error(
      `port ${port} of the ${what} is taken by another process: stop that one, or choose other ports with --port`,
      { cause: error },
    );
  }
  return new Error(`the ${what} cannot listen on ${LOOPBACK}:${port}: ${error.message}`, { cause: error });
}
