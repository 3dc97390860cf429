import type { LiveState, QueriesState } from "../state";
import { SqlConsole } from "./console";
import { Journey } from "./journey";
import { Quarantine } from "./quarantine";

/** The sections that look into the run: a line's journey, the quarantine, SQL. */
export function startInspection(): {
  live(state: LiveState): void;
  queries(state: QueriesState): void;
} {
  const journey = new Journey();
  const quarantine = new Quarantine(() => journey.again());
  const sqlConsole = new SqlConsole();
  return {
    live: (state) => quarantine.live(`${state.quarantine?.lines} ${state.discarded}`),
    queries: (state) => sqlConsole.show(state),
  };
}
