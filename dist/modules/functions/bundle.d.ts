import { type Archive } from "./archive";
/**
 * Bundles `lambdas/<folder>/handler.ts` with all its imports, the SDK included, so that the tested versions run. Names are
 * not minified, so that stack traces are readable.
 * @throws Error (esbuild's, with place and reason) when the function does not build.
 */
export declare function bundleFunction(folder: string): Archive;
