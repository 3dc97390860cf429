import type { App } from "cdktf";

/** A line for each warning and information that constructs of the app annotated; errors end the synth themselves. */
export function annotationLines(app: App): string[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata.flatMap(({ type, data }) => {
      const level = LEVELS[type];
      return level === undefined ? [] : [`${level}: ${node.path.split("/")[0]}: ${data}`];
    }),
  );
}

/** The types of cdktf's annotations, of which it exports no names. */
const LEVELS: Readonly<Record<string, string>> = { "@cdktf/info": "info", "@cdktf/warn": "warning" };
