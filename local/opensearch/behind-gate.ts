import type { Service } from "../plan/data-plane";
import { assembleOpenSearch } from "./assemble";
import { type Gate, type GateOptions, startGate } from "./gate";
import { OpenSearch } from "./opensearch";

interface BehindGateOptions extends Omit<GateOptions, "engineUrl"> {
  /** Keeps the engine's data. */
  readonly folder: string;
  readonly say: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** A real engine and the gate in front of it. */
export interface BehindGate extends Service {
  readonly engine: OpenSearch;
  readonly gate: Gate;
}

/** Assembles a real OpenSearch if needed, starts it, and opens its gate. @throws OperatorError when one of these fails */
export async function startBehindGate(options: BehindGateOptions): Promise<BehindGate> {
  const { folder, say, masterRoleArn, signal } = options;
  const stop = signal && { signal };
  const distribution = await assembleOpenSearch({ variables: process.env, say, ...stop });
  say("starting OpenSearch");
  const engine = await OpenSearch.start({ distribution, folder, masterRoleArn, ...stop });
  try {
    const gate = await startGate({ ...options, engineUrl: engine.url });
    say(`OpenSearch ${engine.url}, process ${engine.pid}; its gate ${gate.url} accepts signed requests`);
    const close = async (): Promise<void> => {
      await gate.close();
      await engine.close();
    };
    return { engine, gate, close };
  } catch (error) {
    await engine.close();
    throw error;
  }
}
