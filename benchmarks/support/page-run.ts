import { EXIT } from "../../lib/exit";
import { eventually } from "./eventually";
import { StartCommand } from "./start";

/** `npm start` with a page, which runs until it is stopped. */
export interface PageRun {
  readonly url: string;
  /**
   * As Ctrl-C does.
   * @throws Error with what the command said, unless it ended in order, or said that a busy machine was too slow for that
   */
  stop(): Promise<void>;
  /** As `kill -9` of all its processes does; nothing when it has ended. */
  kill(): Promise<void>;
  /** URL of the run's search engine. */
  readonly searchUrl: string;
}

/**
 * Starts a run and waits until its page is served.
 * @throws Error with what the command said, when it ends instead
 */
export async function startPageRun(...options: readonly string[]): Promise<PageRun> {
  const command = new StartCommand(...options);
  let code: number | null | undefined;
  void command.ended.then((outcome) => {
    code = outcome.code;
  });
  let url = "";
  let searchUrl = "";
  try {
    await eventually(() => {
      if (code !== undefined) return;
      const found = /open (http:\S+) in a browser/.exec(command.stderr)?.[1];
      // Another pipe, which may be read later.
      const search = /^export OPENSEARCH_URL=(\S+)/m.exec(command.stdout)?.[1];
      if (found === undefined || search === undefined) throw new Error(`no page yet: ${command.stderr}`);
      url = found;
      searchUrl = search;
    }, 300_000);
  } catch (error) {
    command.interrupt();
    throw error;
  }
  if (url === "") throw new Error(`the run ended with ${code}: ${command.stderr}`);
  return {
    url,
    searchUrl,
    kill: async () => {
      command.kill();
      await command.ended;
    },
    stop: async () => {
      command.interrupt();
      const { code: last, stderr } = await command.ended;
      const isCut = last === EXIT.interrupted && stderr.includes("not everything stopped within");
      if (last !== EXIT.ok && !isCut) throw new Error(`the run ended with ${last}: ${stderr}`);
    },
  };
}
