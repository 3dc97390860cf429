/** Files that esbuild makes from sources, kept by content in `node_modules/.cache`. */
export declare class BuildCache {
  /** @param root the project's folder; inputs are relative to it */
  public constructor(root: string);
  /**
   * The kept file of that name, if it was made with these options from the sources as they are now.
   * @param name a path below the root: what the file is made from
   * @param options everything else that decides its content, as JSON
   */
  public find(name: string, options: unknown): string | undefined;
  /** The file of that name that was kept last, and its inputs, which may have changed since; undefined without one. */
  public last(name: string): { readonly path: string; readonly inputs: readonly string[] } | undefined;
  /**
   * Keeps a file that was made.
   * @param inputs paths of all its inputs, relative to the root: the names of esbuild's `metafile.inputs`
   * @returns the path of the kept file
   * @throws Error when an input is gone
   */
  public keep(name: string, options: unknown, inputs: Iterable<string>, content: string | Uint8Array): string;
}
